"""Settings for reading inputs and writing results."""

from typing import NamedTuple

from cartoongan_tf.images import formats
from cartoongan_tf.images import metadata


class Settings(NamedTuple):
    """Settings for pictures, animations and videos.

    Attributes:
        max_side: Maximum of the longer side, in pixels, to which larger inputs
            are reduced; None for no limit.
        max_pixels: Maximum number of pixels of a picture; larger ones are
            errors.
        compare: Whether to put the photo beside its cartoon.
        quality: Quality of pictures in lossy formats, 1 to 100; None for the
            format's default.
        strip_metadata: Whether to drop all metadata of pictures but color
            profiles.
        temporal: Whether to apply temporal smoothing to frames.
        codec: Video codec, one of `codecs.CODECS`; None for the default of
            the file's extension.
        crf: Constant rate factor of videos, lower is better; None for the
            codec's default.
        batch: Number of video frames to compute at once, for GPUs.
        fingerprint: Identifies all else that affects results, such as the
            model; a video started with another fingerprint starts over.
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

    def output_metadata(
        self, source: metadata.ImageMetadata
    ) -> metadata.ImageMetadata:
        """Returns the metadata to write, given that of the source."""
        return source.only_colors() if self.strip_metadata else source
