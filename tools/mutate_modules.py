"""Changes modules on purpose, and shows each change to the module's tests.

    python -m tools.mutate_modules training/config video/segments

asks cosmic-ray, a program on the PATH, for every change of
`cartoongan_tf/training/config.py`, draws a sample, the same one each time, and
runs `tests/training/test_config.py` against each change of it. What is
committed is tested, in a clone: no file of the working tree is changed. Changes
that no test noticed are printed; a test that does not end has noticed one.
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
flags.DEFINE_integer("sample_seed", 0, "Another seed draws other changes.")

ROOT = pathlib.Path(__file__).parents[1]
_PYTEST = f"{sys.executable} -m pytest -x -q -p no:cacheprovider"
_CONFIG_FILE, _DATABASE = "mutations.toml", "mutations.sqlite"
_CONFIG = """\
[cosmic-ray]
module-path = "{source}"
timeout = 240.0
excluded-modules = []
test-command = "{command}"

[cosmic-ray.distributor]
name = "local"
"""


def main(arguments):
    with exit.with_message():
        if len(arguments) < 2:
            raise errors.InputError("Name modules, such as training/config.")
        if shutil.which("cosmic-ray") is None:
            raise errors.InputError(
                "cosmic-ray is not on the PATH; install it into an environment "
                "of its own."
            )
        tried = noticed = 0
        for name in arguments[1:]:
            count, missed = try_changes(name)
            print("\n".join(missed))
            print(f"{name}: {count - len(missed)} of {count} noticed.")
            tried += count
            noticed += count - len(missed)
        print(f"{noticed} of {tried}, {noticed / tried:.0%}.")


def try_changes(name):
    """Number of changes, and a diff of each one that no test noticed."""
    package, _, module = name.rpartition("/")
    source = f"cartoongan_tf/{name}.py"
    tests = f"tests/{package}/test_{module}.py"
    for path in (source, tests):
        if not (ROOT / path).is_file():
            raise errors.InputError(f"There is no {path}; name a module.")
    with tempfile.TemporaryDirectory() as folder:
        _run(folder, "git", "clone", "--quiet", ROOT, ".")
        text = _CONFIG.format(source=source, command=f"{_PYTEST} {tests}")
        pathlib.Path(folder, _CONFIG_FILE).write_text(text)
        _run(folder, "cosmic-ray", "init", _CONFIG_FILE, _DATABASE)
        results = pathlib.Path(folder, _DATABASE)
        with contextlib.closing(sqlite3.connect(results)) as database:
            count = keep_sample(database, FLAGS.changes, FLAGS.sample_seed)
        _run(folder, "cosmic-ray", "baseline", _CONFIG_FILE)
        _run(folder, "cosmic-ray", "exec", _CONFIG_FILE, _DATABASE)
        with contextlib.closing(sqlite3.connect(results)) as database:
            missed = database.execute(
                "SELECT diff FROM work_results WHERE test_outcome = 'SURVIVED'"
            ).fetchall()
    return count, [diff for (diff,) in missed]


def keep_sample(database: sqlite3.Connection, count: int, seed: int) -> int:
    """Draws changes, and removes all others.

    Args:
        database: What `cosmic-ray init` wrote.
        count: How many to keep at most, one of a kind at each place.
        seed: Of the draw.

    Returns:
        How many are kept.
    """
    changes = database.execute(  # In an order that is always the same.
        "SELECT operator_name, start_pos_row, start_pos_col, operator_args, "
        "occurrence, job_id FROM mutation_specs ORDER BY 1, 2, 3, 4, 5"
    ).fetchall()
    random.Random(seed).shuffle(changes)
    one_of_a_kind = {
        (operator.split("_")[0], row, column): job
        for operator, row, column, *_, job in changes
    }
    kept = list(one_of_a_kind.values())[:count]
    marks = ",".join("?" * len(kept))
    for table in ("mutation_specs", "work_items"):
        database.execute(
            f"DELETE FROM {table} WHERE job_id NOT IN ({marks})", kept
        )
    database.commit()
    return len(kept)


def _run(folder, *command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    command_line.run(main)
