"""The file of a site's calibration: TOML, written by `kltool calibrate` and read by --site.

The hash of a file is that of its bytes, so that a line changed by hand shows in every result.
"""

import hashlib
import json
import os
import re
import reprlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kltool.errors import UsageError
from kltool.grading.site import SiteSettings
from kltool.values.grade import GRADES
from kltool.values.length import Interval

VERSION: Final = 1  # of the format
OPENING: Final = (
    "# Calibration of the grade of kltool for one site, made by `kltool calibrate`.\n"
    "# To be used with --site of kltool read, compare and batch.\n"
)
MOST_BYTES: Final = 1_000_000  # a site file has some 2,000
CUT_POINT_RANGE: Final = (-20.0, 24.0)  # grades; docs/choices.md#site-file
FACTOR_RANGE: Final = (1e-15, 1e15)  # scale, thresholds, reach; docs/choices.md#site-file
SHA256: Final = re.compile("[0-9a-f]{64}")
CALIBRATE: Final = "make it by kltool calibrate"


@dataclass(frozen=True, slots=True)
class SiteFile:
    """Content of a site file. settings: what grades; its hash and number of films are those of this file.

    kltool, grader_name: which kltool and which grader it was fitted with. utc: when. by_grade: (5,), number
    of films of KL 0 to 4. readers: whose grades. tables: names of the tables and their SHA-256.
    """

    settings: SiteSettings
    kltool: str
    grader_name: str
    utc: str
    by_grade: tuple[int, ...]
    participants: int
    readers: tuple[str, ...]
    tables: Mapping[str, str]

    def text(self) -> str:
        """As the file holds it; numbers keep every bit."""
        law = self.settings
        assert law.thresholds is not None
        assert law.reach is not None
        sections: dict[str, Mapping[str, Any]] = {
            "": {"version": VERSION, "kltool": self.kltool, "utc": self.utc},
            "grader": {"name": self.grader_name, "sha256": law.grader},
            "films": {
                "count": law.films,
                "by_grade": self.by_grade,
                "participants": self.participants,
                "readers": self.readers,
            },
            "tables": self.tables,
            "calibration": {
                "cut_points": law.cut_points,
                "scale": law.scale,
                "thresholds": law.thresholds,
                "reach": law.reach,
            },
        }
        return OPENING + "".join(_section(name, values) for name, values in sections.items())


def read_site(file: str | os.PathLike[str]) -> SiteSettings:
    """The calibration of a site.

    Parameters
    ----------
    file : str or path
        As ``kltool calibrate`` writes it.

    Returns
    -------
    SiteSettings
        For `Settings`, with the SHA-256 of the file.

    Raises
    ------
    UsageError
        Where it cannot be read, or is no site file.

    Examples
    --------
    >>> lines = ["version = 1", "[grader]", f"sha256 = '{64 * 'a'}'", "[films]", "count = 60"]
    >>> lines += ["[calibration]", "cut_points = [0.8, 1.8, 2.6, 3.4]", "scale = 0.9", "reach = 2.0"]
    >>> lines += ["thresholds = [0.3, 0.1, 0.2, 0.2, 0.4]"]
    >>> _ = Path("site.toml").write_text("\\n".join(lines), encoding="utf-8")
    >>> read_site("site.toml").cut_points
    (0.8, 1.8, 2.6, 3.4)
    """
    path = Path(file)
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"site file {path} cannot be read ({error.strerror}); {CALIBRATE}, or name the one that you have"
        ) from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"site file {path}: more than {MOST_BYTES:,} bytes found; {CALIBRATE}")
    return _settings(path, _table(path, data), hashlib.sha256(data).hexdigest())


