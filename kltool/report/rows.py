"""Results as rows of tables: of readings in the columns of a batch, of changes, timelines and agreement."""

from collections.abc import Iterator, Mapping
from typing import Final

from kltool.agreement.results import Agreement
from kltool.report.agreement_record import all_estimates
from kltool.report.agreement_text import reason_of
from kltool.report.record import knee_record
from kltool.tables.cells import knee_cells, model_name
from kltool.tables.columns import OK, PATH, REFUSED, VISIT, CellType, Row
from kltool.values.change import KneeChange
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment, Measure
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Provenance, Reading, Unread
from kltool.values.timeline import Slope, Timeline
from kltool.values.width_change import WidthChange

TEXT, NUMBER, INTEGER = CellType.TEXT, CellType.NUMBER, CellType.INTEGER
WIDTH_CHANGE: Final[Mapping[str, CellType]] = {
    "unit": TEXT,
    **dict.fromkeys(("before", "after"), NUMBER),
    "method": TEXT,
    **dict.fromkeys(("change", "standard_error", "low", "high", "smallest_detectable"), NUMBER),
    "detectable": CellType.BOOLEAN,
    "probability_wider": NUMBER,
    "reason": TEXT,
}
CHANGE: Final[Mapping[str, CellType]] = {
    **dict.fromkeys(("side", "measure"), TEXT),
    **WIDTH_CHANGE,
    **dict.fromkeys(("comparability", "verdict"), TEXT),
}
TIMELINE: Final[Mapping[str, CellType]] = {
    **dict.fromkeys(("subject", "side", "visit", "day"), TEXT),
    "years": NUMBER,
    "measure": TEXT,
    **dict.fromkeys(("width_mm", "width_percent"), NUMBER),
    "width_reason": TEXT,
    **WIDTH_CHANGE,
    **dict.fromkeys(("slope_per_year", "slope_standard_error"), NUMBER),
    **dict.fromkeys(("slope_reason", "verdict"), TEXT),
}
AGREEMENT: Final[Mapping[str, CellType]] = {
    **dict.fromkeys(("rater", "reference", "measure", "estimate"), TEXT),
    **dict.fromkeys(("value", "low", "high"), NUMBER),
    **dict.fromkeys(("n_knees", "n_participants"), INTEGER),
    "reason": TEXT,
}


def film_cells(film: Radiograph) -> Row:
    """What is known of a film, whatever was read of it."""
    return {
        "subject": film.subject or "",
        "study_date": film.study_date.isoformat() if film.study_date else "",
        "projection": film.projection or "",
        "input_sha256": film.file_sha256,
        "pixels_sha256": film.pixels_sha256,
    }


def knee_row(knee: KneeReading) -> Row:
    """One knee that was read, without its film."""
    return {"status": OK, "code": OK, **knee_cells(knee_record(knee))}


def reading_rows(reading: Reading) -> Iterator[Row]:
    """One row per knee, those that were refused last."""
    for knee in reading.knees:
        yield {**_common(reading.film, knee), **knee_row(knee)}
    for refused in reading.refused:
        model = _model(reading.produced_by)
        row: Row = {"status": REFUSED, "code": refused.code, "reason": refused.reason, "model": model}
        yield {**_listed(reading.film), **row}


def knee_reading_rows(knee: KneeReading) -> Iterator[Row]:
    yield {**_common(knee.knee.film, knee), **knee_row(knee)}


def unread_rows(unread: Unread) -> Iterator[Row]:
    made = unread.produced_by
    film: Row = {PATH: unread.source} if unread.film is None else _listed(unread.film)
    if made is not None:
        film = {"input_sha256": made.file_sha256, **film, "model": _model(made)}
    yield {**film, "status": str(unread.status), "code": unread.code, "reason": unread.reason}


def change_rows(change: KneeChange) -> Iterator[Row]:
    """One row per width."""
    for measure, width in change.widths.items():
        yield {
            "side": str(change.side),
            "measure": str(measure),
            **_width_change_cells(width),
            "comparability": str(change.comparability),
            "verdict": str(change.verdict),
        }


def timeline_rows(timeline: Timeline) -> Iterator[Row]:
    """One row per visit and width: the width on its film, the change from the first visit, the slope."""
    visits = zip(timeline.visits, timeline.years, timeline.knees, strict=True)
    for number, (visit, years, knee) in enumerate(visits):
        for measure, slope in timeline.slopes.items():
            width = _width_of(knee, measure)
            changed = timeline.changes[number - 1].widths[measure] if number else NotMeasured("first visit")
            yield {
                "subject": visit.subject,
                "side": str(timeline.side),
                "visit": visit.name,
                "day": visit.day.isoformat(),
                "years": years,
                "measure": str(measure),
                "width_mm": _number(width.mm) if isinstance(width, Width) else None,
                "width_percent": width.percent if isinstance(width, Width) else None,
                "width_reason": width.reason if isinstance(width, NotMeasured) else "",
                **_width_change_cells(changed),
                "slope_per_year": slope.per_year if isinstance(slope, Slope) else None,
                "slope_standard_error": slope.standard_error if isinstance(slope, Slope) else None,
                "slope_reason": slope.reason if isinstance(slope, NotMeasured) else "",
                "verdict": str(timeline.changes[number - 1].verdict) if number else "",
            }


def agreement_rows(found: Agreement) -> Iterator[Row]:
    """One row per estimate, as agreement.csv."""
    for rater, reference, measure, estimate in all_estimates(found):
        low, high = (None, None) if isinstance(estimate.interval, NotMeasured) else estimate.interval
        yield {
            "rater": rater,
            "reference": reference,
            "measure": measure,
            "estimate": estimate.name,
            "value": _number(estimate.value),
            "low": low,
            "high": high,
            "n_knees": estimate.knees,
            "n_participants": estimate.participants,
            "reason": reason_of(estimate),
        }


def _common(film: Radiograph, knee: KneeReading) -> Row:
    made = knee.produced_by
    return {
        **_listed(film),
        "model": _model(made),
        "notes": "; ".join(film.notes),
    }


def _model(made: Provenance) -> str:
    return model_name(made.version, made.models, made.calibration)


def _listed(film: Radiograph) -> Row:
    cells = film_cells(film)
    return {PATH: film.source, VISIT: cells["study_date"], **cells}


def _width_of(knee: KneeReading, measure: Measure) -> Width | NotMeasured:
    for compartment in Compartment:
        space = knee.joint_space.of(compartment)
        if measure is Measure.minimum(compartment):
            return space.minimum
        for x, width in space.fixed_widths.items():
            if measure is Measure.at(compartment, x):
                return width
    raise KeyError(measure)


def _width_change_cells(width: WidthChange | NotMeasured) -> Row:
    if isinstance(width, NotMeasured):
        return {"reason": width.reason}
    low, high = width.interval
    return {
        "unit": str(width.unit),
        "before": width.before,
        "after": width.after,
        "method": str(width.method),
        "change": width.change,
        "standard_error": width.standard_error,
        "low": low,
        "high": high,
        "smallest_detectable": width.smallest_detectable,
        "detectable": width.detectable,
        "probability_wider": width.probability_wider,
        "reason": "",
    }


def _number(value: float | NotMeasured) -> float | None:
    return None if isinstance(value, NotMeasured) else value
