import cpp_loader
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import saved_models
from cartoongan_tf.images import pictures

SPEC = tf.TensorSpec(
    (None, None, None, 3), tf.uint8, name=model_interface.IMAGE
)

pytestmark = pytest.mark.slow


@pytest.fixture
def image(random):
    return random.integers(0, 256, (2, 21, 34, 3), "uint8")


def assert_same(cartoon, image, generator):
    expected = pictures.to_pixels(generator(pictures.to_network(image[None])))
    assert cartoon.shape == image.shape
    # A tie may round either way.
    assert np.abs(cartoon - expected[0].numpy().astype(int)).max() <= 1
    assert cartoon.std() > 1


def test_exported_models_run_in_the_loader_of_servers(
    generator, random, tmp_path
):
    image = random.integers(0, 256, (21, 34, 3), "uint8")
    other = random.integers(0, 256, (40, 17, 3), "uint8")
    saved_models.write(generator, tmp_path)
    outputs = cpp_loader.run(tmp_path, model_interface.UINT8, image=image[None])
    assert set(outputs) == {model_interface.CARTOON}
    assert_same(outputs[model_interface.CARTOON][0], image, generator)
    encoded = np.array([*map(pictures.encode_png, (image, other))], object)
    outputs = cpp_loader.run(
        tmp_path, model_interface.BYTES, image_bytes=encoded
    )
    for cartoon, photo in zip(
        outputs[model_interface.CARTOON_BYTES], (image, other), strict=True
    ):
        assert_same(tf.io.decode_png(cartoon).numpy(), photo, generator)


def test_a_model_in_a_module_loads_and_has_no_weights(
    generator, image, tmp_path
):
    """The trap that `tf.saved_model.load` walks past."""
    module = tf.Module()
    module.generator = generator

    @tf.function(input_signature=[SPEC])
    def uint8(image):
        cartoons = module.generator(pictures.to_network(image))
        return {model_interface.CARTOON: pictures.to_pixels(cartoons)}

    module.uint8 = uint8
    tf.saved_model.save(module, tmp_path, {model_interface.UINT8: uint8})
    loaded = tf.saved_model.load(tmp_path)
    assert loaded.uint8(image)[model_interface.CARTOON].shape == image.shape
    with pytest.raises(cpp_loader.Refused, match="not find variable") as caught:
        cpp_loader.run(tmp_path, model_interface.UINT8, image=image)
    assert caught.value.code == tf.errors.FAILED_PRECONDITION


@pytest.fixture
def brackets(tmp_path):
    """A SavedModel that puts strings in brackets, and rejects empty ones."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.string)])
    def embrace(texts):
        tf.debugging.assert_none_equal(texts, "", message="one is empty")
        return {"texts": tf.strings.join(["<", texts, ">"])}

    module.embrace = embrace
    tf.saved_model.save(module, tmp_path, {"embrace": embrace})
    return tmp_path


def test_strings_go_in_and_come_out_byte_by_byte(brackets):
    texts = np.array(
        [[b"\0\xff\0", b"y"], [bytes(1000), b"x" * 23], [b"x" * 22, b"z"]],
        dtype=object,
    )
    outputs = cpp_loader.run(brackets, "embrace", texts=texts)
    expected = [[b"<" + text + b">" for text in row] for row in texts]
    assert outputs["texts"].tolist() == expected


def test_the_answer_to_bad_input_has_its_code_and_reason(brackets):
    texts = np.array([[b"full", b""]], dtype=object)
    with pytest.raises(cpp_loader.Refused, match="one is empty") as caught:
        cpp_loader.run(brackets, "embrace", texts=texts)
    assert caught.value.code == tf.errors.INVALID_ARGUMENT


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(cpp_loader.Refused, match="Could not find SavedModel"):
        cpp_loader.run(tmp_path, model_interface.UINT8)
