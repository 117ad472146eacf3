import collections
import functools

import keras
import numpy as np
import pytest
import skimage.data
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.tools import flatbuffer_utils
from keras import ops

from cartoongan_tf.core import model_interface
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.export.litert import graphs
from cartoongan_tf.inference import loading
from cartoongan_tf.nn import networks

SIZES = ((24, 16), (19, 37))
STORYBOOK_SIZES = ((96, 64), (64, 80))
FLOATS = [conversion.FLOAT32, conversion.FLOAT16]
IN_PIXELS = [conversion.DYNAMIC_RANGE, conversion.INT8]
OPERATORS = {
    code: name
    for name, code in vars(schema.BuiltinOperator).items()
    if not name.startswith("_")
}


def tiny(name):
    """A generator whose weights leave no layer at zero."""
    network = networks.new_generator(name, 4, 1)
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.1, weight.shape))
    return network


@pytest.fixture(scope="module", params=sorted(networks.GENERATORS))
def network(request):
    return tiny(request.param)


@pytest.fixture(scope="module")
def storybook():
    return loading.load_generator("storybook", "model")


@pytest.fixture(scope="module")
def photos():
    """Photos of other sizes than the files, one in portrait format."""
    photos = (skimage.data.astronaut(), skimage.data.chelsea())
    return [photos[0][:400, 100:350], photos[1]]


@pytest.fixture(scope="module")
def converted(network):
    """Converts the tiny network, each way once."""

    @functools.cache
    def converted(sizes, precision):
        return conversion.convert(network, sizes, precision)

    return converted


@pytest.fixture(scope="module")
def converted_storybook(storybook, photos):
    @functools.cache
    def converted(precision):
        return conversion.convert(storybook, STORYBOOK_SIZES, precision, photos)

    return converted


def draw(random, size, precision):
    width, height = size
    pixels = random.integers(0, 256, (1, height, width, 3), "uint8")
    return pixels if precision in IN_PIXELS else to_range(pixels)


def to_range(pixels):
    return pixels / np.float32(127.5) - 1


def to_pixels(images):
    return np.round((np.asarray(images) + 1) * 127.5).astype("uint8")


def run(model, image, name, threads=2):
    """Runs a signature as a phone does, resized where it is of any size."""
    interpreter = Interpreter(model_content=model, num_threads=threads)
    return interpreter.get_signature_runner(name)(image=image)["cartoon"]


def operators(model, subgraph=0):
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(model))
    codes = [
        flatbuffer_utils.get_builtin_code_from_operator_code(code)
        for code in model.operatorCodes
    ]
    graph = model.subgraphs[subgraph]
    return collections.Counter(
        OPERATORS[codes[operator.opcodeIndex]] for operator in graph.operators
    )


def psnr(actual, expected):
    return float(np.mean(tf.image.psnr(actual, expected, 255)))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("precision", FLOATS)
def test_each_signature_is_the_network(
    network, converted, random, precision, threads
):
    model = converted(SIZES, precision)
    tolerance = {conversion.FLOAT32: 1e-4, conversion.FLOAT16: 5e-3}[precision]
    for size in SIZES:
        image = draw(random, size, precision)
        cartoon = run(model, image, model_interface.signature_of(size), threads)
        assert cartoon.dtype == np.float32
        assert np.std(cartoon) > 0.01
        np.testing.assert_allclose(cartoon, network(image), 0, tolerance)


@pytest.mark.parametrize("sides", [(16, 16), (17, 23), (38, 21)])
@pytest.mark.parametrize("precision", FLOATS)
def test_any_size_is_kept_to_the_pixel(
    network, converted, random, precision, sides
):
    model = converted((None,), precision)
    image = draw(random, sides, precision)
    cartoon = run(model, image, "any")
    np.testing.assert_allclose(cartoon, network(image), 0, 5e-3)


@pytest.mark.parametrize("sizes", [SIZES, (None,)], ids=["two", "any"])
def test_pixels_become_pixels_by_rounding(network, converted, random, sizes):
    """8-bit weights change pixels by more than a level, but not the grid."""
    model = converted(sizes, conversion.DYNAMIC_RANGE)
    pixels = draw(random, SIZES[0], conversion.DYNAMIC_RANGE)
    cartoon = run(model, pixels, model_interface.signature_of(sizes[0]))
    expected = to_pixels(network(to_range(pixels)))
    assert cartoon.dtype == np.uint8
    assert np.std(expected) > 1
    difference = cartoon.astype(float) - expected
    assert np.abs(difference).max() <= 12
    assert abs(difference.mean()) < 0.3  # Half a level, were it cut off.


def test_signatures_share_their_weights(storybook, converted_storybook):
    weights = 4 * storybook.count_params()
    two = converted_storybook(conversion.FLOAT32)
    assert weights < len(two) < 1.2 * weights


@pytest.mark.parametrize(
    ("precision", "share"),
    [("float16", 0.6), ("dynamic_range", 0.38), ("int8", 0.38)],
)
def test_fewer_bits_make_a_smaller_file(converted_storybook, precision, share):
    whole = len(converted_storybook(conversion.FLOAT32))
    assert len(converted_storybook(precision)) < share * whole


