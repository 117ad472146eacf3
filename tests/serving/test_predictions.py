import asyncio
import collections
import shutil
import threading

import grpc
import numpy as np
import pytest

from serving import catalogs
from serving import loaded_versions
from serving import model_configs
from serving import predictions
from serving import refusals
from serving import version_policies

SHOUT = predictions.Spec("m")
UNIQUE = predictions.Spec("m", signature="unique")
DOUBLE = predictions.Spec("m", signature="double")


@pytest.fixture
def catalog(words):
    shutil.copytree(words / "1", words / "2")
    config = model_configs.ModelConfig("m", words, version_policies.All())
    catalog = catalogs.Catalog([config])
    catalog.refresh()
    yield catalog
    catalog.close()


@pytest.fixture
def make(catalog):
    """Makes predictors of one thread, unless told."""
    made = []

    def make(num_batch_threads=1, **settings):
        made.append(
            predictions.Predictor(
                catalog, num_batch_threads=num_batch_threads, **settings
            )
        )
        return made[-1]

    yield make
    for predictor in made:
        predictor.close()


class Gate:
    """Holds each run until it is let through, and counts the words of it."""

    def __init__(self):
        self.sizes = []
        self._reached = threading.Semaphore(0)
        self._passes = threading.Semaphore(0)

    def hold(self, inputs):
        self.sizes.append(len(next(iter(inputs.values()))))
        self._reached.release()
        assert self._passes.acquire(timeout=60)

    def open(self, passes=1000):
        self._passes.release(passes)

    async def reach(self):
        assert await asyncio.to_thread(self._reached.acquire, timeout=60)


@pytest.fixture
def gate(monkeypatch):
    gate = Gate()
    run = loaded_versions.LoadedVersion.run

    def held(version, signature, inputs, *args):
        gate.hold(inputs)
        return run(version, signature, inputs, *args)

    monkeypatch.setattr(loaded_versions.LoadedVersion, "run", held)
    yield gate
    gate.open()  # else a test that fails would leave threads behind


def decode_to(*words):
    array = np.array([word.encode() for word in words], object)
    return lambda definition: {"words": array}


def ask(predictor, *words, spec=SHOUT, **settings):
    """Asks as soon as the loop comes to it."""
    asked = predictor.predict(spec, decode_to(*words), **settings)
    return asyncio.ensure_future(asked)


async def queued(predictor, count):
    """Waits until so many requests have been read and wait for a thread."""
    while predictor.waiting < count:
        await asyncio.sleep(0.001)


def shouted(prediction):
    words = prediction.outputs["shouted"]
    return [word.decode() for word in words]


def together(prediction):
    return prediction.outputs["together"].tolist()


def test_an_answer_says_what_it_is_of(make, catalog):
    async def main():
        return await ask(make(), "a", "b")

    answer = asyncio.run(main())
    assert shouted(answer) == ["A", "B"]
    assert answer.version == 2
    assert answer.signature == "serving_default"
    with catalog.lease("m") as version:
        assert answer.definition == version.signatures["serving_default"]
    assert answer.batch_size == 2
    assert answer.queued_seconds >= 0
    assert answer.run_seconds > 0


def test_what_waits_is_run_together_and_answered_apart(make, gate):
    async def main():
        predictor = make(max_batch_size=5)
        asked = [ask(predictor, "first")]
        await gate.reach()
        for count, words in enumerate(["abc", "def", "gh"], 1):
            asked.append(ask(predictor, *words))
            await queued(predictor, count)
        gate.open()
        return await asyncio.gather(*asked)

    _, *answers = asyncio.run(main())
    assert gate.sizes == [1, 5, 3]
    assert [shouted(a) for a in answers] == [[*"ABC"], [*"DEF"], [*"GH"]]
    assert [together(a) for a in answers] == [[5] * 3, [3] * 3, [5] * 2]
    assert [answer.batch_size for answer in answers] == [5, 3, 5]


