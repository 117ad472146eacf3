"""The stream of a video file that is its moving picture.

Phones put more beside it: covers, and the stills of a motion photo, which are
larger than the film and a few only.
"""

import av

# Share of the frames of the longest stream that a moving picture has at least.
_FEW = 0.5


def chosen(
    container: av.container.InputContainer,
) -> av.video.stream.VideoStream | None:
    """The largest one that is neither a cover nor of a few stills."""
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & type(stream.disposition).attached_pic
    ]
    # Which is known of some kinds of files only, else 0.
    most = max((stream.frames for stream in streams), default=0)
    return max(
        (
            stream
            for stream in streams
            if not stream.frames or stream.frames >= _FEW * most
        ),
        key=_area,
        default=None,
    )


def _area(stream):
    context = stream.codec_context
    return 0 if context is None else (context.width or 0) * context.height
