"""Installs the folder `serving` as `cartoongan_serving`."""

import setuptools

_FOLDER = "serving"
_INSTALLED = "cartoongan_serving"

setuptools.setup(
    packages=[
        *setuptools.find_packages(include=["cartoongan_tf*"]),
        _INSTALLED,
        *(f"{_INSTALLED}.{p}" for p in setuptools.find_packages(_FOLDER)),
    ],
    package_dir={_INSTALLED: _FOLDER},
)
