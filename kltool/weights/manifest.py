"""The registry of models: a text file with the hash, input and origin of each, read without loading any."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kltool.errors import InstallationError, WeightMismatch

NAMES: Final = ("finder", "aspect", "landmarks", "margins", "linked", "grader", "letters")  # that kltool runs
COMPARISON_ONLY: Final = ("linked",)  # that a reading does not need
FIELDS: Final = {
    "version": str,
    "file": str,
    "sha256": str,
    "input_size": int,
    "labels": list,
    "trained_on": str,
}


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the manifest. file: its path. input_size: pixels a side, or 0 where it takes any size."""

    name: str
    version: str
    file: Path
    sha256: str
    input_size: int
    labels: tuple[str, ...]
    trained_on: str

    @property
    def identity(self) -> str:
        return f"{self.name}-{self.version}"

    def verified_bytes(self) -> bytes:
        """The bytes of the file. Raises WeightMismatch, InstallationError where they cannot be read."""
        try:
            data = self.file.read_bytes()
        except OSError as error:
            raise InstallationError(
                f"model {self.name!r}: {self.file} cannot be read ({error.strerror}); reinstall kltool"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise WeightMismatch(self.name, self.sha256, found)
        return data


def models_folder() -> Path:
    """Inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "models", package.parent / "models"):
        if (folder / "manifest.toml").is_file():
            return folder
    raise InstallationError(f"no models/manifest.toml in {package} or beside it; reinstall kltool")


def entries() -> tuple[ModelEntry, ...]:
    """All models of the manifest, in its order."""
    folder = models_folder()
    try:
        table = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
        return tuple(_entry(folder, name, fields) for name, fields in table.items())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise InstallationError(
            f"{folder / 'manifest.toml'} is damaged ({error}); reinstall kltool"
        ) from error


def entry_of(name: str) -> ModelEntry:
    """The model of this name, without loading it. Raises InstallationError."""
    found = next((entry for entry in entries() if entry.name == name), None)
    if found is None:
        raise InstallationError(f"models/manifest.toml lacks {name}; reinstall kltool")
    return found


def hashes_of_reading(known: Iterable[ModelEntry]) -> dict[str, str]:
    """Name and version of each model that a reading uses to its sha256, without loading any."""
    by_name = {entry.name: entry for entry in known}
    reading = (by_name[name] for name in NAMES if name in by_name and name not in COMPARISON_ONLY)
    return {entry.identity: entry.sha256 for entry in reading}


def _entry(folder: Path, name: str, fields: Any) -> ModelEntry:
    """Raises KeyError where a field is missing, TypeError where one is of another type."""
    if not isinstance(fields, dict):
        raise TypeError(f"{name} is not a table")
    for field, kind in FIELDS.items():
        if not isinstance(fields[field], kind):
            raise TypeError(f"{name}: {field} is not of type {kind.__name__}")
    return ModelEntry(
        name,
        fields["version"],
        folder / fields["file"],
        fields["sha256"],
        fields["input_size"],
        tuple(fields["labels"]),
        fields["trained_on"],
    )
