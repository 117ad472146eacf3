import threading

import pytest

from cartoongan_tf.core import parallel


def test_items_come_in_order():
    assert list(parallel.prefetch(n for n in range(50))) == list(range(50))


def test_items_are_prefetched():
    made = threading.Event()

    def items():
        yield 1
        made.set()
        yield 2

    stage = parallel.prefetch(items())
    assert next(stage) == 1
    assert made.wait(30)
    stage.close()


def test_the_number_of_prefetched_items_is_limited():
    made = []

    def items():
        for number in range(20):
            made.append(number)
            yield number

    stage = parallel.prefetch(items())
    next(stage)
    stage.close()
    assert len(made) <= 3


def test_exceptions_come_through():
    def items():
        yield 1
        raise OSError("broken")

    stage = parallel.prefetch(parallel.prefetch(items()))
    assert next(stage) == 1
    with pytest.raises(OSError, match="broken"):
        next(stage)


def test_stopping_early_closes_all_stages():
    closed = []

    def items():
        try:
            yield from range(50)
        finally:
            closed.append(True)

    stage = parallel.prefetch(parallel.prefetch(items()))
    next(stage)
    stage.close()
    assert closed == [True]


@pytest.mark.parametrize("count", [0, 1, 2, 17])
def test_each_item_is_worked_on_once(count):
    def work(item, gate):
        with gate:
            return 10 * item

    results = parallel.map_overlapped(work, range(count), 2)
    assert sorted(results) == [10 * item for item in range(count)]


def test_reading_overlaps_with_computation():
    """Neither would end alone: each waits for the other."""
    barrier = threading.Barrier(2, timeout=30)

    def work(item, gate):
        if item == 0:
            with gate:
                barrier.wait()
        else:
            barrier.wait()
        return item

    assert sorted(parallel.map_overlapped(work, [0, 1], 1)) == [0, 1]


@pytest.mark.parametrize("workers", [1, 3])
def test_concurrent_computations_are_limited(workers):
    lock, now, most = threading.Lock(), [], []

    def work(item, gate):
        with gate:
            with lock:
                now.append(item)
                most.append(len(now))
            threading.Event().wait(0.01)
            with lock:
                now.remove(item)

    list(parallel.map_overlapped(work, range(12), workers))
    assert max(most) == workers


def test_exceptions_of_work_are_raised():
    def work(item, gate):
        if item == 3:
            raise OSError("full")
        return item

    with pytest.raises(OSError, match="full"):
        list(parallel.map_overlapped(work, range(50), 1))


def test_after_a_failure_no_work_is_started():
    begun = []

    def work(item, gate):
        begun.append(item)
        if item == 0:
            raise OSError("full")
        threading.Event().wait(0.05)

    with pytest.raises(OSError, match="full"):
        list(parallel.map_overlapped(work, range(100), 1))
    assert len(begun) < 50
