"""Whether what is installed is the release: libraries, files, decoders, models."""

import hashlib
import json
import os
import platform
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from kltool.errors import InstallationError
from kltool.intake import decoders
from kltool.qualification.checks import INSTALLATION, Check
from kltool.weights import entries, load_entry

PACKAGE: Final = "kltool"
CODE_SUFFIXES: Final = (".py", ".so", ".pyd")
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


def _libraries() -> Check:
    """Every library that kltool needs, of a version that it allows."""
    lines, wrong = [], 0
    for requirement in map(Requirement, distribution(PACKAGE).requires or ()):
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


def _files() -> Check:
    """Every file of the kltool that runs against the hash that the installer recorded; and none besides."""
    expected = "each file with the SHA-256 that was recorded when kltool was installed, and no other code"
    installed = distribution(PACKAGE)
    if _is_editable(installed):
        found = "installed from a checkout: no hashes were recorded"
        return Check(INSTALLATION, "files", expected, found, True, compared=False)
    folder = Path(__file__).resolve().parents[1]
    recorded = {
        Path(str(file.locate())).resolve(): file.hash.value
        for file in installed.files or ()
        if file.parts[0] == PACKAGE and file.hash and file.hash.mode == "sha256"
    }
    wrong = [f"{file}: altered or missing" for file, digest in recorded.items() if _digest(file) != digest]
    code = (file for suffix in CODE_SUFFIXES for file in folder.rglob(f"*{suffix}"))
    wrong += [f"{file}: not of the release" for file in code if file.resolve() not in recorded]
    return Check(
        INSTALLATION,
        "files",
        expected,
        f"{len(recorded)} recorded in the folder that runs, {len(wrong)} altered, missing or added",
        bool(recorded) and not wrong,
        tuple(wrong[:MOST_DETAILS]),
    )


def _is_editable(installed: Distribution) -> bool:
    """PEP 610."""
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))


def _others() -> Check:
    """Every other package of the environment, for the file."""
    lines = sorted(f"{one.metadata['Name']} {one.version}" for one in distributions())
    return Check(INSTALLATION, "packages", "listed", f"{len(lines)}", True, tuple(lines), compared=False)


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


INSTALLATION_CHECKS: Final[Mapping[str, Callable[[], Check]]] = {
    "libraries": _libraries,
    "files": _files,
    "DICOM decoders": _decoders,
    "models": _models,
    "packages": _others,
}
