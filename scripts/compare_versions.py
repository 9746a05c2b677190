"""Show that two versions of kltool read the same numbers, bit for bit.

OLD/bin/python scripts/compare_versions.py dump old.json    by the other version, installed in OLD
python scripts/compare_versions.py dump new.json    by the version of this checkout
python scripts/compare_versions.py compare old.json new.json [--out docs/results/versions.md]

docs/CONTRIBUTING.md says how to install version 0.1.0 beside the present one. `dump` uses the public
functions of kltool and the fields of what they return, nothing else. Text (warnings, notes, reasons) is
not compared; that a number is absent is. RENAMED lists the fields that have another name since version
0.1.0.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from math import inf
from pathlib import Path
from typing import Any, Final

import numpy as np

import kltool

ROOT: Final = Path(__file__).resolve().parents[1]
CROPS: Final = 200
RENAMED: Final = {  # (class, field) of version 0.1.0 to the field of today
    ("Knee", "score"): "detection_score",
    ("JointSpace", "rims"): "plateau_margins",
    ("CompartmentSpace", "at"): "fixed_widths",
    ("Grade", "likely"): "prediction_set",
    ("Grade", "explanation"): "attribution",
    ("Grade", "interval"): "expected_interval",
    ("Positioning", "whole"): "complete",
    ("WidthChange", "best"): "preferred",
    ("WidthChange", "wider"): "probability_wider",
    ("WidthChange", "narrower"): "probability_narrower",
    ("WidthChange", "beyond_smallest"): "probability_beyond_smallest",
    ("WidthChange", "beyond_threshold"): "probability_beyond_threshold",
    ("Likeness", "same"): "probability_same_knee",
    ("KneeChange", "likeness"): "identity",
}
# text; films, whose pixels are compared by their hash; pictures; readings, which are compared on their own
SKIPPED: Final = frozenset(
    (
        *("reason", "reasons", "warnings", "notes", "sentence", "doubts", "plausibility", "source", "name"),
        *("film", "image", "pixels", "scale", "overlay", "before", "after", "knees", "refused"),
        *("produced_by", "models", "error_model"),
    )
)


def main() -> None:
    options = _options()
    options.run(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="dump|compare")
    dump, compare = (commands.add_parser(name) for name in ("dump", "compare"))
    dump.add_argument("file", type=Path)
    dump.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    dump.set_defaults(run=_dump)
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    compare.add_argument("--out", type=Path, help="page to write the result to")
    compare.set_defaults(run=_compare)
    return parser.parse_args()


def _dump(options: argparse.Namespace) -> None:
    models = kltool.load_models()
    found: dict[str, dict[str, str]] = {}
    for group, path in _films(options.data):
        found[f"{group}: {path.name}"] = _read(path, models)
        if len(found) % 20 == 0:
            print(f"{len(found)} films", flush=True)
    found["sample comparison: case"] = _change(models)
    options.file.write_text(json.dumps(found))


def _films(data: Path) -> Iterator[tuple[str, Path]]:
    """Films by group, spread evenly over the crops."""
    crops = sorted((data / "oai_kl" / "val").rglob("*.png"))
    yield from (("val crop", crops[at]) for at in np.linspace(0, len(crops) - 1, CROPS).round().astype(int))
    yield from (("full field", path) for path in sorted((data / "full_field").glob("*.jpg")))
    yield from (("strip", path) for path in sorted((data / "external" / "bilateral").glob("*.png")))
    yield from (("sample", path) for path in sorted((ROOT / "sample_images").rglob("*.dcm")))


def _read(path: Path, models: Any) -> dict[str, str]:
    """Every number of a film's reading; a film that is refused has its code alone."""
    try:
        film = kltool.load(path)
        reading = kltool.read(film, models)
    except Exception as error:
        return {"refused": getattr(error, "code", type(error).__name__)}
    numbers = {"pixels": film.pixels_sha256, "knees": str(len(reading.knees))}
    for knee in reading.knees:
        numbers |= dict(_numbers(knee, str(knee.side)))
    return numbers | {f"refused knee {at}": knee.code for at, knee in enumerate(reading.refused)}


