"""The format of results: the one asked for, where it can hold them."""

import dataclasses

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.images import formats
from cartoongan_tf.video import codecs

VIDEO_KINDS = (media_type.Kind.VIDEO, media_type.Kind.CAMERA)

_OUTPUT_FORMATS = ("AVIF", "BMP", "JPEG", "PNG", "TIFF", "WEBP")
_INSTEAD = {"HEIF": "JPEG"}  # Of what is not written; else `FALLBACK`.


@dataclasses.dataclass(frozen=True)
class WantedFormat:
    """The format asked for, if any.

    Attributes:
        format: Of pictures, as Pillow calls it.
        video_suffix: Of videos.
    """

    format: str | None = None
    video_suffix: str | None = None

    @classmethod
    def named(cls, name: str | None) -> "WantedFormat":
        """The format that a user names; `InputError` if there is none such."""
        if name is None:
            return cls()
        suffix = f".{name.lower().removeprefix('.')}"
        if suffix in codecs.SUFFIXES:
            return cls(video_suffix=suffix)
        return cls(formats.by_name(name))

    def format_for(self, job: inputs.Job) -> str | None:
        """The format of a job's picture or animation, or None."""
        if job.kind in VIDEO_KINDS:
            return None
        if job.kind is media_type.Kind.ANIMATION:
            return next(
                (f for f in (self.format, job.format) if is_animated(f)),
                "WEBP",
            )
        is_written = job.format in _OUTPUT_FORMATS
        own = job.format if is_written else _INSTEAD.get(job.format or "")
        return self.format or own or formats.FALLBACK

    def suffix_for(self, job: inputs.Job) -> str:
        """The ending of a job's result."""
        if job.kind in VIDEO_KINDS:
            own = job.relative.suffix
            fits = own.lower() in codecs.SUFFIXES
            return self.video_suffix or (own if fits else codecs.SUFFIXES[0])
        kind = self.format_for(job) or formats.FALLBACK
        return formats.suffix_for(kind, job.relative)


def is_animated(format: str | None) -> bool:
    """Whether a format is written that can hold an animation."""
    known = formats.FORMATS.get(format or "")
    return known is not None and known.is_animated
