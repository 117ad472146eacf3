"""Protocol of the modules that decode a file format inside a graph."""

from typing import Protocol

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import headers


class Codec(Protocol):
    """A file format; the modules of this package are codecs themselves.

    `contents` is a scalar string, the bytes of a whole file from a stranger.
    Nothing but `decode` raises errors, and it gets only what `is_kind` and
    whose header has no problem.
    """

    def is_kind(self, contents: tf.Tensor) -> tf.Tensor:
        """Says by the first bytes whether the file is of this format.

        Returns:
            Scalar bool.
        """

    def read_header(self, contents: tf.Tensor) -> headers.Header:
        """Reads sizes and orientation, and what keeps it from decoding."""

    def decode(self, contents: tf.Tensor, header: headers.Header) -> tf.Tensor:
        """Decodes the pixels, as stored: not turned, not put on white.

        Returns:
            uint8 of shape `(height, width, channels)`: RGB, or RGBA.

        Raises:
            InvalidArgumentError: When run, if the pixels are damaged.
        """
