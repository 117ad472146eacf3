"""Model cards for the Hugging Face Hub: YAML metadata, then Markdown."""

import json
from collections.abc import Iterator

from cartoongan_tf.inference import styles

# The Hub's license identifiers that are used for weights. Other licenses are
# `other`, with a name.
_LICENSES = frozenset(
    "apache-2.0 bsd-2-clause bsd-3-clause cc0-1.0 cc-by-2.0 cc-by-3.0 "
    "cc-by-4.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-4.0 cc-by-nc-sa-3.0 "
    "cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 gpl-3.0 mit "
    "mpl-2.0 openrail unlicense".split()
)
_CARD = """\
---
{license}
library_name: keras
pipeline_tag: image-to-image
tags:
- cartoongan
- style-transfer
---

# {about.name}

Photo in, cartoon out: a CartoonGAN generator with {parameters:,} parameters.

![Photos above their cartoons]({sheet})

In a checkout of CartoonGAN, inside a Python 3.11, 3.12 or 3.13 virtual
environment:

```sh
pip install '.[hub]'
```

```python
from cartoongan_tf import Cartoonizer

cartoonize = Cartoonizer("hf://{repository}")
cartoon = cartoonize(photo)  # uint8 RGB arrays, (height, width, 3)
```

The program `cartoongan` takes `hf://{repository}` as its model, too.

| file | takes and gives |
|---|---|
{files}

All is RGB, channels last; cartoons have exactly the size of their photos, and
16 pixels a side are the least.

**Credit**: {about.credit}

**License** of the weights: {about.license}
"""


def text(
    repository: str,
    about: styles.About,
    parameters: int,
    files: dict[str, str],
    sheet: str,
    rest: str = "",
) -> str:
    """Returns the text of a card.

    Args:
        repository: Hub repository, `OWNER/NAME`.
        about: Name, credit and license of the model.
        parameters: Number of the generator's parameters.
        files: Input and output of each file, by name.
        sheet: File name of the contact sheet, beside the card.
        rest: Markdown to append.
    """
    rows = (f"| `{name}` | {usage} |" for name, usage in files.items())
    card = _CARD.format(
        license="\n".join(_license(about.license)),
        repository=repository,
        about=about,
        parameters=parameters,
        files="\n".join(rows),
        sheet=sheet,
    )
    return f"{card}\n{rest}" if rest else card


def _license(name) -> Iterator[str]:
    if name.lower() in _LICENSES:
        yield f"license: {name.lower()}"
    else:
        yield "license: other"
        yield f"license_name: {json.dumps(name)}"  # JSON strings are YAML.
