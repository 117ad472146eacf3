"""Models on the Hugging Face Hub: `hf://OWNER/NAME[@REVISION][/FILE]`.

The address format is that of huggingface_hub, which the extra [hub] installs.
It downloads one file to its cache, and uses the cache when the Hub is
unreachable. The file is opened like any other; no code comes with it.
"""

import contextlib
import hashlib
import http
import importlib
import pathlib
import re
from collections.abc import Iterator

from cartoongan_tf.core import errors

SUFFIXES = (".keras", ".tflite", ".onnx", ".npz")  # In order of preference.

_HUB = "hf://"
_KAGGLE = "kaggle://"
_PRESET_FILES = {"config.json", "model.weights.h5"}
_MAX_NAMES = 5  # Files listed in a message.
_DENIED_STATUSES = (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN)
_SHA256 = re.compile("[0-9a-f]{64}")
_TOKEN = "HF_TOKEN to a token of an account that may read it"


def is_address(model: str | pathlib.Path) -> bool:
    """Whether a model is given as a Hub or Kaggle address."""
    return str(model).startswith((_HUB, _KAGGLE))


def fetch(address: str, flag: str) -> pathlib.Path:
    """Downloads a model file unless it is cached.

    Args:
        address: `hf://OWNER/NAME`, optionally with `@` and a branch, tag or
            commit (default `main`), and `/` and a file. The default file is
            the only `.keras` file of the repository or, if there is none, its
            only `.tflite`, `.onnx` or `.npz` file. Offline, it is chosen from
            the cache.
        flag: The flag that gave `address`, for messages.

    Returns:
        Path in the huggingface_hub cache; the file name is that of the
        repository.

    Raises:
        InputError: If huggingface_hub is missing, there is no such repository,
            revision or file, access is denied, the Hub is unreachable and the
            file is not cached, or the cached file is damaged.
    """
    if address.startswith(_KAGGLE):
        raise errors.InputError(
            f"`{flag}`={address} names a preset of KerasHub, whose models are "
            f"others; name a file, or a repository with {_HUB}OWNER/NAME."
        )
    hub = _library(address, flag)
    with _input_errors(hub, address, flag):
        uri = hub.parse_hf_uri(address)
        if uri.type != "model":
            raise ValueError(f"it names a {uri.type}")
        name = uri.path_in_repo or _choose_file(_names(hub, uri), address, flag)
        _check_suffix(name, address, flag)
        file = hub.hf_hub_download(uri.id, name, revision=uri.revision)
    _check_digest(pathlib.Path(file), address, flag)
    return pathlib.Path(file)


def _library(address, flag):
    try:
        hub = importlib.import_module("huggingface_hub")
        hub.parse_hf_uri  # noqa: B018  Old versions lack it.
    except (ImportError, AttributeError) as error:
        raise errors.InputError(
            f"`{flag}`={address} needs huggingface_hub 2; "
            f"{errors.install_hint('hub')}."
        ) from error
    return hub


def _names(hub, uri):
    """Lists the files of a repository or, offline, those in the cache."""
    try:
        found = hub.model_info(
            uri.id,
            revision=uri.revision,
            timeout=hub.constants.HF_HUB_ETAG_TIMEOUT,  # Default: no timeout.
        )
    except (hub.errors.HTTPError, hub.errors.OfflineModeIsEnabled) as error:
        return _cached_names(hub, uri, error)
    return [file.rfilename for file in found.siblings]


def _cached_names(hub, uri, error):
    try:
        snapshot = pathlib.Path(
            hub.snapshot_download(
                uri.id, revision=uri.revision, local_files_only=True
            )
        )
    except hub.errors.LocalEntryNotFoundError as absent:
        raise absent from error
    files = (path for path in snapshot.rglob("*") if path.is_file())
    return [path.relative_to(snapshot).as_posix() for path in files]


def _choose_file(names, address, flag):
    for suffix in SUFFIXES:
        found = sorted(name for name in names if name.endswith(suffix))
        if len(found) == 1:
            return found[0]
        if found:
            raise errors.InputError(
                f"`{flag}`={address} holds {len(found)} {suffix} files; name "
                f"one, as in {address.rstrip('/')}/{found[0]}. There are "
                f"{', '.join(found[:_MAX_NAMES])}"
                f"{' and others' if len(found) > _MAX_NAMES else ''}."
            )
    if set(names) >= _PRESET_FILES:
        raise errors.InputError(
            f"`{flag}`={address} holds a preset of KerasHub "
            f"({' and '.join(sorted(_PRESET_FILES))}), which only that library "
            f"opens, and no {_suffixes()} file; name another repository."
        )
    raise errors.InputError(
        f"`{flag}`={address} holds no {_suffixes()} file; name another "
        "repository."
    )


def _suffixes():
    return f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"


def _check_suffix(name, address, flag):
    if not name.endswith(SUFFIXES):
        raise errors.InputError(
            f"`{flag}`={address} is no {_suffixes()} file, and others are not "
            "opened from the Hub."
        )


@contextlib.contextmanager
def _input_errors(hub, address, flag) -> Iterator[None]:
    """Turns errors of huggingface_hub into `InputError`s with advice."""
    try:
        yield
    except errors.InputError:
        raise
    # A bad address, file name or response raises ValueError.
    except (hub.errors.HTTPError, OSError, ValueError) as error:
        if getattr(error, "errno", None):  # A disk error.
            raise
        # The cause of a cache miss is the reason why the Hub is unreachable.
        is_absent = isinstance(error, hub.errors.LocalEntryNotFoundError)
        cause = (is_absent and error.__cause__) or error
        raise errors.InputError(
            f"`{flag}`={address} {_problem(hub, cause, is_absent)}"
        ) from error


def _problem(hub, error, is_absent):
    """Describes an error, as text that follows the address."""
    is_gated = isinstance(error, hub.errors.GatedRepoError)
    if isinstance(error, hub.errors.RepositoryNotFoundError) and not is_gated:
        return f"is not there, or private: look at the name, or set {_TOKEN}."
    status = getattr(getattr(error, "response", None), "status_code", None)
    if is_gated or status in _DENIED_STATUSES:
        return (
            "is gated, or not for this token: accept its terms on its page, "
            f"and set {_TOKEN}."
        )
    if isinstance(error, hub.errors.RevisionNotFoundError):
        return "has no such revision; name a branch, a tag or a commit."
    if isinstance(error, hub.errors.RemoteEntryNotFoundError):
        return "has no such file; leave it out, or name one that is there."
    reason = " ".join(str(error).split())
    if is_absent:
        return (
            f"is not in the cache, and the Hub cannot be asked ({reason}); "
            "run this once with a network, and without HF_HUB_OFFLINE."
        )
    return (
        f"cannot be fetched ({reason}); run this again, or look at the "
        f"address: its form is {_HUB}OWNER/NAME[@REVISION][/FILE]."
    )


def _check_digest(file, address, flag):
    """Compares a file with its SHA-256, which is its name in the cache.

    Files that are not in LFS have other names there, and file systems without
    symbolic links have no such names.
    """
    digest = file.readlink().name if file.is_symlink() else ""
    if not _SHA256.fullmatch(digest):
        return
    with open(file, "rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != digest:
        raise errors.InputError(
            f"`{flag}`={address} is damaged: the SHA-256 of {file.resolve()} "
            "is not the Hub's; remove that file, and run this again."
        )
