"""Ink and paint: content targets of flat tones, with or without lines.

Where a generator takes too long to learn contours from the discriminator alone,
the content loss can ask for them. A line lies on the darker side of a contour,
where a pixel is darker than its surroundings (a difference of blurs along the
contour, as in XDoG, Winnemoeller et al., 2012), only where the contour has
one direction, and not in texture. As with a brush, outlines of whole objects
are bold, and lines inside them fine. Outlines continue where their contour
becomes faint; fine lines do not, and are nearly transparent on skin, where they
would draw the folds of a face. All have a dark tone of the color below them,
like a colorist's line holds: black in dark hair, brown along a shadow on skin,
so that a nose or a mouth is not a black bar. A grade can make them darker.
Luminance is cel shaded, and colors keep their hue.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import cel_shading
from cartoongan_tf.filters import edge_flow
from cartoongan_tf.filters import grading
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import l0_smoothing
from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import skin
from cartoongan_tf.filters import texture

_PAINT_STRENGTH = 0.004  # L0 smoothing; weaker, since there are no lines.
_BLACK = -0.92
# Lightness of a line, relative to the color below it, at full line_lightness.
_FINE_SHADE = 0.45
_BOLD_SHADE = 0.3
_SKIN_LINE_OPACITY = 0.2  # Fine lines only.
_SHADE_RANGE = (0.1, 0.4)  # Difference at which fine lines start to be black.
# Radii, in pixels, of the two box blurs whose difference finds lines.
_FINE_RADII = (0, 2)
_BOLD_RADII = (1, 3)
_OUTLINE_RADIUS = 6  # Guided filter that keeps the outlines of whole objects.
_LINE_THRESHOLD = 0.018  # Difference at which a line starts.
_FAINT_THRESHOLD = 0.006  # Difference at which a line continues.
_MAX_FAINT_LENGTH = 12  # Pixels.
_GAIN = 35.0  # Opacity per difference above the threshold.
_COHERENCE_RANGE = (0.35, 0.6)  # No lines below, full opacity above.


def ink(photos, grade=grading.DEFAULT):
    """Renders photos in a few flat tones, with lines along contours.

    Args:
        photos: Photos of shape `(batch, height, width, 3)` in [-1, 1].
        grade: Color grade, a `grading.Grade`.

    Returns:
        Images of the same shape.
    """
    graded = grading.grade(photos, grade)
    patches = l0_smoothing.smooth(graded)
    tones, light = _cel_shade(patches)
    outlines = guided_filter.smooth(patches, _OUTLINE_RADIUS)
    without_texture = 1 - texture.mask(graded)

    darkness, coherence = _contours(light, _FINE_RADII)
    opacity = coherence * _opacity(darkness, _LINE_THRESHOLD)
    opacity *= 1 - (1 - _SKIN_LINE_OPACITY) * skin.likelihood(outlines)
    shade = _shade(tones, _FINE_SHADE * grade.line_lightness)
    color = shade + texture.ramp(darkness, _SHADE_RANGE) * (_BLACK - shade)
    drawn = tones + without_texture * opacity * (color - tones)

    darkness, coherence = _contours(luminance.luminance(outlines), _BOLD_RADII)
    opacity = _extend(
        coherence * _opacity(darkness, _LINE_THRESHOLD),
        coherence * _opacity(darkness, _FAINT_THRESHOLD),
    )
    color = _shade(outlines, _BOLD_SHADE * grade.line_lightness)
    return drawn + without_texture * opacity * (color - drawn)


def paint(photos, grade=grading.DEFAULT):
    """Renders photos in flat tones without lines; arguments as for `ink`."""
    graded = grading.grade(photos, grade)
    return _cel_shade(l0_smoothing.smooth(graded, _PAINT_STRENGTH))[0]


def _cel_shade(patches):
    """Cel-shaded patches, and their luminance before."""
    # Smoothed, so that small spots get no lines and tones of their own.
    smoothed = guided_filter.smooth(patches)
    light = luminance.luminance(smoothed)
    tones = cel_shading.posterize(light, skin.likelihood(smoothed))
    tones = patches + tones - light
    return ops.clip(tones, -1, 1), light


def _shade(colors, share):
    return ops.maximum(share * (colors + 1) - 1, _BLACK)


def _contours(light, radii):
    """Darkness relative to the surroundings, and coherence of direction."""
    near, far = (edge_flow.blur(light, radius) for radius in radii)
    darkness = edge_flow.average_along(far - near, near)
    return darkness, texture.ramp(edge_flow.coherence(near), _COHERENCE_RANGE)


def _opacity(darkness, threshold):
    return ops.clip(_GAIN * (darkness - threshold), 0, 1)


def _extend(opacity, faint):
    """Extends lines along faint ones: hysteresis, as in Canny."""
    for _ in range(_MAX_FAINT_LENGTH):
        neighbors = ops.max_pool(
            opacity, 3, 1, padding="same", data_format="channels_last"
        )
        opacity = ops.maximum(opacity, ops.minimum(neighbors, faint))
    return opacity
