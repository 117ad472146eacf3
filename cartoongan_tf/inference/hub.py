"""Models on the Hugging Face Hub: `hf://OWNER/NAME[@REVISION][/FILE]`.

That is how huggingface_hub, an extra, [hub], writes addresses. It fetches one
file, into its own cache, and finds it there when the Hub cannot be reached.
What it fetches is opened like any other file; no code comes with it.
"""

import contextlib
import hashlib
import http
import importlib
import pathlib
import re
from collections.abc import Iterator

from cartoongan_tf.core import errors

SUFFIXES = (".keras", ".tflite", ".onnx", ".npz")  # What goes first is taken.

_HUB = "hf://"
_KAGGLE = "kaggle://"
_PRESET = {"config.json", "model.weights.h5"}
_MAX_NAMES = 5  # In a message.
_NOT_ALLOWED = (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN)
_SHA256 = re.compile("[0-9a-f]{64}")
_TOKEN = "HF_TOKEN to a token of an account that may read it"


def is_address(model: str | pathlib.Path) -> bool:
    """Whether a model is named by an address of the Hub, or of Kaggle."""
    return str(model).startswith((_HUB, _KAGGLE))


def fetch(address: str, flag: str) -> pathlib.Path:
    """Fetches the file of a model, unless it is in the cache.

    Args:
        address: `hf://OWNER/NAME`, followed by `@` and a branch, a tag or a
            commit (unless given, `main`), and by `/` and a file. Unless a file
            is given, the repository's only `.keras` file is taken or, where it
            has none, its only `.tflite`, `.onnx` or `.npz` file; of those in
            the cache where the Hub cannot be asked.
        flag: The flag that gave `address`, for messages.

    Returns:
        The file in the cache of huggingface_hub, with the name that it has in
        the repository.

    Raises:
        InputError: If huggingface_hub is missing, there is no such repository,
            revision or file, it may not be read, the Hub cannot be reached and
            the file is not in the cache, or it is damaged there.
    """
    if address.startswith(_KAGGLE):
        raise errors.InputError(
            f"`{flag}`={address} names a preset of KerasHub, whose models are "
            f"others; name a file, or a repository with {_HUB}OWNER/NAME."
        )
    hub = _library(address, flag)
    with _explained(hub, address, flag):
        place = hub.parse_hf_uri(address)
        if place.type != "model":
            raise ValueError(f"it names a {place.type}")
        name = place.path_in_repo or _choose(_names(hub, place), address, flag)
        _check_suffix(name, address, flag)
        file = hub.hf_hub_download(place.id, name, revision=place.revision)
    _check_digest(pathlib.Path(file), address, flag)
    return pathlib.Path(file)


def _library(address, flag):
    try:
        hub = importlib.import_module("huggingface_hub")
        hub.parse_hf_uri  # noqa: B018  Old versions have none.
    except (ImportError, AttributeError) as error:
        raise errors.InputError(
            f"`{flag}`={address} needs huggingface_hub 2; run `pip install "
            "'cartoongan-tf[hub]'`."
        ) from error
    return hub


def _names(hub, place):
    """The files of a repository; where it cannot be asked, those cached."""
    try:
        found = hub.model_info(
            place.id,
            revision=place.revision,
            timeout=hub.constants.HF_HUB_ETAG_TIMEOUT,  # Unless given, none.
        )
    except (hub.errors.HTTPError, hub.errors.OfflineModeIsEnabled) as error:
        return _cached_names(hub, place, error)
    return [file.rfilename for file in found.siblings]


def _cached_names(hub, place, error):
    try:
        snapshot = pathlib.Path(
            hub.snapshot_download(
                place.id, revision=place.revision, local_files_only=True
            )
        )
    except hub.errors.LocalEntryNotFoundError as absent:
        raise absent from error
    files = (path for path in snapshot.rglob("*") if path.is_file())
    return [path.relative_to(snapshot).as_posix() for path in files]


def _choose(names, address, flag):
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
    if set(names) >= _PRESET:
        raise errors.InputError(
            f"`{flag}`={address} holds a preset of KerasHub "
            f"({' and '.join(sorted(_PRESET))}), which only that library "
            f"opens, and no {_kinds()} file; name another repository."
        )
    raise errors.InputError(
        f"`{flag}`={address} holds no {_kinds()} file; name another repository."
    )


def _kinds():
    return f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"


def _check_suffix(name, address, flag):
    if not name.endswith(SUFFIXES):
        raise errors.InputError(
            f"`{flag}`={address} is no {_kinds()} file, and others are not "
            "opened from the Hub."
        )


@contextlib.contextmanager
def _explained(hub, address, flag) -> Iterator[None]:
    """Says what was wrong with an address, and what to do."""
    try:
        yield
    except errors.InputError:
        raise
    # A ValueError is of an address, a file's name, or an answer.
    except (hub.errors.HTTPError, OSError, ValueError) as error:
        if getattr(error, "errno", None):  # Of the disk.
            raise
        # Below what is not in the cache is why the Hub could not be asked.
        is_absent = isinstance(error, hub.errors.LocalEntryNotFoundError)
        cause = (is_absent and error.__cause__) or error
        raise errors.InputError(
            f"`{flag}`={address} {_problem(hub, cause, is_absent)}"
        ) from error


def _problem(hub, error, is_absent):
    """What is wrong, in words that follow an address."""
    is_gated = isinstance(error, hub.errors.GatedRepoError)
    if isinstance(error, hub.errors.RepositoryNotFoundError) and not is_gated:
        return f"is not there, or private: look at the name, or set {_TOKEN}."
    status = getattr(getattr(error, "response", None), "status_code", None)
    if is_gated or status in _NOT_ALLOWED:
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
    """Compares a file with its SHA-256, by which the cache names it.

    Files that the Hub does not keep in LFS have another name there, and where
    links are not to be had there is none.
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
