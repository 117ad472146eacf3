"""Errors that clients raise."""


class ClientError(Exception):
    """A photo or a server that gave no cartoon; the message is one sentence."""
