"""Requested output format, applied to the inputs that support it."""

import dataclasses

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.images import formats
from cartoongan_tf.video import codecs

VIDEO_TYPES = (media_types.MediaType.VIDEO, media_types.MediaType.CAMERA)

_OUTPUT_FORMATS = ("AVIF", "BMP", "JPEG", "PNG", "TIFF", "WEBP")
# For input formats that are not output formats; else `formats.FALLBACK`.
_SUBSTITUTES = {"HEIF": "JPEG"}


@dataclasses.dataclass(frozen=True)
class RequestedFormat:
    """Format requested by the user, if any.

    Attributes:
        format: Pillow's name of the format of pictures, or None.
        video_suffix: File extension of videos, or None.
    """

    format: str | None = None
    video_suffix: str | None = None

    @classmethod
    def parse(cls, name: str | None) -> "RequestedFormat":
        """Parses a user's name of a format, such as jpg or mp4.

        Raises:
            InputError: If there is no such output format.
        """
        if name is None:
            return cls()
        suffix = f".{name.lower().removeprefix('.')}"
        if suffix in codecs.SUFFIXES:
            return cls(video_suffix=suffix)
        return cls(formats.by_name(name))

    def format_for(self, source: inputs.Input) -> str | None:
        """Returns the output format of a picture or animation, or None."""
        if source.media_type in VIDEO_TYPES:
            return None
        if source.media_type is media_types.MediaType.ANIMATION:
            return next(
                (f for f in (self.format, source.format) if is_animated(f)),
                "WEBP",
            )
        if self.format:
            return self.format
        if source.format in _OUTPUT_FORMATS:
            return source.format
        return _SUBSTITUTES.get(source.format or "", formats.FALLBACK)

    def suffix_for(self, source: inputs.Input) -> str:
        """Returns the file extension of an input's result."""
        if source.media_type in VIDEO_TYPES:
            own = source.relative.suffix
            is_supported = own.lower() in codecs.SUFFIXES
            default = own if is_supported else codecs.SUFFIXES[0]
            return self.video_suffix or default
        format = self.format_for(source) or formats.FALLBACK
        return formats.suffix_for(format, source.relative)


def is_animated(format: str | None) -> bool:
    """Whether a format is an output format that supports animation."""
    properties = formats.FORMATS.get(format or "")
    return properties is not None and properties.is_animated
