import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = ROOT / "cartoongan_tf"

MODULES = sorted(PACKAGE.rglob("*.py"))
COMMANDS = PACKAGE / "commands"
SERVING = ROOT / "serving"
SERVING_MODULES = sorted(SERVING.glob("*/*.py"))
# The rest of a training step is then one small script a backend.
ON_ANY_BACKEND = [
    *(PACKAGE / "filters").glob("*.py"),
    *(
        PACKAGE / f"{name}.py"
        for name in (
            "losses/augmentation",
            "losses/losses",
            "losses/objective",
            "nn/convolutions",
            "nn/feature_discriminator",
            "nn/layers",
            "nn/light_generator",
            "nn/networks",
            "nn/upsampling",
        )
    ),
]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


@pytest.mark.parametrize(
    "path", MODULES + SERVING_MODULES, ids=lambda path: path.stem
)
def test_only_commands_know_flags(path):
    is_command = path.parent == COMMANDS or path.stem == "__main__"
    if not is_command:
        assert not any(module == "absl" for module, _ in imports(path))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_messages_of_the_library_do_not_speak_command_line(path):
    """Commands make flags of the arguments that messages name."""
    if path.parent == COMMANDS:
        return
    tree = ast.parse(path.read_text())
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    docstrings = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, documented)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_message = node.value not in docstrings
            assert not (is_message and re.search(r"--[a-z]", node.value))


@pytest.mark.parametrize("path", ON_ANY_BACKEND, ids=lambda path: path.stem)
def test_networks_and_losses_run_on_any_keras_backend(path):
    modules = {module for module, _ in imports(path)}
    no_backend = {
        "collections.abc",
        "dataclasses",
        "itertools",
        "keras",
        "math",
        "numpy",
        "typing",
    }
    foreign = {m for m in modules if m.split(".")[0] != PACKAGE.name}
    assert foreign <= no_backend


@pytest.mark.parametrize(
    "path", MODULES + SERVING_MODULES, ids=lambda path: path.stem
)
def test_every_module_says_what_it_is_for(path):
    text = path.read_text()
    assert not text or ast.get_docstring(ast.parse(text))
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize(
    "path",
    sorted(ROOT.glob("*.py")) + MODULES + SERVING_MODULES,
    ids=lambda path: path.stem,
)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1
            assert length - docstring.count("\n") <= 50, node.name
