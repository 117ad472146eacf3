"""An endpoint that speaks the Hugging Face Hub's protocol for files.

Files are as in LFS: the answer for one has its SHA-256, and leads to another
host, which is the same by another name.
"""

import contextlib
import dataclasses
import hashlib
import http.server
import json
import os
import pathlib
import threading
import urllib.parse

TOKEN = "hf_of_the_tests"
OTHER_TOKEN = "hf_without_rights"

# Files by their names, by branch or tag, by repository.
Repositories = dict[str, dict[str, dict[str, bytes]]]


@dataclasses.dataclass
class Hub:
    """A running endpoint.

    Attributes:
        address: For `HF_ENDPOINT`.
        requests: What it was asked for: method and path.
    """

    address: str
    requests: list[str]

    def environment(self, home, **settings):
        """Variables of a process that uses it, with a cache in a folder."""
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("HF_") and not name.lower().endswith("proxy")
        }
        return own | {
            "HF_ENDPOINT": self.address,
            "HF_HOME": str(home),
            **settings,
        }


@contextlib.contextmanager
def serve(repositories: Repositories, refused: dict[str, str] | None = None):
    """Serves repositories, some of them to those only who have the token.

    Args:
        repositories: What there is.
        refused: The Hub's code for the refusal of others, by repository:
            GatedRepo, which shows the names of its files to all, or
            RepoNotFound for what is private.

    Yields:
        The `Hub`.
    """

    requests: list[str] = []

    class Handler(_Handler):
        files = repositories
        locked = refused or {}
        seen = requests

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            yield Hub(address, requests)
        finally:
            server.shutdown()
            thread.join()


def read_folder(folder: pathlib.Path) -> dict[str, bytes]:
    """What is in a folder, as a branch of a repository has it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def commit_of(files: dict[str, bytes]) -> str:
    """Hash that stands for the files of a branch."""
    digest = hashlib.sha1()
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


class _Refusal(Exception):
    """An answer that is none."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.seen.append(f"{self.command} {self.path}")
        path = urllib.parse.unquote(self.path.partition("?")[0])
        try:
            match path.strip("/").split("/"):
                case ["api", "models", owner, name]:
                    self._describe(f"{owner}/{name}", "main")
                case ["api", "models", owner, name, "revision", *revision]:
                    self._describe(f"{owner}/{name}", "/".join(revision))
                case [owner, name, "resolve", revision, *file]:
                    self._resolve(f"{owner}/{name}", revision, "/".join(file))
                case ["lfs", digest]:
                    self._send_content(digest)
                case _:
                    raise _Refusal(404, None)
        except _Refusal as refusal:
            status, *said = refusal.args
            names = ("X-Error-Code", "X-Error-Message")
            headers = zip(names, said, strict=False)
            self._send(status, **{name: text for name, text in headers if text})

    do_HEAD = do_GET

    def log_message(self, *_):
        pass

    def _describe(self, repository, revision):
        if self.locked.get(repository) != "GatedRepo":
            self._check_token(repository)
        files = self._files(repository, revision)
        content = {
            "id": repository,
            "sha": commit_of(files),
            "siblings": [{"rfilename": name} for name in files],
        }
        self._send(200, json.dumps(content).encode())

    def _resolve(self, repository, revision, name):
        self._check_token(repository)
        files = self._files(repository, revision)
        commit = {"X-Repo-Commit": commit_of(files)}
        if name not in files:
            self._send(404, **commit, **{"X-Error-Code": "EntryNotFound"})
            return
        digest = hashlib.sha256(files[name]).hexdigest()
        self._send(
            302,
            Location=f"http://localhost:{self.server.server_port}/lfs/{digest}",
            ETag=f'"{hashlib.sha1(files[name]).hexdigest()}"',
            **commit,
            **{
                "X-Linked-Etag": f'"{digest}"',
                "X-Linked-Size": str(len(files[name])),
            },
        )

    def _send_content(self, digest):
        for revisions in self.files.values():
            for files in revisions.values():
                for content in files.values():
                    if hashlib.sha256(content).hexdigest() == digest:
                        self._send(200, content, ETag=f'"{digest}"')
                        return
        raise _Refusal(404, None)

    def _check_token(self, repository):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if repository not in self.locked or token == TOKEN:
            return
        if token == OTHER_TOKEN:
            raise _Refusal(403, None)
        if token:
            raise _Refusal(
                401, None, "Invalid credentials in Authorization header"
            )
        raise _Refusal(401, self.locked[repository])

    def _files(self, repository, revision):
        if repository not in self.files:
            raise _Refusal(404, "RepoNotFound")
        revisions = self.files[repository]
        by_commit = {commit_of(files): files for files in revisions.values()}
        if revision not in revisions | by_commit:
            raise _Refusal(404, "RevisionNotFound")
        return (revisions | by_commit)[revision]

    def _send(self, status, content=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)
