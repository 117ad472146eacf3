"""Photos that became no cartoon, and why: what clients raise."""


class Failure(Exception):
    """A photo or a server that gave no cartoon; the message is one sentence."""
