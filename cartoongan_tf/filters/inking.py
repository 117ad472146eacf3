"""Ink and paint: photos in few flat tones, with lines along contours or none.

Where a discriminator alone takes too long to draw contours, the content loss
can ask for them: this is what a generator is then told to draw. A line lies on
the darker side of a contour, where the surroundings are brighter than the
place itself (a difference of means along the contour, as in Winnemoeller et
al., 2012, XDoG), only where the contour runs on in one direction, and not in
texture. As with a brush, outlines of whole things are bold, and lines inside
them fine. Outlines go on where their contour becomes faint; fine lines do not,
and hardly show on skin: they would draw the folds of a face. All are in a dark
tone of the color below them, as a colorist's line holds are: black in dark
hair, brown along a shadow on skin, so that a nose or a mouth is no black bar.
A grade can make them darker. Luminance is cel shaded, and colors keep their
hue.

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

_PAINT_STRENGTH = 0.004  # Of L0 smoothing: what has no lines keeps more.
_BLACK = -0.92
# Color of a line, in [0, 1], by the color below it, where lines are lightest.
_FINE_SHADE = 0.45
_BOLD_SHADE = 0.3
_SKIN_LINES = 0.2  # Opacity of fine lines on skin.
_SHADE_RANGE = (0.1, 0.4)  # Difference: a fine line is black above.
# Half the sides, in pixels, of the two squares whose means are compared.
_FINE_RADII = (0, 2)
_BOLD_RADII = (1, 3)
_OUTLINE_RADIUS = 6  # Of the filter that leaves the outlines of whole things.
_LINE_THRESHOLD = 0.018  # Difference from which on there is ink.
_FAINT_THRESHOLD = 0.006  # The same where a line goes on.
_LONGEST_FAINT = 12  # Pixels, from where a line is not faint.
_GAIN = 35.0  # Ink, of 1, by the difference above that.
_COHERENCE_RANGE = (0.35, 0.6)  # No ink below, all of it above.


def ink(photos, grade=grading.DEFAULT):
    """Makes photos of few flat tones, and draws lines along their contours.

    Args:
        photos: Photos of shape `(batch, height, width, 3)` in [-1, 1].
        grade: What becomes of their colors, a `grading.Grade`.

    Returns:
        Images of the same shape.
    """
    graded = grading.grade(photos, grade)
    patches = l0_smoothing.smooth(graded)
    tones, light = _in_tones(patches)
    outlines = guided_filter.smooth(patches, _OUTLINE_RADIUS)
    without_texture = 1 - texture.mask(graded)

    darker, directed = _contours(light, _FINE_RADII)
    opacity = directed * _opacity(darker, _LINE_THRESHOLD)
    opacity *= 1 - (1 - _SKIN_LINES) * skin.likelihood(outlines)
    shade = _shade(tones, _FINE_SHADE * grade.line_lightness)
    color = shade + texture.ramp(darker, _SHADE_RANGE) * (_BLACK - shade)
    drawn = tones + without_texture * opacity * (color - tones)

    darker, directed = _contours(luminance.luminance(outlines), _BOLD_RADII)
    opacity = _continued(
        directed * _opacity(darker, _LINE_THRESHOLD),
        directed * _opacity(darker, _FAINT_THRESHOLD),
    )
    color = _shade(outlines, _BOLD_SHADE * grade.line_lightness)
    return drawn + without_texture * opacity * (color - drawn)


def paint(photos, grade=grading.DEFAULT):
    """Makes photos of flat tones, without a line; arguments as of `ink`."""
    graded = grading.grade(photos, grade)
    return _in_tones(l0_smoothing.smooth(graded, _PAINT_STRENGTH))[0]


def _in_tones(patches):
    """Patches whose luminance is cel shaded, and that before."""
    # Filtered, small spots get no lines and no tones of their own.
    smoothed = guided_filter.smooth(patches)
    light = luminance.luminance(smoothed)
    tones = cel_shading.posterize(light, skin.likelihood(smoothed))
    tones = patches + tones - light
    return ops.clip(tones, -1, 1), light


def _shade(colors, share):
    return ops.maximum(share * (colors + 1) - 1, _BLACK)


def _contours(light, radii):
    """How much darker than their surroundings places are, and how directed."""
    near, far = (edge_flow.blur(light, radius) for radius in radii)
    darker = edge_flow.average_along(far - near, near)
    return darker, texture.ramp(edge_flow.coherence(near), _COHERENCE_RANGE)


def _opacity(darker, threshold):
    return ops.clip(_GAIN * (darker - threshold), 0, 1)


def _continued(opacity, faint):
    """Lines that go on along faint ones, by Canny's hysteresis."""
    for _ in range(_LONGEST_FAINT):
        beside = ops.max_pool(
            opacity, 3, 1, padding="same", data_format="channels_last"
        )
        opacity = ops.maximum(opacity, ops.minimum(beside, faint))
    return opacity
