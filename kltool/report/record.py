"""Readings, changes and timelines as plain records, written as JSON.

Schemas: docs/reading.schema.json, docs/change.schema.json, docs/timeline.schema.json. What was not measured
is an object {"not_measured": reason}, never null, 0 or NaN.
"""

from collections.abc import Mapping

from kltool.report.text import claim_sentence
from kltool.typing import Record
from kltool.values.change import KneeChange
from kltool.values.decimals import decimal
from kltool.values.expected_error import ExpectedError
from kltool.values.grade import Grade
from kltool.values.grade_change import GradeChange, GradeClaim
from kltool.values.joint_space import CompartmentSpace, Positioning
from kltool.values.length import UNITS, Area, Length, NotMeasured, Width
from kltool.values.reading import DISCLAIMER, KneeReading, Provenance, Reading, Unread
from kltool.values.spacing import NoSpacing, Spacing
from kltool.values.sphere import NoSphere, Sphere
from kltool.values.timeline import Slope, Timeline
from kltool.values.width_change import Difference, WidthChange


def reading_record(reading: Reading) -> Record:
    """One image that was read; refused where each of its knees was refused, as a replaced joint is."""
    refused = [{"code": knee.code, "reason": knee.reason} for knee in reading.refused]
    return {
        "source": reading.source,
        "status": str(reading.status),
        "code": reading.code,
        "reason": reading.reason,
        "notes": list(reading.film.notes),
        "knees": [knee_record(knee) for knee in reading.knees],
        "refused_knees": refused,
        "produced_by": provenance_record(reading.produced_by),
        "disclaimer": DISCLAIMER,
    }


def unread_record(unread: Unread) -> Record:
    """One image that was refused, or failed, by the models that are named in it."""
    assert unread.produced_by is not None
    return {
        "source": unread.source,
        "status": str(unread.status),
        "code": unread.code,
        "reason": unread.reason,
        "notes": [],
        "knees": [],
        "refused_knees": [],
        "produced_by": provenance_record(unread.produced_by),
        "disclaimer": DISCLAIMER,
    }


def knee_record(knee: KneeReading) -> Record:
    space = knee.joint_space
    return {
        "side": str(knee.side),
        "side_source": str(knee.side_source),
        "side_probability": round(knee.knee.side_probability, 4),
        "kl": _grade(knee.grade),
        "joint_space": {
            "medial": _compartment(space.medial),
            "lateral": _compartment(space.lateral),
            "picture_left": _minimum(space.picture_left),
            "picture_right": _minimum(space.picture_right),
        },
        "tibial_width_px": round(space.tibial_width_px, 3),
        "positioning": _positioning(space.positioning),
        "spacing": _spacing(knee.spacing),
        **_sphere(knee.knee.film.sphere),
        "expected_error": _expected_error(knee.expected_error),
        "quality": str(knee.quality),
        "warnings": list(knee.warnings),
    }


def provenance_record(made: Provenance) -> Record:
    return {
        "kltool": made.version,
        "models": dict(made.models),
        "settings": dict(made.settings),
        "calibration": made.calibration,
        "file_sha256": made.file_sha256,
        "pixels_sha256": made.pixels_sha256,
        "utc": made.utc,
    }


def change_record(change: KneeChange, claim: GradeClaim | None = None) -> Record:
    """The change of one knee. claim: a claimed change of grade."""
    return {
        "side": str(change.side),
        "before": {"source": change.before.knee.film.source, **knee_record(change.before)},
        "after": {"source": change.after.knee.film.source, **knee_record(change.after)},
        "same_film": change.same_film,
        **_change(change),
        **({} if claim is None else {"claim": claim_record(change.grade, claim)}),
        "produced_by": {
            "before": provenance_record(change.before.produced_by),
            "after": provenance_record(change.after.produced_by),
            "models": dict(change.models),
            "error_model": dict(change.error_model),
        },
        "disclaimer": DISCLAIMER,
    }


def claim_record(grade: GradeChange | NotMeasured, claim: GradeClaim) -> Record:
    """The probability of a claimed change of grade, and whether the films support it."""
    return {
        "before": claim.before,
        "after": claim.after,
        "probability": _number(grade if isinstance(grade, NotMeasured) else grade.probability(claim)),
        "sentence": claim_sentence(grade, claim),
    }


