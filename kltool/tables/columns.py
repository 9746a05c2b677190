"""The columns of a table of readings: names, types, units and order; and the words of the column `status`.

docs/table.md describes every column. A cell without a value is empty, and the reason stands in the row: in
`reason` for an image that was not read, in `..._reason` for a number, in `spacing_reason` for millimetres.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from kltool.geometry.joint_axes import location_names
from kltool.values.grade import GRADES
from kltool.values.length import UNITS
from kltool.values.measure import Compartment, PictureSide

OK: Final = "ok"
REFUSED: Final = "refused"
FAILED: Final = "failed"
DUPLICATE: Final = "duplicate"
QUARANTINED: Final = "quarantined"
STATUSES: Final = (OK, REFUSED, FAILED, DUPLICATE, QUARANTINED)  # of the column status

PATH, SUBJECT, VISIT, SIDE = "path", "subject", "visit", "side"  # which knee, of which image
SPACING, DATE = "spacing_mm", "date"  # what a manifest may state beside these
STATUS, CODE, REASON = "status", "code", "reason"  # whether it was read, and why not
READER: Final = "reader"  # who read, in tables of several readers
KL: Final = "kl"
KL_EXPECTED, KL_EXPECTED_LOW, KL_EXPECTED_HIGH = "kl_expected", "kl_expected_low", "kl_expected_high"
KL_PROBABILITY: Final = "kl_p"  # and the grade
KL_PROBABILITIES: Final = tuple(f"{KL_PROBABILITY}{kl}" for kl in GRADES)
KL_LIKELY_GRADES: Final = "kl_likely_grades"
KL_PREDICTION_SET: Final = "kl_prediction_set"
GIVEN: Final = "given_"  # before a manifest's column of the name of one of these
GIVEN_KL: Final = f"{GIVEN}{KL}"
MINIMUM, MEAN = "mjsw", "mean_jsw"
SPACING_REASON: Final = "spacing_reason"
EXPECTED_ERROR: Final = "expected_error_percent"
OTHER_LENGTHS: Final = (
    "spacing",
    "imd",
    "expected_error",
)  # beginnings of columns in millimetres that are no widths
INTERVAL_ENDS: Final = ("_low_mm", "_high_mm", "_lower_mm", "_upper_mm")
WIDTH: Final = re.compile(r"(medial|lateral)_(mjsw|mean_jsw|jsw(\d{3}))_mm")
WIDTH_WORDS: Final = {MINIMUM: "minimum", MEAN: "mean"}
FORMER_NAMES: Final = {"kl_set": KL_PREDICTION_SET, "whole": "complete"}  # in tables of kltool 0.1.0
FORMER_CODES: Final = {"reader_died": "worker_died"}  # likewise, in the column code

Cell = str | int | float | bool | None
Row = dict[str, Cell]


class CellType(Enum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "true or false"


def width_stem(compartment: Compartment, name: str) -> str:
    """The beginning of a width's columns: "medial_mjsw". name: MINIMUM, MEAN, or "jsw250" at x = 0.250."""
    return f"{compartment}_{name}"


def picture_stem(side: PictureSide) -> str:
    """The beginning of the columns of a minimum of a knee of unknown side: "picture_left_mjsw"."""
    return f"{side.replace(' ', '_')}_{MINIMUM}"


def value_column(stem: str, unit: str) -> str:
    """ "medial_mjsw_mm". unit: one of UNITS."""
    return f"{stem}_{unit}"


def sd_column(stem: str, unit: str) -> str:
    """ "medial_mjsw_sd_mm": the standard deviation of the error of measurement."""
    return f"{stem}_sd_{unit}"


def reason_column(stem: str) -> str:
    """ "medial_mjsw_reason": why there is no value."""
    return f"{stem}_reason"


def area_stem(compartment: Compartment) -> str:
    """The beginning of the area's columns, whose units are squared: "medial_area_mm2"."""
    return f"{compartment}_area"


def sd_of_mm(column: str) -> str:
    """The column of the standard deviation of a length: medial_mjsw_mm → medial_mjsw_sd_mm."""
    return sd_column(column.removesuffix("_mm"), "mm")


def is_sd(column: str) -> bool:
    """Whether a column in millimetres holds standard deviations."""
    return column.endswith("_sd_mm")