def test_only_equal_signatures_versions_and_outputs_are_joined(make, gate):
    async def main():
        predictor = make()
        asked = [ask(predictor, "first")]
        await gate.reach()
        for word in "bc":
            asked += [
                ask(predictor, "a"),
                ask(predictor, word, spec=UNIQUE),
                ask(predictor, "c", spec=predictions.Spec("m", 1)),
                ask(predictor, "d", outputs=["shouted"]),
            ]
        await queued(predictor, 8)
        gate.open()
        return await asyncio.gather(*asked)

    answers = asyncio.run(main())[1:]
    assert gate.sizes == [1, 2, 2, 2, 2]
    assert [answer.version for answer in answers] == [2, 2, 1, 2] * 2
    assert answers[3].outputs.keys() == {"shouted"}


def test_outputs_are_joined_by_what_they_are_not_by_how_they_are_asked_for(
    make, gate
):
    async def main():
        predictor = make()
        asked = [ask(predictor, "first")]
        await gate.reach()
        asked += [
            ask(predictor, "a"),
            ask(predictor, "b", outputs=["together", "shouted"]),
        ]
        await queued(predictor, 2)
        gate.open()
        return await asyncio.gather(*asked)

    asyncio.run(main())
    assert gate.sizes == [1, 2]


def test_a_bad_word_fails_its_own_request_only(make, gate):
    async def main():
        predictor = make()
        asked = [ask(predictor, "first")]
        await gate.reach()
        asked += [
            ask(predictor, "a", "b"),
            ask(predictor, "c", "bad"),
            ask(predictor, "d"),
        ]
        await queued(predictor, 3)
        gate.open()
        return await asyncio.gather(*asked, return_exceptions=True)

    _, first, second, third = asyncio.run(main())
    assert shouted(first) == ["A", "B"]
    assert isinstance(second, refusals.Refusal)
    assert second.message == "words[1]: is bad."
    assert shouted(third) == ["D"]
    assert gate.sizes[1] == 5


def test_a_large_request_is_run_in_pieces(make, gate):
    gate.open()
    words = [f"w{n}" for n in range(11)]

    async def main():
        return await ask(make(max_batch_size=4), *words)

    answer = asyncio.run(main())
    assert shouted(answer) == [word.upper() for word in words]
    assert together(answer) == [4] * 8 + [3] * 3
    assert answer.batch_size == 4
    assert gate.sizes == [4, 4, 3]


def test_places_are_counted_in_the_whole_request(make):
    words = ["a"] * 9 + ["bad", "a", "bad"]

    async def main():
        return await ask(make(max_batch_size=4), *words)

    with pytest.raises(refusals.Refusal, match=r"^words\[9\]: is bad\.$"):
        asyncio.run(main())


def test_a_large_request_does_not_keep_others_waiting_to_its_end(make, gate):
    async def main():
        predictor = make(max_batch_size=4)
        asked = [ask(predictor, *"abcdefghijkl")]
        await gate.reach()
        asked.append(ask(predictor, "small", "one"))
        await queued(predictor, 1)
        gate.open()
        return await asyncio.gather(*asked)

    large, _ = asyncio.run(main())
    assert shouted(large) == list("ABCDEFGHIJKL")
    assert gate.sizes == [4, 2, 4, 4]


def test_pieces_of_a_request_run_at_a_time(make, gate):
    async def main():
        predictor = make(num_batch_threads=2, max_batch_size=1)
        asked = ask(predictor, *"abc")
        await gate.reach()
        await gate.reach()
        gate.open()
        return await asked

    assert shouted(asyncio.run(main())) == ["A", "B", "C"]


def test_pieces_behind_a_bad_one_are_not_run(make, gate):
    gate.open()

    async def main():
        words = ["a", "bad", *"cdefgh"]
        with pytest.raises(refusals.Refusal):
            await ask(make(max_batch_size=2), *words)

    asyncio.run(main())
    assert gate.sizes == [2]


def test_tensors_are_run_by_themselves(make, gate):
    def decode(definition):
        return {"numbers": np.ones((2, 3), "float32")}

    async def main():
        predictor = make(max_batch_size=1)
        asked = [predictor.predict(DOUBLE, decode) for _ in range(3)]
        gate.open()
        return await asyncio.gather(*asked)

    for answer in asyncio.run(main()):
        np.testing.assert_array_equal(
            answer.outputs["doubled"], np.full((2, 3), 2)
        )
        assert together(answer) == [2, 2]
        assert answer.batch_size == 0


