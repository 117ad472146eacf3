"""The local server in a thread of the tests."""

import contextlib
import threading

from serving.local import __main__ as command
from serving.local import server
from serving.local import settings


@contextlib.contextmanager
def serve(folders, **chosen):
    """Runs a server of folders by name at a free port; gives its address."""
    chosen = settings.Settings(**{"drain_timeout_s": 5, **chosen})
    with command.listen(chosen.host, 0) as socket:
        running = server.Server(chosen, folders)
        thread = threading.Thread(target=running.run, args=([socket],))
        thread.start()
        try:
            yield f"http://{chosen.host}:{socket.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()
