"""Evaluation of methods that turn photos into cartoons.

A generator can fail in four ways, each with its own metrics: style (kernel and
Fréchet distance to the cartoons, clear edges, flat areas), content (content
distance, contours, details, faces), colors (color drift, contrast), and
artifacts (stray strokes, grid, fringes).

A method is a function from a uint8 RGB picture to another of the same size: a
generator, a filter, or the identity.
"""

import dataclasses
import pathlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.analysis import faces
from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import quality
from cartoongan_tf.analysis import structure
from cartoongan_tf.core import progress
from cartoongan_tf.data import pipeline
from cartoongan_tf.evaluation import color_drift
from cartoongan_tf.evaluation import inception
from cartoongan_tf.evaluation import kid_fid
from cartoongan_tf.images import pictures
from cartoongan_tf.losses import losses

PHOTOS = "photos"  # Name of the scores of unchanged photos.
CARTOONS = "cartoons"  # Name of the scores of the target cartoons.
IMAGE_SIZE = 256  # Crop size, in pixels, of evaluations during training.
MIN_PICTURES = 3  # Required for the standard error of the kernel distance.

_BATCH = 8


@dataclasses.dataclass(frozen=True)
class Score:
    """Scores of a set of pictures; None for an undefined score.

    Attributes:
        kernel_to_cartoons: `kid_fid.kernel_distance` to the cartoons.
        kernel_error: Standard error of `kernel_to_cartoons`.
        kernel_to_photos: `kid_fid.kernel_distance` to the photos.
        frechet_to_cartoons: `kid_fid.frechet_distance` to the cartoons.
        frechet_to_photos: `kid_fid.frechet_distance` to the photos.
        content: Mean content distance to each photo.
        drift: Mean of `color_drift.Drift.distance`.
        turned: Share of the photos' clearly colored cells with a clearly
            different hue.
        edges: Mean of `drawn_score.LineStats.edges`.
        texture: Mean of `drawn_score.LineStats.texture`.
        drawn: Mean of `drawn_score.LineStats.drawn`.
        comparison: Consistency with the photos.
        faces: Number of faces found in the photos.
        faces_kept: Share of these faces found in the same place.
        quality: `quality.score`.
    """

    kernel_to_cartoons: float | None
    kernel_error: float | None
    kernel_to_photos: float | None
    frechet_to_cartoons: float | None
    frechet_to_photos: float | None
    content: float | None
    drift: float | None
    turned: float | None
    edges: float
    texture: float
    drawn: float
    comparison: photo_consistency.PhotoConsistency
    faces: int | None
    faces_kept: float | None
    quality: float | None


def evaluate(
    methods: Mapping[str, Callable],
    photos: Sequence[pathlib.Path],
    cartoons: Sequence[pathlib.Path],
    *,
    image_size: int,
    inception_features: inception.Inception,
    content_features: Callable | None = None,
    detector: faces.Detector | None = None,
) -> dict[str, Score]:
    """Measures methods on the same photos.

    Args:
        methods: Methods to measure, by name; `PHOTOS` and `CARTOONS` are
            added.
        photos: Photo files, at least `MIN_PICTURES`.
        cartoons: Cartoon files, at least `MIN_PICTURES`.
        image_size: Height and width of the center crops.
        inception_features: Inception features for KID and FID.
        content_features: Feature function of `perceptual_features.py`, or
            None to skip the content distance.
        detector: Face detector, or None to skip faces.

    Returns:
        Scores by name: of the photos, of each method, and of the cartoons.
    """
    settings = {
        "image_size": image_size,
        "inception_features": inception_features,
    }
    target = _measure({CARTOONS: identity}, cartoons, CARTOONS, **settings)[
        CARTOONS
    ]
    tallies = _measure(
        {PHOTOS: identity, **methods},
        photos,
        PHOTOS,
        **settings,
        content_features=content_features,
        detector=detector,
    )
    source = tallies[PHOTOS]
    scores = {
        name: _score(tally, source, target)
        for name, tally in {**tallies, CARTOONS: target}.items()
    }
    scores[CARTOONS] = _without_comparison(scores[CARTOONS])
    return scores


def file_features(
    inception_features: inception.Inception,
    paths: Sequence[pathlib.Path],
    image_size: int,
    stage: str,
) -> np.ndarray:
    """Computes Inception features of picture files, showing progress.

    Args:
        inception_features: Inception features.
        paths: Picture files; at least one.
        image_size: Height and width of the center crops.
        stage: Label for the progress bar.
    """

    def crops(watch):
        for done, path in enumerate(paths, start=1):
            yield read_crop(path, image_size)
            watch(stage, done, len(paths))

    with progress.Progress() as watch:
        return inception_features(crops(watch))


