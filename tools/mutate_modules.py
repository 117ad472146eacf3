"""Changes modules on purpose, and shows each change to the module's tests.

    python -m tools.mutate_modules training/config video/segments

asks cosmic-ray, a program on the PATH, for every change of
`cartoongan_tf/training/config.py`, draws a sample, the same one each time, and
runs `tests/training/test_config.py` against each change of it. What is
committed is tested, in a clone: no file of the working tree is changed. What no
test noticed is printed; a test that does not end counts as one that noticed.
"""

import contextlib
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from absl import flags

from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.core import errors

FLAGS = flags.FLAGS

flags.DEFINE_integer("changes", 30, "Changes a module, at most.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Another seed draws other changes.")

ROOT = pathlib.Path(__file__).parents[1]
_PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
_CONFIG = """\
[cosmic-ray]
module-path = "{module}"
timeout = 240.0
excluded-modules = []
test-command = "{command}"

[cosmic-ray.distributor]
name = "local"
"""


def main(names):
    with exit.with_message():
        if shutil.which("cosmic-ray") is None:
            raise errors.InputError(
                "cosmic-ray is not on the PATH; install it into an environment "
                "of its own."
            )
        tried = noticed = 0
        for name in names[1:]:
            total, missed = test_module(name)
            print("\n".join(missed))
            print(f"{name}: {total - len(missed)} of {total} noticed")
            tried += total
            noticed += total - len(missed)
        print(f"{noticed} of {tried}, {noticed / tried:.0%}")


def test_module(name):
    """Number of changes, and a diff of each one that no test noticed."""
    package, module = name.rsplit("/", 1)
    with tempfile.TemporaryDirectory() as folder:
        _run("git", "clone", "--quiet", ROOT, folder, cwd=ROOT)
        tests = f"tests/{package}/test_{module}.py"
        config, database = "mutations.toml", "mutations.sqlite"
        text = _CONFIG.format(
            module=f"cartoongan_tf/{name}.py",
            command=" ".join([*_PYTEST, tests]),
        )
        pathlib.Path(folder, config).write_text(text)
        _run("cosmic-ray", "init", config, database, cwd=folder)
        path = pathlib.Path(folder, database)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            total = keep_sample(connection, random.Random(FLAGS.seed))
        _run("cosmic-ray", "baseline", config, cwd=folder)
        _run("cosmic-ray", "exec", config, database, cwd=folder)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            missed = connection.execute(
                "SELECT diff FROM work_results WHERE test_outcome = 'SURVIVED'"
            ).fetchall()
        return total, [diff for (diff,) in missed]


def keep_sample(connection, source):
    """Leaves at most `changes` of them, one of a kind at each place."""
    changes = connection.execute(
        "SELECT operator_name, start_pos_row, start_pos_col, operator_args, "
        "occurrence, job_id FROM mutation_specs ORDER BY 1, 2, 3, 4, 5"
    ).fetchall()
    source.shuffle(changes)
    places = {
        (operator.split("_")[0], *place): job
        for operator, *place, _, _, job in changes
    }
    kept = list(places.values())[: FLAGS.changes]
    marks = ",".join("?" * len(kept))
    for table in ("mutation_specs", "work_items"):
        connection.execute(
            f"DELETE FROM {table} WHERE job_id NOT IN ({marks})", kept
        )
    connection.commit()
    return len(kept)


def _run(*command, cwd):
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    command_line.run(main)
