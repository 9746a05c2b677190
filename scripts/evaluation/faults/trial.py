"""A situation to be tried, what was found in it, and how a made film is read."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kltool.errors import KltoolError
from kltool.intake import load
from kltool.typing import Float64
from kltool.values.radiograph import Radiograph

EIGHT_BITS = 1 / 255  # of the range: films stored in 8 bits
LOSSY = 0.05  # of the range: films stored in JPEG of high quality


@dataclass(frozen=True, slots=True)
class Finding:
    """What the command found when it ran, and whether that is right."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """Of a public thread.

    thread: owner/repository#number of GitHub. run: is given an empty folder. before: what was found when it
    was first tried, where that was wrong.
    """

    what: str
    thread: str
    right: str
    run: Callable[[Path], Finding]
    before: str = ""


def alike(
    data: bytes,
    reference: bytes,
    tolerance: float = 1e-6,
    expected: Callable[[Radiograph], bool] | None = None,
) -> Finding:
    """Whether a file gives the grey levels of the reference, but for an offset and a scale.

    tolerance: of their range. expected: what else must be true of the film.
    """
    film = read(data)
    if isinstance(film, KltoolError):
        return Finding(refusal(film), False)
    whole = read(reference)
    assert not isinstance(whole, KltoolError)
    if film.pixels.shape != whole.pixels.shape:
        rows, columns = film.pixels.shape
        return Finding(f"read as {columns} x {rows} pixels", False)
    away = float(np.abs(_scaled(film) - _scaled(whole)).max())
    holds = away <= tolerance and (expected is None or expected(film))
    same = "read, grey levels exact" if away < 1e-6 else f"read, grey levels within {away:.1%} of their range"
    return Finding("; ".join((same, *film.notes)), holds)


def refused(data: bytes, *words: str) -> Finding:
    """Whether a file is refused in a message that has all these words."""
    film = read(data)
    if not isinstance(film, KltoolError):
        return Finding("read", False)
    return Finding(refusal(film), all(word in str(film) for word in words))


def read(data: bytes, **given: Any) -> Radiograph | KltoolError:
    try:
        return load(data, **given)
    except KltoolError as error:
        return error


def refusal(error: KltoolError) -> str:
    """Up to what was found; what was expected and what to do is left out."""
    return f"refused: {str(error).split(' was expected')[0].split(' were expected')[0]}"


def command(*arguments: str | Path, folder: Path | None = None) -> tuple[int, str]:
    """Exit code and output of `kltool` with these arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "kltool", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _scaled(film: Radiograph) -> Float64:
    pixels = film.pixels.astype(np.float64)
    scaled: Float64 = (pixels - pixels.min()) / np.ptp(pixels)
    return scaled
