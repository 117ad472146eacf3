r"""Responses of a server to requests that no client should send.

    python -m benchmarks.serving_abuse \
        --model_dir=exported/storybook/saved_model

Sends a list of bad requests and thousands of valid ones that were mutated at
random, from several connections, to one server process, then a good one. Prints
what became of each, and fails if any answer was neither a cartoon nor a 4xx, or
the process died.
"""

import collections
import concurrent.futures
import contextlib
import gzip
import http.client
import json
import pathlib
import socket
import struct
import tempfile
import zlib

from absl import flags

from benchmarks import photo_requests
from benchmarks import request_mutations
from benchmarks import server_process
from cartoongan_tf.commands import command_line

FLAGS = flags.FLAGS

flags.DEFINE_string("model_dir", None, "Folder of versions of a SavedModel.")
flags.DEFINE_integer("mutations", 10_000, "Mutated requests.")
flags.DEFINE_integer("senders", 4, "Connections that send them.")
flags.DEFINE_integer("first_mutation", 0, "Seed of the first sender.")
flags.mark_flag_as_required("model_dir")

PREDICT = request_mutations.PATH
JSON = {"Content-Type": "application/json"}
GZIP = {**JSON, "Content-Encoding": "gzip"}


def main(_):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        photo = photo_requests.write_photo(folder / "photo.jpg", 48, 32)
        with server_process.serve(
            FLAGS.model_dir, folder / "server.log", "--max_body_mb=8"
        ) as server:
            statuses = set(report_requests(server, photo))
            statuses |= set(report_connections(server))
            statuses |= set(report_mutations(server, photo))
            statuses.add(report("then a good one", *good(server, photo)))
            print("Peak memory: {1:.0f} MB".format(*server.memory()))
            assert server.process.poll() is None, "The server died."
    wrong = {s for s in statuses if s and s != 200 and s // 100 != 4}
    assert not wrong, f"Neither a cartoon nor 4xx: {wrong}"


def report(what, status, words=""):
    words = " ".join(words.split())[:75]
    print(f"{what:44} {status or '':>6}  {words}", flush=True)
    return status


def report_requests(server, photo):
    for what, body, headers in bad_requests(photo.read_bytes()):
        yield report(what, *post(server, PREDICT, body, headers))
    body = photo_requests.body_of(photo.read_bytes())
    for what, method, path in bad_addresses():
        sent = body if method == "POST" else b""
        yield report(what, *ask(server, method, path, sent, JSON))


def bad_requests(photo):
    """A description, a body, headers."""
    instance = photo_requests.body_of
    good_body = instance(photo)
    yield "no body", b"", JSON
    yield "a body cut in the middle", good_body[: len(good_body) // 2], JSON
    yield "no JSON", b"instances", JSON
    yield "not UTF-8", b'{"instances": ["\xff\xfe"]}', JSON
    for value in ("null", "[]", "5", '"text"', "{}", "true", "[[]]", "1e400"):
        yield f"instances: {value}", b'{"instances": %s}' % value.encode(), JSON
    yield "instances and inputs", b'{"instances": [1], "inputs": [1]}', JSON
    yield (
        "an unknown signature",
        b'{"signature_name": "x", "instances": [1]}',
        JSON,
    )
    yield "base64 that is none", b'{"instances": [{"b64": "!!"}]}', JSON
    yield "200,000 nested lists", b'{"instances": ' + b"[" * 200_000, JSON
    yield (
        "a number of 100,000 digits",
        (
            b'{"signature_name": "uint8", "instances": ['
            + b"9" * 100_000
            + b"]}"
        ),
        JSON,
    )
    yield (
        "rows of other lengths",
        (b'{"signature_name": "uint8", "instances": [[[[1,2,3]], [[1,2]]]]}'),
        JSON,
    )
    yield (
        "pixels of 1.5 for integers",
        (b'{"signature_name": "uint8", "instances": [[[[1.5, 2, 3]]]]}'),
        JSON,
    )
    yield "no picture at all", instance(b"text"), JSON
    yield "an empty picture", instance(b""), JSON
    yield "a picture that breaks off", instance(photo[: len(photo) // 2]), JSON
    yield "a PNG of 12000x12000 pixels", instance(png_bomb(12_000)), JSON
    yield "a PNG of 2^31-1 pixels a side", instance(png_bomb(2**31 - 1)), JSON
    yield "half of a gzip file", gzip.compress(good_body)[:-20], GZIP
    yield from large_requests()


def large_requests():
    """As `bad_requests`: what is too large, or becomes so once it is read."""
    yield "9 MB, where 8 are the most", b" " * (9 << 20), JSON
    for values in (b"[],", b"{},", b'{"":0},'):
        many = values * ((8 << 20) // len(values) - 10)
        yield (
            f"8 MB of {values.decode()}",
            b'{"instances": [' + many + b"0]}",
            JSON,
        )
    yield "9 MB in gzip", gzip.compress(b" " * (9 << 20)), GZIP


def bad_addresses():
    """A description, a method, a path."""
    yield "an unknown model", "POST", "/v1/models/x:predict"
    yield (
        "an unknown version",
        "POST",
        "/v1/models/cartoongan/versions/9:predict",
    )
    yield "a label", "POST", "/v1/models/cartoongan/labels/x:predict"
    yield (
        "a version above 2^64",
        "GET",
        f"/v1/models/cartoongan/versions/{9**30}",
    )
    yield "another method", "DELETE", "/v1/models/cartoongan"
    yield "a way out of the page's folder", "GET", "/page/../local/app.py"
    yield "the same, encoded", "GET", "/page/%2e%2e/local/app.py"
    yield "a path of 100,000 letters", "GET", "/" + "x" * 100_000


def report_connections(server):
    """Clients that send slowly, or leave."""
    head = b"POST " + PREDICT.encode() + b" HTTP/1.1\r\nHost: x\r\n"
    idle = [connect(server) for _ in range(100)]
    report("100 connections that send nothing, and wait", None)
    for connection in idle:
        connection.sendall(head)
    report("their heads that break off, and wait", None)
    for what, data in (
        ("a body that never comes", head + b"Content-Length: 100\r\n\r\n"),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        ("a negative length", head + b"Content-Length: -1\r\n\r\n"),
        ("80 KB of headers", head + (b"X: " + b"x" * 998 + b"\r\n") * 80),
    ):
        yield report(what, raw(server, data))
    for _ in range(100):  # They leave at once.
        with connect(server) as left:
            left.sendall(head + b"Content-Length: 100\r\n\r\n{")
    report("100 clients that leave in the middle", None)
    for connection in idle:
        connection.close()


def report_mutations(server, photo):
    share = FLAGS.mutations // FLAGS.senders
    with concurrent.futures.ThreadPoolExecutor(FLAGS.senders) as pool:
        counts = pool.map(
            lambda seed: count_mutations(server, photo, seed, share),
            range(FLAGS.first_mutation, FLAGS.first_mutation + FLAGS.senders),
        )
        total: collections.Counter = sum(counts, collections.Counter())
    for status, count in sorted(total.items()):
        yield report(f"{count} mutated requests", status)


def count_mutations(server, photo, seed, count):
    found: collections.Counter = collections.Counter()
    made = request_mutations.requests(photo.read_bytes(), seed, count)
    for number, request in enumerate(made):
        status, words = post(server, *request)
        found[status] += 1
        if status != 200 and status // 100 != 4:
            print(f"seed {seed}, number {number}: {status} {words}")
    return found


def good(server, photo):
    body = photo_requests.body_of(photo.read_bytes())
    return post(server, PREDICT, body, JSON)


def post(server, path, body, headers):
    return ask(server, "POST", path, body, headers)


def ask(server, method, path, body, headers):
    """Status, and the reason that is given."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=90
    )
    with contextlib.closing(connection):
        try:
            connection.request(method, path, body, headers)
        except ConnectionError:
            pass  # It may refuse before all is sent.
        answer = connection.getresponse()
        content = answer.read()
    try:
        return answer.status, json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return answer.status, ""


def raw(server, data):
    """Status, or None where the connection is closed without an answer."""
    with connect(server) as connection:
        connection.sendall(data)
        answer = connection.recv(4096)
    return int(answer.split()[1]) if answer else None


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), 90)


def png_bomb(side):
    """A PNG whose header is right, of few bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100_000))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*parts, (b"IEND", b"")]
    )


if __name__ == "__main__":
    command_line.run(main)
