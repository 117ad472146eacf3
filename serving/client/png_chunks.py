"""Chunks of a PNG file that are damaged, beside its pixels."""

import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def without_damaged(data: bytes) -> bytes:
    """Leaves out what is damaged beside the pixels, as browsers do.

    Args:
        data: The bytes of a file; those of other formats stay as they are.
    """
    if not data.startswith(_SIGNATURE):
        return data
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while at < len(data):
        stop = at + int.from_bytes(data[at : at + 4], "big") + 12
        chunk = data[at:stop]
        # What can be left out has a name that begins with a small letter.
        if not chunk[4:5].islower() or _is_sound(chunk):
            kept.append(chunk)
        at = stop
    return b"".join(kept)


def _is_sound(chunk):
    checksum = zlib.crc32(chunk[4:-4]).to_bytes(4, "big")
    return checksum == chunk[-4:] and chunk[4:8].isalpha()