def test_outputs_that_cannot_be_divided_are_run_for_again(make, gate):
    async def main():
        predictor = make()
        asked = [ask(predictor, "first")]
        await gate.reach()
        asked += [ask(predictor, *"aab", spec=UNIQUE) for _ in range(2)]
        await queued(predictor, 2)
        gate.open()
        return await asyncio.gather(*asked)

    for answer in asyncio.run(main())[1:]:
        assert answer.outputs["found"].tolist() == [b"a", b"b"]
    assert gate.sizes == [1, 6, 3, 3]


def test_outputs_without_axes_are_not_joined(make):
    async def main():
        predictor = make(max_batch_size=1)
        spec = predictions.Spec("m", signature="count")
        return await asyncio.gather(ask(predictor, *"abc", spec=spec))

    (answer,) = asyncio.run(main())
    assert answer.outputs["count"] == 3


def test_a_full_queue_refuses_at_once(make, gate):
    async def main():
        predictor = make(max_enqueued_requests=2)
        asked = [ask(predictor, "a"), ask(predictor, "b")]
        await gate.reach()
        assert predictor.pending == 2
        with pytest.raises(refusals.Refusal) as caught:
            await predictor.predict(SHOUT, decode_to("c"))
        gate.open()
        await asyncio.gather(*asked)
        await predictor.predict(SHOUT, decode_to("d"))
        assert predictor.pending == 0
        return caught.value

    refusal = asyncio.run(main())
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refusal.http_status == 429