def is_width_or_sd(column: str) -> bool:
    """Whether a column, of whoever's table, holds widths in millimetres or their standard deviations."""
    return (
        column.endswith("_mm") and not column.startswith(OTHER_LENGTHS) and not column.endswith(INTERVAL_ENDS)
    )


def is_joint_space(column: str) -> bool:
    """Whether a column, of whoever's table, is named as a width of the joint space, or as its error."""
    return "jsw" in column.lower() or "joint_space" in column.lower()


def reasons_for(column: str) -> tuple[str, ...]:
    """The columns that may say why a cell of this one is empty."""
    reason = reason_column(column.removesuffix("_mm"))
    return (reason, SPACING_REASON) if column.endswith("_mm") else (reason,)


def width_words(column: str) -> str | None:
    """ "medial minimum", "lateral mean", "medial 0.250"; None for a column that is not named like a width."""
    found = WIDTH.fullmatch(column)
    if found is None:
        return None
    compartment, name, location = found.groups()
    return f"{compartment} {WIDTH_WORDS.get(name, f'0.{location}')}"


def present_names(headings: Iterable[str]) -> list[str]:
    """The same headings; in a table of kltool 0.1.0, which has all FORMER_NAMES, with the present names."""
    names = list(headings)
    former = FORMER_NAMES if set(FORMER_NAMES) <= set(names) else {}
    return [former.get(name, name) for name in names]


def _grade_columns() -> Iterator[tuple[str, CellType]]:
    yield KL, CellType.INTEGER
    yield KL_LIKELY_GRADES, CellType.TEXT
    for name in (KL_EXPECTED, KL_EXPECTED_LOW, KL_EXPECTED_HIGH, *KL_PROBABILITIES):
        yield name, CellType.NUMBER
    yield KL_PREDICTION_SET, CellType.TEXT
    yield reason_column(KL), CellType.TEXT


def _width_columns(stem: str) -> Iterator[tuple[str, CellType]]:
    for unit in UNITS:
        yield value_column(stem, unit), CellType.NUMBER
    for unit in UNITS:
        yield sd_column(stem, unit), CellType.NUMBER
    yield reason_column(stem), CellType.TEXT


def _joint_space_columns() -> Iterator[tuple[str, CellType]]:
    for compartment in Compartment:
        for name in (MINIMUM, MEAN, *location_names(compartment)):
            yield from _width_columns(width_stem(compartment, name))
        for unit in UNITS:
            yield value_column(area_stem(compartment), f"{unit}2"), CellType.NUMBER
            yield sd_column(area_stem(compartment), f"{unit}2"), CellType.NUMBER
    for side in PictureSide:
        yield from _width_columns(picture_stem(side))


FIRST: Final = {
    PATH: CellType.TEXT,
    STATUS: CellType.TEXT,
    CODE: CellType.TEXT,
    REASON: CellType.TEXT,
    SUBJECT: CellType.TEXT,
    VISIT: CellType.TEXT,
    "study_date": CellType.TEXT,
    SIDE: CellType.TEXT,
    "side_source": CellType.TEXT,
    "side_probability": CellType.NUMBER,
}
LAST: Final = {
    "tibial_width_px": CellType.NUMBER,
    SPACING: CellType.NUMBER,
    "spacing_column_mm": CellType.NUMBER,
    "calibration": CellType.TEXT,
    SPACING_REASON: CellType.TEXT,
    "imd_mm": CellType.NUMBER,
    "imd_percent": CellType.NUMBER,
    "rotation_deg": CellType.NUMBER,
    "tilt_deg": CellType.NUMBER,
    "complete": CellType.BOOLEAN,
    "clipped": CellType.NUMBER,
    "edge_width_percent": CellType.NUMBER,
    "contrast_to_noise": CellType.NUMBER,
    "projection": CellType.TEXT,
    "expected_error_mm": CellType.NUMBER,
    EXPECTED_ERROR: CellType.NUMBER,
    "quality": CellType.TEXT,
    "warnings": CellType.TEXT,
    "notes": CellType.TEXT,
    "model": CellType.TEXT,
    "input_sha256": CellType.TEXT,
    "pixels_sha256": CellType.TEXT,
    "overlay": CellType.TEXT,
}
COLUMNS: Final[Mapping[str, CellType]] = {
    **FIRST,
    **dict(_grade_columns()),
    **dict(_joint_space_columns()),
    **LAST,
}
