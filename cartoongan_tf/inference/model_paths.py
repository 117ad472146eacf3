"""Resolution of a model's name, path or address."""

import pathlib

from cartoongan_tf.inference import hub
from cartoongan_tf.inference import remote_model
from cartoongan_tf.inference import styles


def find(model: str | pathlib.Path, flag: str) -> str | pathlib.Path:
    """Resolves a model, downloading it if it is on the Hugging Face Hub.

    Args:
        model: Name of a shipped style, path, `hf://OWNER/NAME`, or URL of a
            model behind TensorFlow Serving.
        flag: The flag that gave `model`, for messages.

    Returns:
        URLs unchanged; otherwise the path, which need not exist.

    Raises:
        InputError: If the model cannot be downloaded.
    """
    if remote_model.is_address(model):
        return str(model)
    if hub.is_address(model):
        return hub.fetch(str(model), flag)
    return styles.find(model)
