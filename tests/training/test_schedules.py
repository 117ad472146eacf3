import pytest

from cartoongan_tf.training import schedules


@pytest.mark.parametrize(
    ("step", "rate"), [(0, 0.2), (100, 0.2), (150, 0.1), (200, 0), (300, 0)]
)
def test_the_rate_decays_linearly(step, rate):
    schedule = schedules.LinearDecay(0.2, 100, 200)
    assert float(schedule(step)) == pytest.approx(rate)


def test_the_decay_may_take_one_step():
    schedule = schedules.LinearDecay(0.2, 100, 101)
    assert [float(schedule(step)) for step in (100, 101)] == [
        pytest.approx(0.2),
        0,
    ]


@pytest.mark.parametrize("start", [100, 200])
@pytest.mark.parametrize("step", [0, 99, 100, 200])
def test_no_decay_if_the_start_is_after_the_end(start, step):
    schedule = schedules.LinearDecay(0.2, start, 100)
    assert float(schedule(step)) == pytest.approx(0.2)
