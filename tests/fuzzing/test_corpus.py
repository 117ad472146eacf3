"""All inputs of the corpus, of which each broke something or reaches far."""

import sys

import pytest

from fuzzing import targets

_MOST = 200_000  # Bytes, for what everybody gets with the repository.


@pytest.mark.slow
def test_nothing_of_the_corpus_breaks_what_reads_it(run_command):
    done = run_command(sys.executable, "-m", "fuzzing.replay")
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-4000:]
    for target in targets.TARGETS.values():
        for path in target.corpus.iterdir():
            assert f"{target.module} {path.name}\n" in done.stdout


def test_the_corpus_is_small():
    folders = {target.corpus for target in targets.TARGETS.values()}
    files = [path for folder in folders for path in folder.iterdir()]
    assert len(files) > 50
    assert sum(path.stat().st_size for path in files) < _MOST