def timeline_record(timeline: Timeline) -> Record:
    """One knee over its visits."""
    return {
        **({"subject": timeline.subject} if timeline.subject else {}),
        "side": str(timeline.side),
        "visits": [
            {
                "visit": visit.name,
                "day": visit.day.isoformat(),
                "years": round(years, 4),
                "source": knee.knee.film.source,
                **knee_record(knee),
                "produced_by": provenance_record(visit.reading.produced_by),
            }
            for visit, years, knee in zip(timeline.visits, timeline.years, timeline.knees, strict=True)
        ],
        "changes": [
            {"visit": visit.name, **_change(change)}
            for visit, change in zip(timeline.visits[1:], timeline.changes, strict=True)
        ],
        "slopes": {name: _slope(slope) for name, slope in timeline.slopes.items()},
        "sentence": timeline.sentence,
        "models": dict(timeline.changes[0].models),
        "error_model": dict(timeline.changes[0].error_model),
        "disclaimer": DISCLAIMER,
    }


def _change(change: KneeChange) -> Record:
    """The change without the readings."""
    return {
        "comparability": str(change.comparability),
        "reasons": list(change.reasons),
        "identity_match": {
            "femur": _number(change.identity.femur),
            "tibia": _number(change.identity.tibia),
            "outline": round(change.identity.outline, 5),
            "probability_same_knee": round(change.identity.probability_same_knee, 4),
        },
        "widths": {name: _width_change(width) for name, width in change.widths.items()},
        "kl": _grade_change(change.grade),
        "plausibility": list(change.plausibility),
        "verdict": str(change.verdict),
        "sentence": change.sentence,
    }


def _absent(absent: NotMeasured) -> Record:
    return {"not_measured": absent.reason}


def _number(value: float | NotMeasured, digits: int = 4) -> float | Record:
    return _absent(value) if isinstance(value, NotMeasured) else round(value, digits)


def _grade(grade: Grade | NotMeasured) -> Record:
    if isinstance(grade, NotMeasured):
        return _absent(grade)
    return {
        "grade": grade.grade,
        "likely_grades": list(grade.likely_grades),
        "expected": round(grade.expected, 4),
        "expected_interval": [round(end, 4) for end in grade.expected_interval],
        "probabilities": [round(p, 6) for p in grade.probabilities],
        "prediction_set": list(grade.prediction_set),
        "promised_for": grade.promised_for,
        "at_least_2": round(grade.at_least(2), 6),
        "at_least_3": round(grade.at_least(3), 6),
    }


def _compartment(space: CompartmentSpace) -> Record:
    """Each measure in each unit, with its standard deviation and its 95% interval."""
    record: Record = {}
    for unit in UNITS:
        record |= _named("minimum", space.minimum, unit)
        record |= _named("mean", space.mean, unit)
        record |= _named("area", space.area, f"{unit}2")
        record[f"at_{unit}"] = _at(space.fixed_widths, unit)
        record[f"at_sd_{unit}"] = _at(space.fixed_widths, f"sd_{unit}")
        record[f"at_interval_{unit}"] = _at(space.fixed_widths, f"interval_{unit}")
    return record


def _minimum(minimum: Width | NotMeasured) -> Record:
    """The minimum alone, in each unit."""
    record: Record = {}
    for unit in UNITS:
        record |= _named("minimum", minimum, unit)
    return record


def _named(name: str, number: Length | Area | NotMeasured, unit: str) -> Record:
    return {
        f"{name}_{unit}": _in(number, unit),
        f"{name}_sd_{unit}": _in(number, f"sd_{unit}"),
        f"{name}_interval_{unit}": _in(number, f"interval_{unit}"),
    }


def _at(widths: Mapping[float, Width | NotMeasured], unit: str) -> Record:
    return {decimal(x, 3): _in(width, unit) for x, width in widths.items()}


def _in(number: Length | Area | NotMeasured, unit: str) -> float | list[float] | Record:
    """One property of a length or area: a value, an interval, or why there is none."""
    value = number if isinstance(number, NotMeasured) else getattr(number, unit)
    return [round(end, 4) for end in value] if isinstance(value, tuple) else _number(value)


