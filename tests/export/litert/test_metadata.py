import functools
import json
import os
import pathlib
import subprocess

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from keras import ops

import cartoongan_tf
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.export.litert import metadata
from cartoongan_tf.export.litert import metadata_schema
from cartoongan_tf.inference import styles

ROOT = pathlib.Path(__file__).parents[3]
SCRIPT = ROOT / "tests/references/metadata_reference.py"
ABOUT = styles.About("Öl auf Leinwand", "A. Painter, 1905", "CC-BY-4.0")
SIZES = ((24, 16), (19, 37))
PYTHON = os.environ.get("CARTOONGAN_ADDONS")
# As a reader of JSON names what the file has numbers for.
MEMBERS = {
    "color_space": {1: "RGB"},
    "content_properties_type": {2: "ImageProperties"},
    "options_type": {1: "NormalizationOptions"},
}


@pytest.fixture(scope="module")
def convert():
    """Converts a network that only has to have something to convert."""
    keras.utils.set_random_seed(0)
    image = keras.Input((None, None, 3))
    conv = keras.layers.Conv2D(3, 3, padding="same", bias_initializer="normal")
    network = keras.Model(image, ops.tanh(conv(image)))
    gray = np.random.default_rng(0).integers(9, 200, (3, 50, 40, 3), "uint8")

    @functools.cache
    def convert(precision, sizes=SIZES):
        return conversion.convert(network, sizes, precision, gray)

    return convert


@pytest.fixture
def described(convert, tmp_path):
    def described(precision, sizes=SIZES):
        path = tmp_path / f"{precision}_{len(sizes)}.tflite"
        model = convert(precision, sizes)
        path.write_bytes(metadata.add(model, ABOUT))
        return path

    return described


def tensors(path):
    """Input and output of each signature, by its name."""
    return {
        graph["name"]: (
            *graph["input_tensor_metadata"],
            *graph["output_tensor_metadata"],
        )
        for graph in metadata.read(path)["subgraph_metadata"]
    }


def normalize(values, tensor):
    """As the schema has it."""
    if "process_units" not in tensor:
        return values
    (unit,) = tensor["process_units"]
    return (values - unit["options"]["mean"]) / unit["options"]["std"]


def test_a_file_says_whose_it_is(described):
    found = metadata.read(described("float32"))
    assert found["name"] == ABOUT.name
    assert found["author"] == ABOUT.credit
    assert found["license"] == ABOUT.license
    assert found["version"] == cartoongan_tf.__version__
    assert "cartoon" in found["description"]


def test_the_model_itself_has_the_description(described):
    model = schema.Model.GetRootAs(described("float32").read_bytes())
    assert b"photo into a cartoon" in model.Description()


def test_signatures_are_described_by_name_and_size(described):
    found = tensors(described("float32"))
    assert set(found) == {"24x16", "19x37"}
    for name, pair in found.items():
        width, height = map(int, name.split("x"))
        assert [tensor["name"] for tensor in pair] == ["image", "cartoon"]
        for tensor in pair:
            assert f"exactly {name} pixels" in tensor["description"]
            content = tensor["content"]["content_properties"]
            assert content["default_size"] == {"width": width, "height": height}
            assert content["color_space"] == metadata_schema.RGB


def test_any_size_is_said_to_be_any(described):
    for tensor in tensors(described("float32", (None,)))["any"]:
        assert "any size of at least 16 pixels" in tensor["description"]
        assert "default_size" not in tensor["content"]["content_properties"]


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_normalization_leads_from_pixels_to_pixels(described, precision):
    pixels = np.arange(256)
    for photo, cartoon in tensors(described(precision)).values():
        image = normalize(pixels, photo)
        np.testing.assert_allclose(image, pixels / 127.5 - 1, atol=1e-6)
        np.testing.assert_allclose(normalize(image, cartoon), pixels, atol=1e-4)
        for tensor in (photo, cartoon):
            assert tensor["stats"] == {"min": [-1], "max": [1]}
            assert "-1 to 1" in tensor["description"]


def test_pixels_need_no_normalization(described):
    for pair in tensors(described("dynamic_range")).values():
        for tensor in pair:
            assert "process_units" not in tensor
            assert tensor["stats"] == {"min": [0], "max": [255]}
            assert "0 to 255" in tensor["description"]


def test_normalized_and_quantized_pixels_are_the_pixels_again(described):
    path = described("int8")
    pixels = np.arange(256)
    interpreter = Interpreter(str(path))
    for name, (photo, cartoon) in tensors(path).items():
        runner = interpreter.get_signature_runner(name)
        scale, zero = runner.get_input_details()["image"]["quantization"]
        fed = np.clip(normalize(pixels, photo) / scale + zero, 0, 255)
        assert np.abs(fed - pixels).max() <= 1
        scale, zero = runner.get_output_details()["cartoon"]["quantization"]
        given = normalize((pixels - zero) * scale, cartoon)
        assert np.abs(given - pixels).max() <= 1


def test_a_described_file_computes_the_same(convert, random):
    model = convert("float16")
    described = metadata.add(model, ABOUT)
    for width, height in SIZES:
        image = random.uniform(-1, 1, (1, height, width, 3)).astype("float32")
        results = []
        for contents in (model, described):
            interpreter = Interpreter(model_content=contents)
            run = interpreter.get_signature_runner(f"{width}x{height}")
            results.append(run(image=image)["cartoon"])
        assert np.std(results[0]) > 0
        np.testing.assert_array_equal(*results)


def test_buffers_lie_where_kernels_may_load_them(described):
    contents = np.frombuffer(described("float32").read_bytes(), np.uint8)
    model = schema.Model.GetRootAs(contents)
    buffers = [model.Buffers(i) for i in range(model.BuffersLength())]
    places = [
        buffer.DataAsNumpy().ctypes.data - contents.ctypes.data
        for buffer in buffers
        if buffer.DataLength()
    ]
    assert len(places) > 3
    assert not any(place % 16 for place in places)


def test_a_file_without_metadata_is_refused(convert, tmp_path):
    path = tmp_path / "bare.tflite"
    path.write_bytes(convert("float32"))
    with pytest.raises(ValueError, match=r"bare\.tflite has no metadata"):
        metadata.read(path)


def test_another_flatbuffer_is_refused():
    data = bytearray(metadata_schema.write({"name": "a"}))
    assert metadata_schema.read(bytes(data)) == {"name": "a"}
    data[4:8] = b"M002"
    with pytest.raises(ValueError, match="Expected metadata b'M001'"):
        metadata_schema.read(bytes(data))


def as_json(value, key=None):
    """What we read, in the words of a reader that prints JSON."""
    if isinstance(value, dict):
        return {key: as_json(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return MEMBERS[key][value] if key in MEMBERS else value


def rounded(value):
    """Floats to six digits, which is what the reader prints."""
    return json.loads(
        json.dumps(value), parse_float=lambda text: f"{float(text):.6f}"
    )


@pytest.mark.skipif(
    not PYTHON, reason="needs an environment of its own: make test-addons"
)
def test_the_reader_of_reference_reads_the_same(described):
    paths = [
        described(precision, sizes)
        for precision in ("float16", "dynamic_range", "int8")
        for sizes in (SIZES, (None,))
    ]
    done = subprocess.run(
        [PYTHON, SCRIPT, *paths], check=True, capture_output=True, text=True
    )
    read = json.loads(done.stdout)
    ours = [as_json(metadata.read(path)) for path in paths]
    assert rounded(read) == rounded(ours)
