"""A port that nothing listens at, for programs that want to be told one."""

import socket


def find():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
