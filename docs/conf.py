"""Settings of Sphinx, for `make docs`."""

import inspect
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

project = "CartoonGAN"
author = "The CartoonGAN authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = project
highlight_language = "none"

myst_heading_anchors = 3

default_role = "code"  # Docstrings have `code` in single backticks.
autodoc_typehints = "none"  # Docstrings say more.
napoleon_custom_sections = [("Call arguments", "params_style")]
napoleon_use_ivar = True


def setup(app):
    app.connect("source-read", _link_model_card)
    app.connect("autodoc-process-signature", _show_arguments)


def _link_model_card(app, page, source):
    """Links the page that includes the card, which lies outside of docs/."""
    card = "../cartoongan_tf/weights/MODEL_CARD.md)"
    source[0] = source[0].replace(card, "model_card.md)")


def _show_arguments(app, what, name, thing, options, signature, returns):
    """Shows those of `__init__`, where Keras has `__new__(*args, **kwargs)`."""
    if what == "class" and signature == "(*args, **kwargs)":
        _, *arguments = inspect.signature(thing.__init__).parameters.values()
        signature = str(inspect.Signature(arguments))
    return signature, returns
