import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.tools import flatbuffer_utils

from cartoongan_tf.export.litert import conversion
from cartoongan_tf.export.litert import gpu_compatibility
from cartoongan_tf.nn import layers
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import upsampling

SIZES = ((24, 16), (19, 37))


@pytest.fixture(scope="module", params=networks.GENERATORS)
def converted(request):
    network = networks.new_generator(request.param, 4, 1)
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.1, weight.shape))
    return functools.partial(conversion.convert, network)


def convert_function(function, **settings):
    """A file that holds one function of an image."""
    signature = [tf.TensorSpec((1, 16, 24, 3), tf.float32)]
    graph = tf.function(function, input_signature=signature)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [graph.get_concrete_function()], graph
    )
    converter.allow_custom_ops = True
    for name, value in settings.items():
        setattr(converter, name, value)
    return converter.convert()


def problems_of(function):
    return gpu_compatibility.problems(convert_function(function))


@pytest.mark.parametrize("precision", [conversion.FLOAT16, conversion.FLOAT32])
def test_static_float_files_run_on_the_gpu(converted, precision):
    assert gpu_compatibility.problems(converted(SIZES, precision)) == []


def test_files_of_any_size_do_not(converted):
    found = gpu_compatibility.problems(converted((None,), conversion.FLOAT16))
    assert any("is known only when it runs" in problem for problem in found)
    assert any("SHAPE of " in problem for problem in found)


def test_pixels_in_and_out_do_not(converted):
    found = gpu_compatibility.problems(
        converted(SIZES, conversion.DYNAMIC_RANGE)
    )
    assert {problem.split()[1] for problem in found} == {"CAST", "ROUND"}
    assert {problem.split(":")[0] for problem in found} == {"24x16", "19x37"}


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("own mirrored", layers.ReflectionPadding2D(3)),
        ("own norm", layers.InstanceNormalization()),
        ("upsampled", upsampling.UpsampledConvolution2D(4)),
    ],
)
def test_supported_operators_pass(name, function):
    assert problems_of(function) == [], name


@pytest.mark.parametrize(
    ("message", "function"),
    [
        (
            "has rank 5; 4 is the most",
            keras.layers.GroupNormalization(groups=-1),
        ),
        (
            "paddings must be 6 or 8 numbers",
            lambda x: tf.pad(x[0, 0], [[1, 1], [0, 0]]),
        ),
        ("is no operator of our networks", lambda x: tf.math.cumsum(x, axis=1)),
        ("is no operator of our networks", tf.math.erfinv),
        ("goes backwards", lambda x: x[:, ::-2]),
        ("leaves out or adds axes", lambda x: x[:, 3]),
        ("slices rank 3 or 4, not 2", lambda x: tf.reshape(x, (16, 72))[3:9]),
        (
            "does not broadcast (1, 16, 24, 3) and (24, 3)",
            lambda x: x + tf.reduce_sum(x, axis=1)[0],
        ),
        (
            "takes 1 computed tensors at most, not 2",
            lambda x: tf.reduce_mean(x, axis=tf.cast(x[0, 0, 0, 0], tf.int32)),
        ),
        (
            "axes must be int32 constants",
            lambda x: tf.reduce_mean(x, axis=tf.cast(x[0, 0, 0, 0], tf.int32)),
        ),
        ("is INT32", lambda x: tf.cast(tf.cast(x, tf.int32) * 2, tf.float32)),
    ],
)
def test_unsupported_operators_are_named(message, function):
    found = problems_of(function)
    assert any(message in problem for problem in found), found


def test_names_of_tensor_and_operator_are_given():
    network = keras.layers.GroupNormalization(groups=-1, name="normed")
    assert any(": RESHAPE of " in p for p in problems_of(network))


def test_an_option_that_no_converter_gives_is_named():
    model = convert_function(
        lambda x: tf.nn.depth_to_space(tf.concat([x] * 4, axis=-1), 2)
    )
    tree = flatbuffer_utils.read_model_from_bytearray(model)
    for operator in tree.subgraphs[0].operators:
        if hasattr(operator.builtinOptions, "blockSize"):
            operator.builtinOptions.blockSize = 1
    model = bytes(flatbuffer_utils.convert_object_to_bytearray(tree))
    (problem,) = gpu_compatibility.problems(model)
    assert "block size 1 is not above 1" in problem


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_int16_is_rejected():
    mode = "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8"
    noise = np.random.default_rng(0).uniform(-1, 1, (1, 16, 24, 3))
    model = convert_function(
        keras.layers.Conv2D(4, 3),
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: [[noise.astype("float32")]],
        target_spec=tf.lite.TargetSpec(
            supported_ops=[getattr(tf.lite.OpsSet, mode)]
        ),
    )
    assert any(
        "is INT16" in problem for problem in gpu_compatibility.problems(model)
    )
