"""Content target: the image that a photo's cartoon is compared with."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf.filters import grading
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import inking


@dataclasses.dataclass(frozen=True)
class ContentTarget:
    """Function from photos to their content targets, both in [-1, 1].

    Attributes:
        name: `"photo"`, the photo itself; `"smoothed"`, the photo without its
            texture (`guided_filter.py`); `"inked"`, a few flat tones with
            lines along contours (`inking.py`); `"painted"`, flat tones without
            lines; or `"teacher"`, the output of `teacher`.
        grade: Color grade of an inked or painted target.
        teacher: Generator to distill.
    """

    name: str = "photo"
    grade: grading.Grade = grading.DEFAULT
    teacher: Callable | None = None

    def __call__(self, photos):
        if self.name == "teacher":
            return self.teacher(photos)  # type: ignore[misc]
        if self.name == "inked":
            return inking.ink(photos, self.grade)
        if self.name == "painted":
            return inking.paint(photos, self.grade)
        if self.name == "smoothed":
            return guided_filter.smooth(photos)
        return photos

    def without_texture(self, photos, target):
        """Reference for flat areas, given `photos` and their `target`.

        The smoothed photo if the target is the photo itself, whose texture
        does not count as structure; else the target with its lines.
        """
        return guided_filter.smooth(photos) if self.name == "photo" else target
