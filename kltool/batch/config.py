"""What every worker of a run needs before its first image."""

from collections.abc import Mapping
from dataclasses import dataclass

from kltool.batch.pseudonym import Pseudonyms
from kltool.version import __version__


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """model: by `model_name`; a worker with another one ends. overlays: folder of pictures, or empty."""

    model: str
    overlays: str
    pseudonyms: Pseudonyms


def model_name(hashes: Mapping[str, str]) -> str:
    """The column `model`: kltool's version, and each model with the first eight digits of its SHA-256.

    hashes: by kltool.weights.hashes_of_reading; run.json holds them in full.
    """
    named = " ".join(f"{name}:{digest[:8]}" for name, digest in hashes.items())
    return f"kltool-{__version__} {named}"
