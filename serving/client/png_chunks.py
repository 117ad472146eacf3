"""Damaged ancillary chunks of PNG files."""

import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def without_damaged(data: bytes) -> bytes:
    """Removes damaged ancillary chunks, as browsers do.

    Args:
        data: Bytes of a file; other formats are returned unchanged.
    """
    if not data.startswith(_SIGNATURE):
        return data
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while at < len(data):
        stop = at + int.from_bytes(data[at : at + 4], "big") + 12
        chunk = data[at:stop]
        # The type of an ancillary chunk starts with a lowercase letter.
        if not chunk[4:5].islower() or _is_valid(chunk):
            kept.append(chunk)
        at = stop
    return b"".join(kept)


def _is_valid(chunk):
    checksum = zlib.crc32(chunk[4:-4]).to_bytes(4, "big")
    return checksum == chunk[-4:] and chunk[4:8].isalpha()
