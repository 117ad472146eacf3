"""What cartoons are compared with while a generator learns."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf.filters import grading
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import inking


@dataclasses.dataclass(frozen=True)
class ContentTarget:
    """Function from photos to what becomes of them, both in [-1, 1].

    Attributes:
        name: `"photo"`, as it is; `"smoothed"`, the photo without its texture
            (`guided_filter.py`); `"inked"`, few flat tones with lines along
            their contours (`inking.py`); `"painted"`, flat tones without
            lines; or `"teacher"`, what `teacher` makes of it.
        grade: What becomes of colors in an inked or painted target.
        teacher: Another generator, to distill.
    """

    name: str = "photo"
    grade: grading.Grade = grading.PLAIN
    teacher: Callable | None = None

    def __call__(self, photos):
        if self.name == "teacher":
            return self.teacher(photos)
        if self.name == "inked":
            return inking.ink(photos, self.grade)
        if self.name == "painted":
            return inking.paint(photos, self.grade)
        if self.name == "smoothed":
            return guided_filter.smooth(photos)
        return photos

    def without_texture(self, photos, target):
        """What is flat in `target`, which is that of `photos`.

        A photo's texture is not; the lines of another target are.
        """
        return guided_filter.smooth(photos) if self.name == "photo" else target
