"""Where models are that are given by a name, a path or an address."""

import pathlib

from cartoongan_tf.inference import hub
from cartoongan_tf.inference import remote_model
from cartoongan_tf.inference import styles


def find(model: str | pathlib.Path, flag: str) -> str | pathlib.Path:
    """Finds a model, and fetches one that is on the Hugging Face Hub.

    Args:
        model: Name of a shipped style, path, `hf://OWNER/NAME`, or the URL of
            a model that TensorFlow Serving serves.
        flag: The flag that gave `model`, for messages.

    Returns:
        The URL as it is; of all else the path, which need not exist.

    Raises:
        InputError: If a model cannot be fetched.
    """
    if remote_model.is_address(model):
        return str(model)
    if hub.is_address(model):
        return hub.fetch(str(model), flag)
    return styles.find(model)
