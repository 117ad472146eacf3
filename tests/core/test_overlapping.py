import threading

import pytest

from cartoongan_tf.core import overlapping


def test_items_come_in_order():
    assert list(overlapping.ahead(iter(range(50)))) == list(range(50))


def test_items_are_made_before_they_are_asked_for():
    made = threading.Event()

    def items():
        yield 1
        made.set()
        yield 2

    stage = overlapping.ahead(items())
    assert next(stage) == 1
    assert made.wait(30)
    stage.close()


def test_no_more_are_made_than_may_wait():
    made = []

    def items():
        for number in range(20):
            made.append(number)
            yield number

    stage = overlapping.ahead(items())
    next(stage)
    stage.close()
    assert len(made) <= 3


def test_what_is_raised_comes_through():
    def items():
        yield 1
        raise OSError("broken")

    stage = overlapping.ahead(overlapping.ahead(items()))
    assert next(stage) == 1
    with pytest.raises(OSError, match="broken"):
        next(stage)


def test_whoever_stops_early_closes_all_stages():
    closed = []

    def items():
        try:
            yield from range(50)
        finally:
            closed.append(True)

    stage = overlapping.ahead(overlapping.ahead(items()))
    next(stage)
    stage.close()
    assert closed == [True]
