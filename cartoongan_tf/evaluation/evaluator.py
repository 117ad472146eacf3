"""Evaluating: how good are the cartoons that a method makes?

Four questions, since a generator can fail in four ways. Does it draw like
the cartoons (kernel and Fréchet distance, clear edges, flat areas)? Does the
cartoon still show the photo (content distance, contours, details, faces)? Does
it keep its colors and its contrast? Does it leave what nobody drew (stray
strokes, a grid, fringes)?

A method of making cartoons is a function from a uint8 RGB picture to another of
the same size: a generator, a filter, or nothing at all.
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

PHOTOS = "photos"  # What comes of doing nothing.
CARTOONS = "cartoons"  # What to aim at.
IMAGE_SIZE = 256  # Pixels a side that are looked at while training.
MIN_PICTURES = 3  # Pictures without which there is no distance with its error.

_BATCH = 8


@dataclasses.dataclass(frozen=True)
class Score:
    """Scores of a set of pictures; None where one makes no sense.

    Attributes:
        kernel_to_cartoons: `kid_fid.kernel_distance` to the cartoons.
        kernel_error: Its standard error.
        kernel_to_photos: The same distance to the photos.
        frechet_to_cartoons: `kid_fid.frechet_distance` to the cartoons.
        frechet_to_photos: The same distance to the photos.
        content: Mean content distance from each photo.
        drift: Mean distance of colors, `color_drift.Drift`.
        turned: Share of the photos' clearly colored cells that have clearly
            another hue.
        edges: Mean of `drawn_score.LineStats.edges`.
        texture: Mean of `drawn_score.LineStats.texture`.
        drawn: Mean of `drawn_score.LineStats.drawn`.
        comparison: What is kept of the photos, and what is added.
        faces: Number of faces found in the photos.
        faces_kept: Share of these that are found at the same place.
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
    describe: inception.Inception,
    content: Callable | None = None,
    detector: faces.Detector | None = None,
) -> dict[str, Score]:
    """Measures methods of making cartoons on the same photos.

    Args:
        methods: What to measure, by name; `PHOTOS` and `CARTOONS` come on top.
        photos: At least `MIN_PICTURES` files.
        cartoons: At least `MIN_PICTURES` files.
        image_size: Height and width that all are center-cropped to.
        describe: Inception features.
        content: Feature function of `perceptual_features.py`, or None to
            leave content out.
        detector: What finds faces, or None to leave them out.

    Returns:
        Scores by name: of the photos, of each method, and of the cartoons.
    """
    settings = {"image_size": image_size, "describe": describe}
    aim = _measure({CARTOONS: unchanged}, cartoons, CARTOONS, **settings)[
        CARTOONS
    ]
    tallies = _measure(
        {PHOTOS: unchanged, **methods},
        photos,
        PHOTOS,
        **settings,
        content=content,
        detector=detector,
    )
    start = tallies[PHOTOS]
    scores = {
        name: _score(tally, start, aim)
        for name, tally in {**tallies, CARTOONS: aim}.items()
    }
    scores[CARTOONS] = _without_changes(scores[CARTOONS])
    return scores


def describe_files(
    describe: inception.Inception,
    paths: Sequence[pathlib.Path],
    image_size: int,
    stage: str,
) -> np.ndarray:
    """Inception features of picture files, with progress.

    Args:
        describe: Inception features.
        paths: At least one file.
        image_size: Height and width that each is center-cropped to.
        stage: What is being done, for the progress.
    """

    def crops(watch):
        for done, path in enumerate(paths, start=1):
            yield read_crop(path, image_size)
            watch(stage, done, len(paths))

    with progress.Progress() as watch:
        return describe(crops(watch))


def read_crop(path: pathlib.Path, image_size: int) -> np.ndarray:
    """The center of a picture file, as `(image_size, image_size, 3)`."""
    picture = pictures.read_picture(path)
    return pipeline.center_crop(picture, image_size).numpy()


def unchanged(picture: np.ndarray) -> np.ndarray:
    """Makes nothing of a picture."""
    return picture


@dataclasses.dataclass(frozen=True)
class _Tally:
    """Measurements, picture by picture."""

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
    methods, paths, kind, *, image_size, describe, content=None, detector=None
):
    """A tally of each method, in one pass that holds few pictures at a time."""
    tallies = {name: _Tally() for name in methods}
    done, total = 0, len(paths) * len(methods)
    with progress.Progress() as watch:
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            crops = [read_crop(path, image_size) for path in batch]
            before = _Originals.of(crops, content, detector)
            for name, make in methods.items():
                made = [make(crop) for crop in crops]
                tally = tallies[name]
                tally.features.extend(describe(made))
                tally.line_stats.extend(map(drawn_score.line_stats, made))
                _compare(tally, before, made, content, detector)
                done += len(batch)
                watch(f"Measuring {kind}", done, total)
    return tallies


class _Originals(NamedTuple):
    """Photos, and what each method of making cartoons is compared with."""

    photos: list
    structures: list
    content: Any
    faces: list

    @classmethod
    def of(cls, photos, content, detector):
        return cls(
            photos,
            list(map(structure.find_structure, photos)),
            content and _content_maps(content, photos),
            list(map(detector, photos)) if detector else [],
        )


def _compare(tally, before, made, content, detector):
    tally.drifts.extend(map(color_drift.compare, before.photos, made))
    for photo, cartoon in zip(before.structures, made, strict=True):
        tally.pool.add(photo, cartoon)
    if content:
        maps = _content_maps(content, made)
        tally.content.extend(map(losses.content_loss, before.content, maps))
    if detector:
        found = map(detector, made)
        tally.faces.extend(map(len, before.faces))
        tally.faces_kept.extend(map(faces.count_kept, before.faces, found))


def _content_maps(content, many: Iterable[np.ndarray]):
    return content(pictures.to_network(np.stack(list(many))))


def _score(tally, photos, cartoons):
    def between(distance, other):
        if tally is other:
            return None
        return distance(tally.features, other.features)

    colored = sum(drift.colored for drift in tally.drifts)
    turned = sum(drift.turned for drift in tally.drifts)
    edges, texture, drawn = np.mean(tally.line_stats, axis=0)
    kernel = between(kid_fid.kernel_distance, cartoons)
    compared = tally.pool.result()
    in_photos = sum(tally.faces)
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
        comparison=compared,
        faces=in_photos if tally.faces else None,
        faces_kept=sum(tally.faces_kept) / in_photos if in_photos else None,
        quality=_quality(kernel, compared, photos.pool.result()),
    )


def _quality(kernel, compared, photos):
    if kernel is None:
        return None
    return quality.score(kernel, quality.components(compared, photos))


def _without_changes(score):
    """Nothing was made of the cartoons: there is no change to speak of."""
    no_change = ("stray", "contours", "fringes", "contrast", "details")
    return dataclasses.replace(
        score,
        content=None,
        drift=None,
        turned=None,
        comparison=score.comparison._replace(**dict.fromkeys(no_change)),
    )