def read_crop(path: pathlib.Path, image_size: int) -> np.ndarray:
    """Reads the center crop of a file, `(image_size, image_size, 3)`."""
    picture = pictures.read_picture(path)
    return pipeline.center_crop(picture, image_size).numpy()


def identity(picture: np.ndarray) -> np.ndarray:
    """Returns the picture unchanged."""
    return picture


@dataclasses.dataclass(frozen=True)
class _Tally:
    """Measurements of each picture."""

    features: list = dataclasses.field(default_factory=list)
    content: list = dataclasses.field(default_factory=list)
    drifts: list = dataclasses.field(default_factory=list)
    line_stats: list = dataclasses.field(default_factory=list)
    pool: photo_consistency.Pool = dataclasses.field(
        default_factory=photo_consistency.Pool
    )
    faces: list = dataclasses.field(default_factory=list)
    faces_kept: list = dataclasses.field(default_factory=list)


def _measure(
    methods,
    paths,
    label,
    *,
    image_size,
    inception_features,
    content_features=None,
    detector=None,
):
    """Tallies of all methods, in one pass that holds few pictures."""
    tallies = {name: _Tally() for name in methods}
    done, total = 0, len(paths) * len(methods)
    with progress.Progress() as watch:
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            crops = [read_crop(path, image_size) for path in batch]
            originals = _Originals.of(crops, content_features, detector)
            for name, method in methods.items():
                results = [method(crop) for crop in crops]
                tally = tallies[name]
                tally.features.extend(inception_features(results))
                tally.line_stats.extend(map(drawn_score.line_stats, results))
                _compare(tally, originals, results, content_features, detector)
                done += len(batch)
                watch(f"Measuring {label}", done, total)
    return tallies


class _Originals(NamedTuple):
    """Photos and their features, computed once for all methods."""

    photos: list
    structures: list
    content: Any
    faces: list

    @classmethod
    def of(cls, photos, content_features, detector):
        return cls(
            photos,
            list(map(structure.find_structure, photos)),
            content_features and _content_maps(content_features, photos),
            list(map(detector, photos)) if detector else [],
        )


def _compare(tally, originals, results, content_features, detector):
    tally.drifts.extend(map(color_drift.compare, originals.photos, results))
    for photo, cartoon in zip(originals.structures, results, strict=True):
        tally.pool.add(photo, cartoon)
    if content_features:
        maps = _content_maps(content_features, results)
        tally.content.extend(map(losses.content_loss, originals.content, maps))
    if detector:
        found = map(detector, results)
        tally.faces.extend(map(len, originals.faces))
        tally.faces_kept.extend(map(faces.count_kept, originals.faces, found))


def _content_maps(content_features, batch: Iterable[np.ndarray]):
    return content_features(pictures.to_network(np.stack(list(batch))))


def _score(tally, photos, cartoons):
    def between(distance, other):
        if tally is other:
            return None
        return distance(tally.features, other.features)

    colored = sum(drift.colored for drift in tally.drifts)
    turned = sum(drift.turned for drift in tally.drifts)
    edges, texture, drawn = np.mean(tally.line_stats, axis=0)
    kernel = between(kid_fid.kernel_distance, cartoons)
    comparison = tally.pool.result()
    photo_faces = sum(tally.faces)
    return Score(
        kernel_to_cartoons=kernel,
        kernel_error=between(kid_fid.kernel_distance_error, cartoons),
        kernel_to_photos=between(kid_fid.kernel_distance, photos),
        frechet_to_cartoons=between(kid_fid.frechet_distance, cartoons),
        frechet_to_photos=between(kid_fid.frechet_distance, photos),
        content=float(np.mean(tally.content)) if tally.content else None,
        drift=float(np.mean([drift.distance for drift in tally.drifts])),
        turned=turned / colored if colored else None,
        edges=float(edges),
        texture=float(texture),
        drawn=float(drawn),
        comparison=comparison,
        faces=photo_faces if tally.faces else None,
        faces_kept=sum(tally.faces_kept) / photo_faces if photo_faces else None,
        quality=_quality(kernel, comparison, photos.pool.result()),
    )


def _quality(kernel, comparison, photos):
    if kernel is None:
        return None
    return quality.score(kernel, quality.components(comparison, photos))


def _without_comparison(score):
    """Drops the metrics that compare with photos: cartoons have none."""
    undefined = ("stray", "contours", "fringes", "contrast", "details")
    return dataclasses.replace(
        score,
        content=None,
        drift=None,
        turned=None,
        comparison=score.comparison._replace(**dict.fromkeys(undefined)),
    )
