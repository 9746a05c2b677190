"""A knee's record as one row of the table of readings."""

from collections.abc import Mapping
from typing import Any

from kltool.geometry.joint_axes import location_names
from kltool.tables.columns import (
    EXPECTED_ERROR,
    KL,
    KL_EXPECTED,
    KL_EXPECTED_HIGH,
    KL_EXPECTED_LOW,
    KL_LIKELY_GRADES,
    KL_PREDICTION_SET,
    KL_PROBABILITIES,
    LAST,
    MEAN,
    MINIMUM,
    SIDE,
    SPACING_REASON,
    Cell,
    Row,
    area_stem,
    picture_stem,
    reason_column,
    sd_column,
    value_column,
    width_stem,
)
from kltool.typing import Record
from kltool.values.decimals import decimal
from kltool.values.grade import grades_in_words
from kltool.values.length import UNITS
from kltool.values.measure import Compartment, PictureSide
from kltool.values.reading import SHIPPED

SITE = "site"  # before the hash of a site's calibration, in the column model


def model_name(version: str, hashes: Mapping[str, str], calibration: str = SHIPPED) -> str:
    """The column `model`: kltool's version, and each model with the first eight digits of its SHA-256.

    hashes: of the models of a reading; run.json holds them in full. calibration: of the grade; that of a site
    by its SHA-256, which is named likewise.
    """
    named = " ".join(f"{name}:{digest[:8]}" for name, digest in hashes.items())
    return with_site(f"kltool-{version} {named}", calibration)


def with_site(model: str, calibration: str) -> str:
    """The column `model` with the calibration of a site, if there is one."""
    return model if calibration == SHIPPED else f"{model} {SITE}:{calibration[:8]}"


def knee_cells(knee: Record) -> Row:
    """What was read of a knee, by column; knee: as kltool.report.record.knee_record makes it."""
    spacing, positioning, expected = knee["spacing"], knee["positioning"], knee["expected_error"]
    cells: Row = {
        SIDE: knee["side"],
        "side_source": knee["side_source"],
        "side_probability": knee["side_probability"],
        **_grade_cells(knee["kl"]),
        "tibial_width_px": knee["tibial_width_px"],
        "spacing_mm": spacing.get("row_mm"),
        "spacing_column_mm": spacing.get("column_mm"),
        "calibration": spacing.get("tier"),
        SPACING_REASON: spacing.get("not_measured"),
        "expected_error_mm": _value(expected.get("mm")),
        EXPECTED_ERROR: expected.get("percent"),
        "quality": knee["quality"],
        "warnings": "; ".join(knee["warnings"]),
        **{name: _value(positioning[name]) for name in LAST if name in positioning},
    }
    for compartment in Compartment:
        cells |= _compartment_cells(compartment, knee["joint_space"][compartment])
    for side in PictureSide:
        space = knee["joint_space"][side.replace(" ", "_")]
        cells |= _width_cells(picture_stem(side), _numbers(space, "minimum"))
    return cells


def _compartment_cells(compartment: Compartment, space: Record) -> Row:
    cells = _width_cells(width_stem(compartment, MINIMUM), _numbers(space, "minimum"))
    cells |= _width_cells(width_stem(compartment, MEAN), _numbers(space, "mean"))
    for name, x in location_names(compartment).items():
        at = {kind: space[f"at_{kind}"][decimal(x, 3)] for unit in UNITS for kind in (unit, f"sd_{unit}")}
        cells |= _width_cells(width_stem(compartment, name), at)
    area = area_stem(compartment)
    for unit in UNITS:
        cells[value_column(area, f"{unit}2")] = _value(space[f"area_{unit}2"])
        cells[sd_column(area, f"{unit}2")] = _value(space[f"area_sd_{unit}2"])
    return cells


def _numbers(space: Record, name: str) -> Record:
    """By unit: "mm", "sd_mm" and the others."""
    return {kind: space[f"{name}_{kind}"] for unit in UNITS for kind in (unit, f"sd_{unit}")}


def _width_cells(stem: str, numbers: Record) -> Row:
    """The reason is that of the pixels: where there are pixels, only millimetres can be missing."""
    in_pixels = numbers["px"]
    cells: Row = {reason_column(stem): in_pixels["not_measured"] if isinstance(in_pixels, dict) else None}
    for unit in UNITS:
        cells[value_column(stem, unit)] = _value(numbers[unit])
        cells[sd_column(stem, unit)] = _value(numbers[f"sd_{unit}"])
    return cells


def _grade_cells(grade: Record) -> Row:
    if "not_measured" in grade:
        return {reason_column(KL): grade["not_measured"]}
    low, high = grade["expected_interval"]
    return {
        KL: grade["grade"],
        KL_LIKELY_GRADES: grades_in_words(grade["likely_grades"]),
        KL_EXPECTED: grade["expected"],
        KL_EXPECTED_LOW: low,
        KL_EXPECTED_HIGH: high,
        **dict(zip(KL_PROBABILITIES, grade["probabilities"], strict=True)),
        KL_PREDICTION_SET: " ".join(map(str, grade["prediction_set"])),  # "2-3" is a date to a spreadsheet
    }


def _value(number: Any) -> Cell:
    """A number of a record, or nothing where it says why there is none."""
    return None if isinstance(number, dict) else number
