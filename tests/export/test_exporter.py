import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.export import exporter
from cartoongan_tf.export import fidelity
from cartoongan_tf.export import jobs
from cartoongan_tf.export import options
from cartoongan_tf.inference import loading
from cartoongan_tf.nn import networks

SETTINGS = options.Settings(
    precisions=["float32"], sizes=[(40, 24), None], warmup_sizes=[(24, 32)]
)


@pytest.fixture
def photos(random):
    return [random.integers(0, 256, (33, 50, 3), "uint8") for _ in range(2)]


@pytest.fixture
def plan(generator, photos, tmp_path):
    """Jobs by the names of what they write."""

    def make(**changes):
        settings = SETTINGS._replace(**changes)
        found = jobs.plan(generator, settings, tmp_path, photos)
        return {job.name: job for job in found}

    return make


@pytest.fixture
def examples(generator, photos):
    return exporter.Examples(generator, photos)


def assert_same(cartoon, generator, picture):
    expected = generator(picture[None] / np.float32(127.5) - 1)[0]
    pixels = np.round((expected + 1) * 127.5)
    assert cartoon.dtype == np.uint8
    assert cartoon.shape == picture.shape
    assert np.abs(cartoon - pixels).max() <= 1  # A tie may round either way.
    assert pixels.std() > 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("saved_model/1", (21, 34)),
        ("cartoongan_float32.tflite", (24, 40)),
        ("cartoongan_float32_any.tflite", (21, 34)),
    ],
)
def test_artifacts_are_the_generator(
    generator, plan, examples, random, tmp_path, name, sides
):
    made = exporter.export(plan()[name], tmp_path, examples)
    assert (made.name, made.precision) == (name, "float32")
    assert made.fidelity.psnr > 60
    assert made.fidelity.largest_error <= 1
    assert made.megabytes == pytest.approx(
        sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) / 1e6
    )
    picture = random.integers(0, 256, (*sides, 3), "uint8")
    cartoonize = loading.open_model(tmp_path / name, "model")
    assert_same(cartoonize(picture), generator, picture)


@pytest.mark.parametrize("name", ["saved_model/1", "cartoongan_float32.tflite"])
def test_artifacts_below_the_minimum_fidelity_are_not_written(
    plan, photos, tmp_path, name
):
    other = exporter.Examples(networks.Generator(filters=4, blocks=1), photos)
    refusal = exporter.export(plan()[name], tmp_path, other)
    assert isinstance(refusal, exporter.FailedExport)
    assert refusal.name == name
    assert "dB from those of the Keras model, and 60 are" in refusal.reason
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_file_that_was_there_outlives_a_refusal(plan, photos, tmp_path):
    name = "cartoongan_float32.tflite"
    (tmp_path / name).write_text("before")
    other = exporter.Examples(networks.Generator(filters=4, blocks=1), photos)
    exporter.export(plan()[name], tmp_path, other)
    assert (tmp_path / name).read_text() == "before"


@pytest.mark.parametrize(
    ("precision", "ends"), [("float16", (-1, 1)), ("dynamic_range", (0, 255))]
)
def test_litert_files_say_what_black_and_white_are(
    plan, examples, tmp_path, precision, ends
):
    planned = plan(precisions=[precision], sizes=[(24, 16), (40, 24)])
    name = f"cartoongan_{precision}.tflite"
    made = exporter.export(planned[name], tmp_path, examples)
    assert made.ranges == {"24x16": ends, "40x24": ends}


def test_all_signatures_and_threads_are_compared(plan, tmp_path):
    for name, count in (
        ("saved_model/1", 3),
        ("cartoongan_float32.tflite", 2),
    ):
        job = plan()[name]
        (tmp_path / name).parent.mkdir(exist_ok=True)
        job.write(tmp_path / name)
        assert len(job.variants(tmp_path / name)) == count


def test_one_wrong_way_is_enough_to_be_refused(plan, examples, tmp_path):
    job = plan()["cartoongan_float32.tflite"]

    def variants(path):
        return [*job.variants(path), jobs.Variant(lambda photo: photo)]

    found = exporter.export(job._replace(variants=variants), tmp_path, examples)
    assert isinstance(found, exporter.FailedExport)


def test_a_failing_warm_up_request_stops_the_export(plan, examples, tmp_path):
    job = plan(warmup_sizes=[(8, 8)])["saved_model/1"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="8 x 8 pixels"):
        exporter.export(job, tmp_path, examples)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_jpeg_cartoons_are_compared_with_jpeg_cartoons(
    plan, examples, tmp_path
):
    encoded = options.BytesSettings(encoding="jpeg")
    job = plan(encoded=encoded)["saved_model/1"]
    job.write(tmp_path / "1")
    *_, variant = job.variants(tmp_path / "1")
    pairs = examples.at(None)
    seen = [(photo, variant.seen(cartoon)) for photo, cartoon in pairs]
    assert fidelity.measure(variant.cartoonize, seen).psnr > 60
    assert fidelity.measure(variant.cartoonize, pairs).psnr < 45


def test_jobs_are_what_was_asked_for(plan):
    names = list(plan(precisions=["int8", "float16"]))
    assert names == [
        "saved_model/1",
        "cartoongan_int8.tflite",
        "cartoongan_int8_any.tflite",
        "cartoongan_float16.tflite",
        "cartoongan_float16_any.tflite",
    ]
    assert list(plan(formats=["litert"], sizes=[None])) == [
        "cartoongan_float32_any.tflite"
    ]
    assert list(plan(formats=["litert"], sizes=[(16, 17)])) == [
        "cartoongan_float32.tflite"
    ]
    for sizes, names in (
        ([(16, 16), None], ["cartoongan.onnx"]),
        ([], ["cartoongan.onnx"]),
        (
            [(16, 17), (24, 16)],
            ["cartoongan_16x17.onnx", "cartoongan_24x16.onnx"],
        ),
    ):
        assert list(plan(formats=["onnx"], sizes=sizes)) == names


def test_a_version_is_the_next_one_unless_given(plan, tmp_path):
    for name in ("9", "10", ".tmp-12", "notes"):
        (tmp_path / "saved_model" / name).mkdir(parents=True)
    assert "saved_model/11" in plan()
    assert "saved_model/3" in plan(version=3)
    with pytest.raises(errors.InputError, match="`version`=9 exists in "):
        plan(version=9)


def test_an_export_of_nothing_is_rejected(plan):
    for nothing in ({"formats": []}, {"formats": ["litert"], "sizes": []}):
        with pytest.raises(errors.InputError, match="nothing to export"):
            plan(**nothing)


def test_photos_are_fitted_to_a_size_and_large_ones_reduced(random):
    photo = random.integers(0, 256, (60, 700, 3), "uint8")
    assert exporter.fitted(photo, (40, 24)).shape == (24, 40, 3)
    assert exporter.fitted(photo, None).shape == (44, 512, 3)
    np.testing.assert_array_equal(
        exporter.fitted(photo[:, :500], None), photo[:, :500]
    )
