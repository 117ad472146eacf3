r"""Cost of a server on top of the bare model call.

    python -m benchmarks.serving --model_dir=exported/storybook/saved_model
    python -m benchmarks.serving --model_dir=... --soak_minutes=10

The first table has, for each number of connections that ask for one photo after
the other over REST, requests a second, the share of what the bare call gives on
the same photos from as many threads, two at most, and the milliseconds of half
of the answers and of 99 of 100.
Server, load and bare call are processes of their own; bare call and server run
in turn, and the shares are of neighbors. The second table is for planning: how
long answers take where requests come at random times, at some shares of the
most that the server answered. Below it stands the server's memory under a load
of photos of many sizes, minute by minute.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from absl import flags

from benchmarks import photo_requests
from benchmarks import server_process
from cartoongan_tf.commands import command_line

FLAGS = flags.FLAGS

flags.DEFINE_string("model_dir", None, "Folder of versions of a SavedModel.")
flags.DEFINE_list("connections", ["1", "8", "64"], "How many ask at once.")
flags.DEFINE_string("photo_size", "256x256", "Width and height, pixels.")
flags.DEFINE_integer("rounds", 3, "Runs of each, in turn.")
flags.DEFINE_float("seconds", 20.0, "Of each run.")
flags.DEFINE_list(
    "loads", ["30", "50", "70", "90"], "Percent of the highest rate."
)
flags.DEFINE_integer("soak_minutes", 0, "Of the load of many sizes.")
flags.DEFINE_multi_string("server_flag", [], "Further flag of the server.")
flags.mark_flag_as_required("model_dir")

PREDICT = "/v1/models/cartoongan:predict"
MAX_THREADS = 2  # of the bare call; more give no more on two cores
SOAKING = 8  # connections
SIDES = 64, 513  # pixels, of the load of many sizes
PHOTOS = 24  # of that load


def main(_):
    with tempfile.TemporaryDirectory() as folder:
        if FLAGS.rounds:
            report_rates(pathlib.Path(folder))
        if FLAGS.soak_minutes:
            report_memory(pathlib.Path(folder))


def report_rates(folder):
    width, height = map(int, FLAGS.photo_size.split("x"))
    photo = photo_requests.write_photo(folder / "photo.jpg", width, height)
    body = folder / "body.json"
    body.write_bytes(photo_requests.body_of(photo.read_bytes()))
    rows: dict[int, list] = {int(each): [] for each in FLAGS.connections}
    with serve(folder) as server:
        run_load(server, max(rows), FLAGS.seconds / 2, [body])
        for _ in range(FLAGS.rounds):
            for connections, found in rows.items():
                bare = run_bare(photo, min(connections, MAX_THREADS))
                served = run_load(server, connections, FLAGS.seconds, [body])
                found.append((bare, served))
        print_rates(rows, server)
        report_loads(rows, server, body)


def report_loads(rows, server, body):
    """Latencies where requests come at random times."""
    highest = max(
        statistics.median(served["rate"] for _, served in found)
        for found in rows.values()
    )
    cores = os.cpu_count()
    print(
        f"{highest:.1f} requests/s at most, {highest / cores:.1f} by each of "
        f"{cores} cores\n{'load':>11} {'served/s':>8} {'p50 ms':>7} "
        f"{'p99 ms':>7}"
    )
    for percent in map(int, FLAGS.loads):
        found = run_load(
            *(server, max(rows), 2 * FLAGS.seconds, [body]),
            rate=highest * percent / 100,
        )
        print(
            f"{percent:9} % {found['rate']:8.1f} {found['p50']:7.0f} "
            f"{found['p99']:7.0f}",
            flush=True,
        )


def serve(folder):
    log = folder / "server.log"
    queue = f"--max_enqueued_requests={1 + max(map(int, FLAGS.connections))}"
    return server_process.serve(FLAGS.model_dir, log, queue, *FLAGS.server_flag)


def run_load(server, connections, seconds, bodies, rate=0.0):
    found = run(
        "benchmarks.http_load",
        server.port,
        PREDICT,
        connections,
        seconds,
        rate,
        *bodies,
    )
    assert set(found["statuses"]) == {"200"}, found
    return found


def run_bare(photo, threads):
    versions = pathlib.Path(FLAGS.model_dir).glob("[0-9]*")
    version = max(versions, key=lambda folder: int(folder.name))
    return run(
        "benchmarks.serving_probe", version, threads, FLAGS.seconds, photo
    )


def run(module, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    print(".", end="", file=sys.stderr, flush=True)
    return json.loads(done.stdout.splitlines()[-1])


def print_rates(rows, server):
    """Medians over the rounds."""
    print(
        f"\n{'connections':>11} {'bare/s':>7} {'served/s':>8} {'share':>6}",
        end="",
    )
    print(f" {'p50 ms':>7} {'p99 ms':>7}")
    for connections, found in rows.items():
        bare = statistics.median(bare for bare, _ in found)
        rate, half, most = (
            statistics.median(served[key] for _, served in found)
            for key in ("rate", "p50", "p99")
        )
        share = statistics.median(
            served["rate"] / bare for bare, served in found
        )
        print(
            f"{connections:11} {bare:7.1f} {rate:8.1f} {share:6.0%} "
            f"{half:7.0f} {most:7.0f}"
        )
    print("Peak memory of the server: {1:.0f} MB".format(*server.memory()))


def report_memory(folder):
    """Memory at the end of each minute, of a load of photos of many sizes."""
    random = np.random.default_rng(0)
    bodies = []
    for number in range(PHOTOS):
        width, height = random.integers(*SIDES, 2)
        photo = folder / f"{number}.jpg"
        photo_requests.write_photo(photo, int(width), int(height))
        bodies.append(folder / f"{number}.json")
        bodies[-1].write_bytes(photo_requests.body_of(photo.read_bytes()))
    with serve(folder) as server:
        print(
            f"{'minute':>11} {'resident MB':>11} {'peak MB':>8} {'p99 ms':>7}"
        )
        for minute in range(1, FLAGS.soak_minutes + 1):
            found = run_load(server, SOAKING, 60, bodies)
            now, peak = server.memory()
            print(
                f"{minute:11} {now:11.0f} {peak:8.0f} {found['p99']:7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    command_line.run(main)