def _table(path: Path, data: bytes) -> Mapping[str, Any]:
    """Raises UsageError where it is no TOML, with the place where it ends to be some."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        found = f"byte {error.start + 1:,} is not UTF-8"
        raise UsageError(f"site file {path} is not TOML ({found}); {CALIBRATE}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"site file {path} is not TOML ({error}); {CALIBRATE}") from error
    except (ValueError, RecursionError) as error:  # of a number of thousands of digits, or deep nesting
        found = "a number that is too long" if isinstance(error, ValueError) else "arrays nested too deep"
        raise UsageError(f"site file {path}: {found}; {CALIBRATE}") from error


def require_grader(site: SiteSettings, name: str, sha256: str) -> None:
    """Raises UsageError where a site's calibration was fitted with another grader than this one."""
    if site.grader and site.grader != sha256:
        raise UsageError(
            f"site calibration {site.calibration[:8]} of the grader {site.grader[:8]} found, one of {name} "
            f"{sha256[:8]}, which is used, expected; read the site's films again and calibrate anew"
        )


def _settings(path: Path, table: Mapping[str, Any], sha256: str) -> SiteSettings:
    """Raises UsageError with the entry that is wrong."""
    if type(table.get("version")) is not int or table["version"] != VERSION:
        found = reprlib.repr(table.get("version"))
        raise UsageError(f"site file {path}: version {found} found, {VERSION} expected; {CALIBRATE}")
    entries = _Entries(path, table)
    c0, c1, c2, c3 = cut_points = entries.numbers(
        "calibration", "cut_points", len(GRADES) - 1, CUT_POINT_RANGE
    )
    if not c0 <= c1 <= c2 <= c3:
        raise entries.wrong("calibration", "cut_points", cut_points, "numbers in rising order")
    t0, t1, t2, t3, t4 = entries.numbers("calibration", "thresholds", len(GRADES), FACTOR_RANGE)
    grader = entries.of("grader", "sha256")
    if not isinstance(grader, str) or not SHA256.fullmatch(grader):
        raise entries.wrong("grader", "sha256", grader, "64 hexadecimal digits, in lower case")
    films = entries.of("films", "count")
    if type(films) is not int or films < 1:
        raise entries.wrong("films", "count", films, "a number of films")
    return SiteSettings(
        sha256,
        films,
        (c0, c1, c2, c3),
        entries.number("calibration", "scale", FACTOR_RANGE),
        (t0, t1, t2, t3, t4),
        entries.number("calibration", "reach", FACTOR_RANGE),
        grader,
    )


@dataclass(frozen=True, slots=True)
class _Entries:
    path: Path
    table: Mapping[str, Any]

    def of(self, section: str, name: str) -> Any:
        found = self.table.get(section)
        if not isinstance(found, dict) or name not in found:
            raise UsageError(f"site file {self.path}: no {section}.{name} found, one expected; {CALIBRATE}")
        return found[name]

    def number(self, section: str, name: str, within: Interval) -> float:
        return self._number(self.of(section, name), section, name, within)

    def numbers(self, section: str, name: str, count: int, within: Interval) -> tuple[float, ...]:
        found = self.of(section, name)
        if not isinstance(found, list) or len(found) != count:
            raise self.wrong(section, name, found, f"{count} numbers")
        return tuple(self._number(one, section, name, within) for one in found)

    def _number(self, value: object, section: str, name: str, within: Interval) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(section, name, value, "a number")
        low, high = within
        if not low <= value <= high:  # nor is NaN
            raise self.wrong(section, name, value, f"a number from {low:g} to {high:g}")
        return float(value)

    def wrong(self, section: str, name: str, found: object, expected: str) -> UsageError:
        shown = reprlib.repr(found)
        return UsageError(
            f"site file {self.path}: {section}.{name} {shown} found, {expected} expected; {CALIBRATE}"
        )


def _section(name: str, values: Mapping[str, Any]) -> str:
    heading = f"\n[{name}]\n" if name else ""
    return heading + "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").isalnum() else _value(name)


def _value(value: object) -> str:
    """Of TOML. A number is written so that the same bits are read."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
