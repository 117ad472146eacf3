import pathlib

import pytest

from serving.local import model_config

TWO = """
model_config_list {
  config {
    name: 'storybook' base_path: '/models/storybook'
    model_platform: 'tensorflow'
    model_version_policy { specific { versions: 1 versions: 3 } }
    version_labels { key: 'stable' value: 1 }
    version_labels { key: 'canary' value: 3 }
  }
  config {
    name: 'hayao' base_path: '/models/hayao' model_platform: 'tensorflow'
  }
}
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "models.config"
        path.write_text(text)
        return path

    return write


def test_models_are_read_in_their_order_with_their_versions(write):
    storybook, hayao = model_config.read(write(TWO))
    assert storybook == model_config.ModelConfig(
        "storybook",
        pathlib.Path("/models/storybook"),
        versions=frozenset({1, 3}),
    )
    assert hayao == model_config.ModelConfig(
        "hayao", pathlib.Path("/models/hayao")
    )


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", {9}),
        ("model_version_policy { latest {} }", {9}),
        ("model_version_policy { latest { num_versions: 2 } }", {7, 9}),
        ("model_version_policy { all {} }", {2, 7, 9}),
        ("model_version_policy { specific { versions: [2, 8] } }", {2}),
    ],
)
def test_a_policy_chooses_among_the_versions_that_are_there(
    write, text, chosen
):
    (model,) = model_config.read(
        write(
            "model_config_list { config { name: 'a' base_path: '/a' "
            f"model_platform: 'tensorflow' {text} }} }}"
        )
    )
    assert model.choose([7, 9, 2]) == chosen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "`model_config_list` has no `config`"),
        ("model_config_list { config { nam: 'a' } }", 'no field named "nam"'),
        (TWO.replace("name: 'hayao'", ""), "config 1: `name` is missing"),
        (
            TWO.replace("base_path: '/models/hayao'", ""),
            "config 1: `base_path` is missing",
        ),
        (
            TWO.replace("'tensorflow'", "'other'", 1),
            "config 0: `model_platform` must be 'tensorflow', received 'other'",
        ),
        (
            TWO.replace("versions: 1 versions: 3", ""),
            "config 0: `specific` has no `versions`",
        ),
        (
            TWO.replace("'hayao'", "'storybook'"),
            "two models have the same `name`",
        ),
    ],
)
def test_errors_name_the_file_and_the_field(write, text, words):
    path = write(text)
    with pytest.raises(ValueError, match=words) as caught:
        model_config.read(path)
    assert str(caught.value).startswith(f"{path}: ")
