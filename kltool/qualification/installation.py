"""Whether what is installed is the release: libraries, files, decoders, models."""

import hashlib
import os
import platform
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from kltool.errors import InstallationError
from kltool.intake import decoders
from kltool.qualification.checks import INSTALLATION, Check
from kltool.weights import entries, load_entry

PACKAGE: Final = "kltool"
MOST_DETAILS: Final = 20  # of files that differ


def environment() -> dict[str, str]:
    """The machine and what runs on it."""
    return {
        "machine": platform.node(),
        "operating system": platform.platform(),
        "processor": f"{platform.machine()}, {os.cpu_count()} cores",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "kltool": version(PACKAGE),
        "installed in": str(Path(__file__).resolve().parents[1]),
    }


def installation_checks() -> Iterator[Check]:
    installed = distribution(PACKAGE)
    yield _libraries(installed)
    yield _files(installed)
    yield _decoders()
    yield _models()


def _libraries(installed: Distribution) -> Check:
    """Every library that kltool needs, of a version that it allows."""
    lines, wrong = [], 0
    for requirement in map(Requirement, installed.requires or ()):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            found = "missing"
        suits = found != "missing" and requirement.specifier.contains(found, prereleases=True)
        wrong += not suits
        lines.append(f"{requirement.name} {found} ({requirement.specifier or 'any version'} expected)")
    return Check(
        INSTALLATION,
        "libraries",
        "each library that kltool needs, of a version that it allows",
        f"{len(lines) - wrong} of {len(lines)}",
        not wrong,
        tuple(lines),
    )


def _files(installed: Distribution) -> Check:
    """Every file of kltool against the hash that the installer recorded."""
    expected = "each file with the SHA-256 that was recorded when kltool was installed"
    hashed = [file for file in installed.files or () if file.hash and file.hash.mode == "sha256"]
    own = [file for file in hashed if file.parts[0] == PACKAGE]
    if "kltool/__init__.py" not in map(str, own):
        found = "installed from a checkout: no hashes were recorded, nothing was compared"
        return Check(INSTALLATION, "files", expected, found, True)
    wrong = [str(file) for file in own if file.hash and _digest(Path(str(file.locate()))) != file.hash.value]
    return Check(
        INSTALLATION,
        "files",
        expected,
        f"{len(own) - len(wrong)} of {len(own)}",
        not wrong,
        tuple(f"{name}: altered or missing" for name in wrong[:MOST_DETAILS]),
    )


def _digest(file: Path) -> str:
    """As RECORD has it (PEP 376): base64 for URLs, without padding; empty where it cannot be read."""
    try:
        return urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).rstrip(b"=").decode()
    except OSError:
        return ""


def _decoders() -> Check:
    found = decoders()
    without = [syntax for syntax, plugins in found.items() if not plugins]
    return Check(
        INSTALLATION,
        "DICOM decoders",
        "a decoder for each transfer syntax",
        f"{len(found) - len(without)} of {len(found)}",
        not without,
        tuple(f"{syntax}: {', '.join(plugins) or 'none'}" for syntax, plugins in found.items()),
    )


def _models() -> Check:
    lines, wrong = [], 0
    for entry in entries():
        try:
            load_entry(entry)
            lines.append(f"{entry.identity}: {entry.sha256}")
        except InstallationError as error:
            wrong += 1
            lines.append(str(error))
    return Check(
        INSTALLATION,
        "models",
        "each model with the SHA-256 of the manifest, loaded by ONNX Runtime",
        f"{len(lines) - wrong} of {len(lines)}",
        not wrong,
        tuple(lines),
    )