@pytest.mark.parametrize(
    ("precision", "least"),
    [("float32", 60), ("float16", 50), ("dynamic_range", 38), ("int8", 28)],
)
def test_cartoons_of_real_photos_are_close(
    storybook, converted_storybook, precision, least
):
    """In decibels, of a photo that int8 was not calibrated with."""
    model = converted_storybook(precision)
    pixels = skimage.data.coffee()[::4, ::4][:80, :64][None]
    expected = to_pixels(storybook(to_range(pixels)))
    if precision in IN_PIXELS:
        cartoon = run(model, pixels, "64x80")
        assert cartoon.dtype == np.uint8
    else:
        cartoon = to_pixels(run(model, to_range(pixels), "64x80"))
    assert np.std(expected) > 10
    assert psnr(cartoon, expected) > least


@pytest.mark.parametrize("sizes", [SIZES, (None,)], ids=["two", "any"])
def test_dynamic_range_keeps_what_it_would_spoil(sizes):
    """Two convolutions of the paper's generator, at each size."""
    generator = networks.Generator(8, 1)
    model = conversion.convert(generator, sizes, conversion.DYNAMIC_RANGE)
    for graph in graphs.read(model):
        kernels = [
            operator.inputs[1].dtype
            for operator in graph.operators
            if operator.name in ("CONV_2D", "TRANSPOSE_CONV")
        ]
        assert kernels[-3:] == ["FLOAT32", "FLOAT32", "INT8"]
        assert set(kernels[:-3]) == {"INT8"}


@pytest.mark.shared
@pytest.mark.slow
def test_the_authors_generator_is_close_in_dynamic_range(shared):
    """PSNR in decibels; 28 if all convolutions are quantized."""
    weights = shared / "official_cartoongan/hayao_fp16_hwio.npz"
    generator = loading.load_generator(weights, "model")
    model = conversion.convert(
        generator, [(256, 256)], conversion.DYNAMIC_RANGE
    )
    pixels = conversion.fit(skimage.data.astronaut(), (256, 256))[None]
    expected = to_pixels(generator(to_range(pixels)))
    assert psnr(run(model, pixels, "256x256"), expected) > 38


def test_int8_computes_in_integers_from_end_to_end(converted_storybook):
    model = converted_storybook(conversion.INT8)
    for subgraph in range(len(STORYBOOK_SIZES)):
        found = operators(model, subgraph)
        assert found["QUANTIZE"] == 2
        assert not {"DEQUANTIZE", "CAST"} & set(found)


def test_pixels_of_int8_are_those_of_the_photo(photos):
    """Holds even if no calibration photo goes from black to white."""
    dull = [photo // 2 + 40 for photo in photos]
    model = conversion.convert(tiny("light"), SIZES, conversion.INT8, dull)
    interpreter = Interpreter(model_content=model)
    for size in SIZES:
        runner = interpreter.get_signature_runner(
            model_interface.signature_of(size)
        )
        scale, zero = runner.get_input_details()["image"]["quantization"]
        assert scale == pytest.approx(1 / 127.5)
        assert zero in (127, 128)


@pytest.mark.parametrize("precision", [*FLOATS, conversion.DYNAMIC_RANGE])
def test_static_files_are_one_partition_of_the_cpu_delegate(
    converted, precision
):
    """The delegate runs all operators but the casts at both ends."""
    model = converted(SIZES, precision)
    interpreter = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    details = interpreter._get_ops_details()
    names = [detail["op_name"] for detail in details]
    assert names.count("DELEGATE") == 1


def test_static_files_hold_no_shapes(converted):
    model = converted(SIZES, conversion.FLOAT16)
    for subgraph in range(len(SIZES)):
        found = operators(model, subgraph)
        assert found["CONV_2D"]
        assert not {"SHAPE", "PACK", "MIRROR_PAD", "CUSTOM"} & set(found)


def test_any_size_holds_no_mirrored_padding(converted):
    assert not operators(converted((None,), conversion.FLOAT32))["MIRROR_PAD"]


def test_inputs_and_outputs_have_the_names_of_the_contract(converted):
    model = converted(SIZES, conversion.FLOAT32)
    signatures = Interpreter(model_content=model).get_signature_list()
    each = {"inputs": ["image"], "outputs": ["cartoon"]}
    assert signatures == {"24x16": each, "19x37": each}


def test_nothing_is_printed_and_nothing_left_behind(
    photos, capfd, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    conversion.convert(tiny("light"), [(24, 16)], conversion.INT8, photos)
    assert capfd.readouterr().out == ""
    assert not list(tmp_path.iterdir())


def test_operators_that_are_not_built_in_are_named():
    image = keras.Input((None, None, 3))
    network = keras.Model(image, ops.erfinv(image))
    with pytest.raises(RuntimeError, match="not have built in: Erfinv"):
        conversion.convert(network, [(24, 16)], conversion.FLOAT32)


def test_missing_weights_are_noticed():
    image = keras.Input((None, None, 3))
    network = keras.Model(image, ops.tanh(image))
    network.unused = keras.layers.Dense(90)
    network.unused.build((None, 70))
    with pytest.raises(RuntimeError, match="for 25200 bytes of weights"):
        conversion.convert(network, [(24, 16)], conversion.FLOAT32)


@pytest.mark.parametrize(
    ("sizes", "precision", "message"),
    [
        ([(24, 16)], "int4", "`precision` must be one of .* received 'int4'"),
        ([], "float32", "`sizes` must be one or more"),
        ([(24, 16), (24, 16)], "float32", "each once"),
        ([(24, 15)], "float32", "at least 16 pixels a side"),
        ([(24, 16)], "int8", "`photos` must be given"),
    ],
)
def test_wrong_arguments_are_rejected(sizes, precision, message):
    with pytest.raises(ValueError, match=message):
        conversion.convert(tiny("light"), sizes, precision)
