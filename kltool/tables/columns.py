"""The columns of the table of readings: their headings, kinds and order, and a knee's record as one row.

docs/table.md describes every column. A cell without a value is empty, and the reason stands in the row: in
`reason` for an image that was not read, in `..._reason` for a number, in `spacing_reason` for millimetres.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from kltool.geometry.joint_axes import location_names
from kltool.typing import Record
from kltool.values.length import UNITS
from kltool.values.measure import Compartment
from kltool.values.reading import GRADES

OK: Final = "ok"
REFUSED: Final = "refused"
FAILED: Final = "failed"
DUPLICATE: Final = "duplicate"
QUARANTINED: Final = "quarantined"
STATUSES: Final = (OK, REFUSED, FAILED, DUPLICATE, QUARANTINED)  # of the column status

Cell = str | int | float | bool | None
Row = dict[str, Cell]


class Kind(Enum):
    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"


def _grade_columns() -> Iterator[tuple[str, Kind]]:
    yield "kl", Kind.WHOLE
    for name in ("kl_expected", "kl_expected_low", "kl_expected_high", *(f"kl_p{kl}" for kl in GRADES)):
        yield name, Kind.NUMBER
    yield "kl_prediction_set", Kind.TEXT
    yield "kl_reason", Kind.TEXT


def _width_columns(name: str) -> Iterator[tuple[str, Kind]]:
    for unit in UNITS:
        yield f"{name}_{unit}", Kind.NUMBER
    for unit in UNITS:
        yield f"{name}_sd_{unit}", Kind.NUMBER
    yield f"{name}_reason", Kind.TEXT


def _space_columns() -> Iterator[tuple[str, Kind]]:
    for compartment in Compartment:
        for name in ("mjsw", "mean_jsw", *location_names(compartment)):
            yield from _width_columns(f"{compartment}_{name}")
        for unit in UNITS:
            yield f"{compartment}_area_{unit}2", Kind.NUMBER
            yield f"{compartment}_area_sd_{unit}2", Kind.NUMBER


FIRST: Final = {
    "path": Kind.TEXT,
    "status": Kind.TEXT,
    "code": Kind.TEXT,
    "reason": Kind.TEXT,
    "subject": Kind.TEXT,
    "visit": Kind.TEXT,
    "study_date": Kind.TEXT,
    "side": Kind.TEXT,
    "side_source": Kind.TEXT,
    "side_probability": Kind.NUMBER,
}
LAST: Final = {
    "tibial_width_px": Kind.NUMBER,
    "spacing_mm": Kind.NUMBER,
    "spacing_column_mm": Kind.NUMBER,
    "calibration": Kind.TEXT,
    "spacing_reason": Kind.TEXT,
    "imd_mm": Kind.NUMBER,
    "imd_percent": Kind.NUMBER,
    "rotation_deg": Kind.NUMBER,
    "tilt_deg": Kind.NUMBER,
    "complete": Kind.TRUTH,
    "clipped": Kind.NUMBER,
    "edge_width_percent": Kind.NUMBER,
    "contrast_to_noise": Kind.NUMBER,
    "projection": Kind.TEXT,
    "quality": Kind.TEXT,
    "warnings": Kind.TEXT,
    "notes": Kind.TEXT,
    "model": Kind.TEXT,
    "input_sha256": Kind.TEXT,
    "pixels_sha256": Kind.TEXT,
    "overlay": Kind.TEXT,
}
COLUMNS: Final[Mapping[str, Kind]] = {**FIRST, **dict(_grade_columns()), **dict(_space_columns()), **LAST}


def knee_cells(knee: Record) -> Row:
    """What was read of a knee, by heading; knee: as kltool.report.record.knee_record makes it."""
    spacing, positioning = knee["spacing"], knee["positioning"]
    cells: Row = {
        "side": knee["side"],
        "side_source": knee["side_source"],
        "side_probability": knee["side_probability"],
        **_grade_cells(knee["kl"]),
        "tibial_width_px": knee["tibial_width_px"],
        "spacing_mm": spacing.get("row_mm"),
        "spacing_column_mm": spacing.get("column_mm"),
        "calibration": spacing.get("tier"),
        "spacing_reason": spacing.get("not_measured"),
        "quality": knee["quality"],
        "warnings": "; ".join(knee["warnings"]),
        **{name: _value(positioning[name]) for name in LAST if name in positioning},
    }
    for compartment in Compartment:
        cells |= _compartment_cells(str(compartment), compartment, knee["joint_space"][compartment])
    return cells


def _compartment_cells(name: str, compartment: Compartment, space: Record) -> Row:
    cells = _width_cells(f"{name}_mjsw", _numbers(space, "minimum"))
    cells |= _width_cells(f"{name}_mean_jsw", _numbers(space, "mean"))
    for place, x in location_names(compartment).items():
        at = {kind: space[f"at_{kind}"][f"{x:.3f}"] for unit in UNITS for kind in (unit, f"sd_{unit}")}
        cells |= _width_cells(f"{name}_{place}", at)
    for unit in UNITS:
        cells[f"{name}_area_{unit}2"] = _value(space[f"area_{unit}2"])
        cells[f"{name}_area_sd_{unit}2"] = _value(space[f"area_sd_{unit}2"])
    return cells


def _numbers(space: Record, name: str) -> Record:
    """By "mm" and "sd_mm", and so on."""
    return {kind: space[f"{name}_{kind}"] for unit in UNITS for kind in (unit, f"sd_{unit}")}


def _width_cells(name: str, numbers: Record) -> Row:
    """The reason is that of the pixels: where those are there, only millimetres can be missing."""
    in_pixels = numbers["px"]
    return {f"{name}_{kind}": _value(number) for kind, number in numbers.items()} | {
        f"{name}_reason": in_pixels["not_measured"] if isinstance(in_pixels, dict) else None
    }


def _grade_cells(grade: Record) -> Row:
    if "not_measured" in grade:
        return {"kl_reason": grade["not_measured"]}
    low, high = grade["expected_interval"]
    return {
        "kl": grade["grade"],
        "kl_expected": grade["expected"],
        "kl_expected_low": low,
        "kl_expected_high": high,
        **{f"kl_p{kl}": p for kl, p in zip(GRADES, grade["probabilities"], strict=True)},
        "kl_prediction_set": " ".join(
            map(str, grade["prediction_set"])
        ),  # a spreadsheet takes 2-3 for a day in March
    }


def _value(number: Any) -> Cell:
    """A number of a record, or nothing where it says why there is none."""
    return None if isinstance(number, dict) else number
