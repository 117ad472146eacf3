import contextlib
import sqlite3
import uuid

import pytest

from tools import mutate_modules

OPERATORS = ("core/NumberReplacer", "core/ReplaceBinaryOperator_Add_Sub")
COLUMNS = "operator_name, start_pos_row, start_pos_col, operator_args"


@pytest.fixture
def make_database():
    """Makes what `cosmic-ray init` would: each change has a new number."""
    with contextlib.ExitStack() as stack:

        def make(rows=50):
            database = sqlite3.connect(":memory:")
            stack.enter_context(contextlib.closing(database))
            database.execute(
                f"CREATE TABLE mutation_specs ({COLUMNS}, occurrence, job_id)"
            )
            database.execute("CREATE TABLE work_items (job_id)")
            for row in range(rows):
                for number in range(4):
                    job = uuid.uuid4().hex
                    change = OPERATORS[number % 2], row, 8, "{}", number, job
                    database.execute(
                        "INSERT INTO mutation_specs VALUES (?, ?, ?, ?, ?, ?)",
                        change,
                    )
                    database.execute("INSERT INTO work_items VALUES (?)", [job])
            return database

        yield make


def kept(database):
    return database.execute(
        f"SELECT {COLUMNS}, occurrence FROM mutation_specs ORDER BY 1, 2, 5"
    ).fetchall()


def test_a_seed_draws_the_same_changes_each_time(make_database):
    draws = []
    for seed in (0, 0, 1):
        database = make_database()
        assert mutate_modules.keep_sample(database, 30, seed) == 30
        draws.append(kept(database))
    assert draws[0] == draws[1] != draws[2]
    assert len(draws[0]) == 30


def test_there_is_one_of_a_kind_at_each_place(make_database):
    database = make_database(rows=5)
    assert mutate_modules.keep_sample(database, 30, 0) == 10
    places = {(operator, row) for operator, row, *_ in kept(database)}
    assert len(places) == 10


def test_what_is_tried_is_what_was_drawn(make_database):
    database = make_database()
    mutate_modules.keep_sample(database, 30, 0)
    drawn, tried = (
        set(database.execute(f"SELECT job_id FROM {table}"))
        for table in ("mutation_specs", "work_items")
    )
    assert drawn == tried
