"""Verified models, ready to run on the CPU with ONNX Runtime."""

from dataclasses import dataclass, fields
from functools import cache
from threading import Lock
from typing import Any

import onnxruntime

from kltool.errors import InstallationError, UsageError
from kltool.typing import Float32
from kltool.weights.manifest import NAMES, ModelEntry, entries, hashes_of_reading


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded model: (B, films, H, W) float32 in, its outputs in their order out.

    One thread per model, so that the numbers do not depend on the number of cores.
    """

    entry: ModelEntry
    session: Any

    def __call__(self, images: Float32) -> tuple[Float32, ...]:
        return tuple(self.session.run(None, {"image": images}))


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a reading, and `linked`, which only a comparison of two films uses.

    Attributes
    ----------
    finder : Network
        Detects joints.
    classifier : Network
        Of the joints that the finder detects (`aspect` in the manifest).
    landmarks : Network
        Points on the outline of a knee.
    margins : Network
        The margins of the joint space on one film.
    linked : Network
        The same on two films of one knee together.
    grader : Network
        The Kellgren-Lawrence grade.
    letters : Network
        The letters R and L on a film.
    """

    finder: Network
    classifier: Network
    landmarks: Network
    margins: Network
    linked: Network
    grader: Network
    letters: Network

    @property
    def hashes(self) -> dict[str, str]:
        """Name and version of each model of a reading to its sha256."""
        return hashes_of_reading([getattr(self, field.name).entry for field in fields(self)])


def load_models() -> Models:
    """Verify and load all models of the manifest.

    Returns
    -------
    Models
        Ready to run on the CPU, one thread each.

    Raises
    ------
    WeightMismatch
        Where a file is not the one whose hash the manifest has.
    InstallationError
        Where a file is missing or cannot be loaded.

    See Also
    --------
    default_models : the same, once in a process.
    """
    by_name = {entry.name: entry for entry in entries()}
    missing = set(NAMES) - set(by_name)
    if missing:
        raise InstallationError(f"models/manifest.toml lacks {', '.join(sorted(missing))}; reinstall kltool")
    return Models(*(load_entry(by_name[name]) for name in NAMES))


def default_models() -> Models:
    """The models of the installation, verified and loaded when they are first needed, once in a process.

    Returns
    -------
    Models

    Raises
    ------
    WeightMismatch, InstallationError
        As `load_models`.
    """
    with _loading:
        return _loaded_once()


def chosen_models(given: Models | None) -> Models:
    """Those that are given, or the installed ones. Raises UsageError where something else is given."""
    if given is None:
        return default_models()
    if not isinstance(given, Models):
        raise UsageError(f"models of type {type(given).__name__} found; those of kltool.load_models expected")
    return given


@cache
def _loaded_once() -> Models:
    return load_models()


_loading = Lock()


def load_entry(entry: ModelEntry) -> Network:
    """Verify, then load. Raises WeightMismatch, InstallationError."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    data = entry.verified_bytes()
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises types of its own
        raise InstallationError(
            f"model {entry.name!r}: {entry.file} cannot be loaded by ONNX Runtime "
            f"({type(error).__name__}); reinstall kltool"
        ) from error
    return Network(entry, session)
