"""Errors of clients."""


class ClientError(Exception):
    """A photo that could not be cartoonized; the message is one sentence."""
