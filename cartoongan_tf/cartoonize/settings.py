"""Settings of reading inputs and writing results."""

from typing import NamedTuple

from cartoongan_tf.images import formats
from cartoongan_tf.images import metadata


class Settings(NamedTuple):
    """Settings of a run over pictures, animations and videos.

    Attributes:
        max_side: Longer side, in pixels, to which what is larger is reduced;
            None to keep all sizes.
        max_pixels: Pictures of more than that are refused.
        compare: Whether the photo stands beside its cartoon.
        quality: 1 to 100, of pictures in formats that have one; None for the
            format's own.
        strip_metadata: Whether to leave out all metadata of pictures but color
            profiles.
        temporal: Whether frames are smoothed over time.
        codec: Of videos, one of `codecs.CODECS`; None for what suits the
            file's ending.
        crf: Constant rate factor of videos, lower is better; None for the
            codec's own.
        batch: Frames of a video that are computed at once, for GPUs.
        fingerprint: What else results depend on, in words, such as the model: a
            video that was begun with another fingerprint starts over.
    """

    max_side: int | None = None
    max_pixels: int = formats.MAX_PIXELS
    compare: bool = False
    quality: int | None = None
    strip_metadata: bool = False
    temporal: bool = True
    codec: str | None = None
    crf: int | None = None
    batch: int = 1
    fingerprint: str = ""

    def kept(self, found: metadata.ImageMetadata) -> metadata.ImageMetadata:
        """The metadata to write, of those found."""
        return found.only_colors() if self.strip_metadata else found