@pytest.mark.parametrize(
    ("settings", "sent"), [({"timeout_seconds": 0.2}, None), ({}, 0.2)]
)
def test_what_is_late_is_refused_and_not_run(make, gate, settings, sent):
    async def main():
        predictor = make(**settings)
        asked = [
            ask(predictor, word, seconds=sent) for word in ("first", "second")
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        gate.open()
        return answers

    for refusal in asyncio.run(main()):
        assert refusal.code is grpc.StatusCode.DEADLINE_EXCEEDED
        assert refusal.message == "There was no answer within 0.2 seconds."
    assert len(gate.sizes) == 1


def test_senders_cannot_wait_longer_than_others(make, gate):
    async def main():
        predictor = make(timeout_seconds=0.2)
        with pytest.raises(refusals.Refusal, match=r"within 0\.2 seconds"):
            await ask(predictor, "a", seconds=3600)
        gate.open()

    asyncio.run(main())


def test_who_leaves_is_not_run(make, gate):
    async def main():
        predictor = make()
        first = ask(predictor, "first")
        await gate.reach()
        second, third = ask(predictor, *"ab"), ask(predictor, *"cde")
        await queued(predictor, 2)
        second.cancel()
        await asyncio.wait([second])
        assert predictor.waiting == 1
        gate.open()
        return await asyncio.gather(first, third)

    _, third = asyncio.run(main())
    assert shouted(third) == ["C", "D", "E"]
    assert gate.sizes == [1, 3]


def test_who_leaves_a_run_leaves_the_others_their_answers(make, gate):
    async def main():
        predictor = make()
        asked = [ask(predictor, "first")]
        await gate.reach()
        for count, words in enumerate(["ab", "cde"], 1):
            asked.append(ask(predictor, *words))
            await queued(predictor, count)
        gate.open(1)
        await gate.reach()
        asked[1].cancel()
        await asyncio.wait([asked[1]])
        gate.open()
        async with asyncio.timeout(60):
            return await asked[2]

    assert shouted(asyncio.run(main())) == ["C", "D", "E"]
    assert gate.sizes == [1, 5]


def test_pieces_of_who_leaves_are_not_run(make, gate):
    async def main():
        predictor = make(num_batch_threads=2, max_batch_size=2)
        first = [ask(predictor, *"ab"), ask(predictor, *"cd")]
        await gate.reach()
        await gate.reach()
        large = ask(predictor, *"efghijkl")
        await queued(predictor, 2)
        large.cancel()
        await asyncio.wait([large])
        assert predictor.waiting == 0
        gate.open()
        return await asyncio.gather(*first)

    asyncio.run(main())
    assert gate.sizes == [2, 2]


def test_who_leaves_a_batch_that_fails_is_not_run_again(make, gate):
    async def main():
        predictor = make()
        asked = [ask(predictor, "first")]
        await gate.reach()
        asked += [ask(predictor, "bad"), ask(predictor, *"ab")]
        await queued(predictor, 2)
        gate.open(1)
        await gate.reach()
        asked[2].cancel()
        gate.open()
        return await asyncio.gather(*asked, return_exceptions=True)

    asyncio.run(main())
    assert gate.sizes == [1, 3, 1]


def test_several_runs_go_on_at_a_time(make, gate):
    async def main():
        predictor = make(num_batch_threads=2, max_batch_size=1)
        asked = [ask(predictor, word) for word in "abc"]
        await gate.reach()
        await gate.reach()
        assert gate.sizes == [1, 1]
        gate.open()
        return await asyncio.gather(*asked)

    assert len(asyncio.run(main())) == 3


def test_a_request_may_wait_for_others_though_a_thread_is_free(make, gate):
    gate.open()
    hour = 3_600_000_000

    async def main():
        predictor = make(max_batch_size=2, batch_timeout_micros=hour)
        return await asyncio.gather(ask(predictor, "a"), ask(predictor, "b"))

    assert [a.batch_size for a in asyncio.run(main())] == [2, 2]
    assert gate.sizes == [2]


def test_tensors_do_not_wait_for_others(make):
    def decode(definition):
        return {"numbers": np.ones((2, 3), "float32")}

    async def main():
        predictor = make(batch_timeout_micros=3_600_000_000)
        return await predictor.predict(DOUBLE, decode)

    assert asyncio.run(main()).batch_size == 0


def test_a_request_that_waits_for_others_does_not_wait_for_ever(make):
    async def main():
        predictor = make(batch_timeout_micros=20_000)
        return [await ask(predictor, word) for word in "ab"]

    for answer in asyncio.run(main()):
        assert answer.batch_size == 1
        assert answer.queued_seconds >= 0.02


def test_inputs_are_read_and_checked_beside_the_loop(make):
    threads = []

    def decode(definition):
        threads.append(threading.current_thread())
        return {"words": np.zeros(3)}

    async def main():
        await make().predict(SHOUT, decode)

    with pytest.raises(refusals.Refusal, match="to be string but float64"):
        asyncio.run(main())
    assert threads[0] is not threading.main_thread()


def test_inputs_that_do_not_fit_never_come_among_others(make, gate):
    def decode(definition):
        return {"words": np.array([[b"a", b"b"]], object)}

    async def main():
        await make().predict(SHOUT, decode)

    with pytest.raises(refusals.Refusal, match=r"to have shape \[\?\] but"):
        asyncio.run(main())
    assert gate.sizes == []


@pytest.mark.parametrize(
    ("spec", "outputs", "sentence"),
    [
        (predictions.Spec("x"), None, "Servable not found"),
        (predictions.Spec("m", signature="x"), None, 'name: "x" not found'),
        (SHOUT, ["x"], "output tensor alias not found"),
    ],
)
def test_what_is_not_there_is_refused_before_inputs_are_read(
    make, spec, outputs, sentence
):
    def decode(definition):
        raise AssertionError

    async def main():
        await make().predict(spec, decode, outputs)

    with pytest.raises(refusals.Refusal, match=sentence):
        asyncio.run(main())


def test_requests_are_answered_while_versions_come_and_go(words, tmp_path):
    first = shutil.copytree(words / "1", tmp_path / "first")
    config = model_configs.of_folder("m", words)
    catalog = catalogs.Catalog([config], poll_seconds=0.01)
    catalog.start()
    predictor = predictions.Predictor(catalog)
    done = False

    async def keep_asking(counts):
        while not done:
            answer = await ask(predictor, "a")
            counts[answer.version] += 1

    async def main():
        nonlocal done
        counts = collections.Counter()
        asking = [asyncio.ensure_future(keep_asking(counts)) for _ in range(16)]
        for new in (2, 3, 4):
            shutil.copytree(first, words / "unfinished")
            (words / "unfinished").rename(words / str(new))
            while counts[new] < 10:
                await asyncio.sleep(0.01)
        done = True
        await asyncio.gather(*asking)
        return counts

    counts = asyncio.run(main())
    predictor.close()
    catalog.close()
    assert sorted(counts) == [1, 2, 3, 4]
