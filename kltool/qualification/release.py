"""The records of the release, made by scripts/qualification_figures.py; how far a number may differ."""

import json
import math
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from kltool.errors import InstallationError
from kltool.typing import Record

FILE: Final = "release.json"
TOLERANCE: Final = 0.002  # absolute, or relative where that is more; docs/choices.md#qualification
SD_TOLERANCE: Final = 0.01  # likewise, of standard deviations; docs/choices.md#qualification
CASE: Final = ("case/before.dcm", "case/after.dcm")
OF_A_RUN: Final = ("utc", "source")  # fields that are no result


def release_records() -> Record:
    """By sample, its reading; and "change", of the sample case. Raises InstallationError."""
    try:
        text = files("kltool.qualification").joinpath(FILE).read_text("utf-8")
        return dict(json.loads(text))
    except (OSError, ValueError) as error:
        raise InstallationError(
            f"the figures of the release cannot be read ({error}); reinstall kltool"
        ) from error


def comparable(record: Record) -> Record:
    """A record without what differs from run to run and from version to version."""
    return {
        name: comparable(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if name not in (*OF_A_RUN, "kltool")
    }


def differences(found: Any, expected: Any, place: str = "") -> Iterator[str]:
    """Each field of two records that differs by more than TOLERANCE, as text."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        for name in expected:
            yield from differences(found[name], expected[name], f"{place}.{name}".lstrip("."))
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif not _same(found, expected, SD_TOLERANCE if _is_sd(place) else TOLERANCE):
        yield f"{place}: {found!r} found, {expected!r} expected"


def numbers(record: Any) -> Iterator[float]:
    """Every number of a record, in its order."""
    if isinstance(record, dict | list):
        for value in record.values() if isinstance(record, dict) else record:
            yield from numbers(value)
    elif isinstance(record, int | float) and not isinstance(record, bool):
        yield float(record)


def _is_sd(place: str) -> bool:
    """Whether a field holds a standard deviation: "medial.area_sd_px2"."""
    return "sd" in re.split(r"[._]", place)


def _same(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(found, float) and isinstance(expected, float | int):
        return math.isclose(found, expected, rel_tol=tolerance, abs_tol=TOLERANCE)
    return type(found) is type(expected) and bool(found == expected)