def _change(models: Any) -> dict[str, str]:
    case = ROOT / "sample_images" / "case"
    before, after = (kltool.read(kltool.load(case / f"{name}.dcm"), models) for name in ("before", "after"))
    numbers: dict[str, str] = {}
    for change in kltool.compare(before, after, models):
        numbers |= dict(_numbers(change, str(change.side)))
    return numbers


def _numbers(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every number below a value by its path, as text that tells one float from its neighbour."""
    if type(value).__name__ in ("NotMeasured", "NoSpacing"):
        yield name, "absent"
    elif is_dataclass(value):
        for field in _members(value):
            yield from _numbers(getattr(value, field), f"{name}.{_today(value, field)}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _numbers(item, f"{name}[{key}]")
    elif isinstance(value, np.ndarray):
        yield name, f"{value.dtype} {value.shape} {hashlib.sha256(np.ascontiguousarray(value)).hexdigest()}"
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _numbers(item, f"{name}[{at}]")
    elif isinstance(value, float):
        yield name, float(value).hex()
    elif isinstance(value, Enum | bool | int | str):
        yield name, str(value)


def _members(value: Any) -> list[str]:
    """Fields and properties."""
    properties = [name for name, member in vars(type(value)).items() if isinstance(member, property)]
    return [name for name in (*(field.name for field in fields(value)), *properties) if name not in SKIPPED]


def _today(value: Any, field: str) -> str:
    return RENAMED.get((type(value).__name__, field), field)


def _compare(options: argparse.Namespace) -> None:
    old, new = (json.loads(file.read_text()) for file in (options.old, options.new))
    differing = [
        Difference(film, name, old[film].get(name, "missing"), new.get(film, {}).get(name, "missing"))
        for film in old
        for name in sorted(old[film].keys() | new.get(film, {}).keys())
        if not name.endswith(".overlay") and old[film].get(name) != new.get(film, {}).get(name)
    ]
    page = _page(old, differing)
    print(page)
    if options.out:
        options.out.write_text(page)
    raise SystemExit(1 if differing or old.keys() != new.keys() else 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that differs, in both versions as text."""

    film: str
    name: str
    old: str
    new: str

    @property
    def field(self) -> str:
        return self.name.partition(".")[2] or self.name

    @property
    def relative(self) -> float:
        """Of the old number; infinite where one of them is no float."""
        try:
            old, new = float.fromhex(self.old), float.fromhex(self.new)
        except ValueError:
            return inf
        return abs(new - old) / abs(old) if old else inf


def _page(old: Mapping[str, Mapping[str, str]], differing: list[Difference]) -> str:
    films, numbers = Counter(), Counter()
    for film, values in old.items():
        films[film.partition(":")[0]] += 1
        numbers[film.partition(":")[0]] += len(values)
    rows = "\n".join(f"| {group} | {films[group]} | {numbers[group]:,} |" for group in films)
    by_field: dict[str, list[float]] = {}
    for one in differing:
        by_field.setdefault(one.field, []).append(one.relative)
    wrong = "\n".join(
        f"| {field} | {len(relative)} | {max(relative):.1e} |" for field, relative in sorted(by_field.items())
    )
    wrong = wrong and f"| field | numbers that differ | largest relative difference |\n|---|---|---|\n{wrong}"
    return (
        "# The numbers of version 0.1.0 and of today\n\n"
        "Made by `python scripts/compare_versions.py`, which says how. Every number of every\n"
        "film (probabilities, expected grade, widths, deviations, intervals, margins, side, quality,\n"
        "change) is compared to the last bit.\n\n"
        f"| films | count | numbers |\n|---|---|---|\n{rows}\n\n"
        f"**{len(differing)} of {numbers.total():,} differ.**\n" + (f"\n{wrong}\n" if wrong else "")
    )


if __name__ == "__main__":
    main()