def _positioning(at: Positioning) -> Record:
    record: Record = {}
    for unit in UNITS:
        record |= _named("imd", at.imd, unit)
    return record | {
        "rotation_deg": _number(at.rotation_deg, 2),
        "tilt_deg": round(at.tilt_deg, 2),
        "complete": at.complete,
        "clipped": round(at.clipped, 4),
        "edge_width_percent": _number(at.edge_width_percent),
        "contrast_to_noise": _number(at.contrast_to_noise, 2),
    }


def _expected_error(expected: ExpectedError | NotMeasured) -> Record:
    if isinstance(expected, NotMeasured):
        return _absent(expected)
    return {
        "compartment": str(expected.compartment),
        "mm": _number(expected.mm),
        "percent": round(expected.percent, 4),
        "cause": expected.cause,
    }


def _spacing(spacing: Spacing | NoSpacing) -> Record:
    if isinstance(spacing, NoSpacing):
        return {"not_measured": spacing.reason}
    return {"row_mm": spacing.row_mm, "column_mm": spacing.column_mm, "tier": spacing.tier.label}


def _sphere(sphere: Sphere | NoSphere | None) -> Record:
    """The calibration sphere, or why it was not found; nothing where the user states none."""
    if sphere is None:
        return {}
    if isinstance(sphere, NoSphere):
        return {"sphere": {"not_measured": sphere.reason, "code": sphere.code}}
    return {
        "sphere": {
            "row": round(sphere.row, 2),
            "column": round(sphere.column, 2),
            "diameter_px": round(sphere.diameter_px, 3),
            "elongation": round(sphere.elongation, 4),
            "diameter_mm": sphere.diameter_mm,
        }
    }


def _width_change(change: WidthChange | NotMeasured) -> Record:
    if isinstance(change, NotMeasured):
        return _absent(change)
    return {
        "unit": str(change.unit),
        "before": round(change.before, 4),
        "after": round(change.after, 4),
        "method": str(change.method),
        "change": round(change.change, 4),
        "standard_error": round(change.standard_error, 4),
        "interval_95": [round(bound, 4) for bound in change.interval],
        "smallest_detectable": round(change.smallest_detectable, 4),
        "reliable_change_index": round(change.reliable_change_index, 4),
        "detectable": change.detectable,
        "probability_wider": round(change.probability_wider, 4),
        "probability_narrower": round(change.probability_narrower, 4),
        "probability_beyond_smallest_detectable": round(change.probability_beyond_smallest, 4),
        "threshold": round(change.threshold, 4),
        "probability_beyond_threshold": round(change.probability_beyond_threshold, 4),
        "independent": _difference(change.independent),
        "linked": _difference(change.linked),
    }


def _difference(difference: Difference | NotMeasured) -> Record:
    if isinstance(difference, NotMeasured):
        return _absent(difference)
    error = difference.error
    return {
        "change": round(difference.change, 4),
        "standard_error": round(difference.standard_error, 4),
        "error": {
            "measurement": round(error.measurement, 4),
            "repositioning": round(error.repositioning, 4),
            "magnification": round(error.magnification, 4),
            "positioning": round(error.positioning, 4),
        },
    }


def _slope(slope: Slope | NotMeasured) -> Record:
    if isinstance(slope, NotMeasured):
        return _absent(slope)
    return {
        "unit": str(slope.unit),
        "per_year": round(slope.per_year, 4),
        "standard_error": round(slope.standard_error, 4),
        "interval_95": [round(bound, 4) for bound in slope.interval],
    }


def _grade_change(change: GradeChange | NotMeasured) -> Record:
    if isinstance(change, NotMeasured):
        return _absent(change)
    return {
        "grade": {"before": change.before.grade, "after": change.after.grade},
        "expected": {
            "before": round(change.before.expected, 4),
            "after": round(change.after.expected, 4),
        },
        "improved": round(change.improved, 4),
        "same": round(change.same, 4),
        "worse": round(change.worse, 4),
        "correlation": change.correlation,
        "transition": [[round(p, 6) for p in row] for row in change.transition],
    }
