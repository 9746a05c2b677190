"""The change of each knee that two readings share, with a summary sentence for quotation."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from kltool.comparison.comparability import assess_comparability, paired_knees, years_between
from kltool.comparison.error import ErrorModel, positioning_error, width_change
from kltool.comparison.grade import grade_change, unchanged_grade
from kltool.comparison.identity.match import SAME_FILM, match_identity
from kltool.comparison.linked_measurement import LinkedChange, measure_linked
from kltool.comparison.linked_tracing import trace_linked
from kltool.comparison.magnification import Scales, scales_of
from kltool.comparison.plausibility import failed_plausibility_checks
from kltool.comparison.positioning import positioning_difference
from kltool.comparison.said_first import BACKWARDS, with_opening
from kltool.comparison.summary import summary_sentence
from kltool.errors import UsageError
from kltool.geometry.joint_axes import knee_axis
from kltool.jointspace import TraceSettings
from kltool.values.change import Comparability, KneeChange, Verdict
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment, Measure
from kltool.values.reading import SHIPPED, KneeReading, Reading
from kltool.values.width_change import WidthChange
from kltool.weights import Models, chosen_models

DEFAULT = ErrorModel()
TRACE = TraceSettings()

Widths = Mapping[Measure, WidthChange | NotMeasured]


def compare(
    before: Reading, after: Reading, models: Models | None = None, *, error_model: ErrorModel = DEFAULT
) -> tuple[KneeChange, ...]:
    """Compare two readings: the change of every knee that both films show, with its error.

    Parameters
    ----------
    before, after : Reading
        The earlier and the later film; readings that were not detached.
    models : Models, optional
        By default those that are installed, which are loaded once in a process.
    error_model : ErrorModel, optional
        Parameters of the standard error, and the relevant change.

    Returns
    -------
    tuple of KneeChange
        From left to right in the first film. Where two films of a knee are not comparable, its numbers are
        replaced by the reason.

    Raises
    ------
    NotComparable
        Where the films show no knee of the same side.
    UsageError
        Where a reading was detached from its film, or something else was given.

    Examples
    --------
    >>> before, after = (kltool.read(kltool.sample_path(f"case/{name}.dcm")) for name in ("before", "after"))
    >>> (change,) = compare(before, after)
    >>> change.verdict
    <Verdict.IMPROVED: 'improved'>
    >>> low, high = change.widths[kltool.Measure.MEDIAL_MINIMUM].interval
    >>> low < 1.5 < high  # the simulated truth
    True
    """
    _require(before, after, error_model)
    years, chosen = years_between(before.film, after.film), chosen_models(models)
    return tuple(
        compare_knees(earlier, later, years, chosen, error_model)
        for earlier, later in paired_knees(before, after)
    )


def _require(before: object, after: object, error_model: object) -> None:
    """Raises UsageError, since what is wrong would otherwise be found deep inside."""
    for one in (before, after):
        if not isinstance(one, Reading):
            raise UsageError(f"{type(one).__name__} found; two readings expected: read films by kltool.read")
    if not isinstance(error_model, ErrorModel):
        raise UsageError(
            f"error_model of type {type(error_model).__name__} found; kltool.ErrorModel expected"
        )


def compare_knees(
    before: KneeReading,
    after: KneeReading,
    years: float | NotMeasured,
    models: Models,
    model: ErrorModel,
) -> KneeChange:
    """The change of one knee; where the films are not comparable, each number is replaced by the reason.

    years: from `before` to `after`, negative where `after` is the earlier.
    """
    scales, linked = _linked_changes(before, after, models)
    same_film = before.knee.film.is_same_film(after.knee.film)
    identity = SAME_FILM if same_film else match_identity(before.knee, after.knee)
    comparable, reasons = assess_comparability(before, after, scales, identity, years)
    if comparable is Comparability.NOT_COMPARABLE:
        absent = NotMeasured(f"not comparable: {'; '.join(reasons)}")
        widths: Widths = {name: absent for name, _ in _named_widths(before)}
        grade: GradeChange | NotMeasured = absent
    else:
        widths = _width_changes(before, after, linked, scales, model)
        grade = _grade_change(before, after)
    implausible = failed_plausibility_checks(widths, grade, years)
    verdict = _verdict(comparable, widths[Measure.MEDIAL_MINIMUM])
    cautions = tuple(reason for reason in reasons if reason != BACKWARDS)
    sentence = summary_sentence(
        before.side, verdict, widths[Measure.MEDIAL_MINIMUM], grade, cautions, implausible
    )
    return KneeChange(
        before.side,
        before,
        after,
        comparable,
        reasons,
        identity,
        widths,
        grade,
        implausible,
        verdict,
        with_opening(sentence, same_film, BACKWARDS in reasons),
        {models.linked.entry.identity: models.linked.entry.sha256},
        asdict(model),
    )


def _linked_changes(
    before: KneeReading, after: KneeReading, models: Models
) -> tuple[Scales, Mapping[Measure, LinkedChange | NotMeasured]]:
    """The scales of both films, and the linked change of each measure."""
    traced = trace_linked(before.knee, after.knee, models.linked, TRACE)
    axes = knee_axis(before.knee, traced[0]), knee_axis(after.knee, traced[1])
    scales = scales_of(before, after, axes)
    return scales, measure_linked(before, after, traced, axes, scales)


def _width_changes(
    before: KneeReading,
    after: KneeReading,
    linked: Mapping[Measure, LinkedChange | NotMeasured],
    scales: Scales,
    model: ErrorModel,
) -> Widths:
    later = dict(_named_widths(after))
    positioning_mm = positioning_error(positioning_difference(before, after), model)
    return {
        name: width_change(width, later[name], linked[name], scales, positioning_mm, model)
        for name, width in _named_widths(before)
    }


def _grade_change(before: KneeReading, after: KneeReading) -> GradeChange | NotMeasured:
    """One film has one grade, whatever it is; grades by different calibrations are not compared."""
    if before.produced_by.calibration != after.produced_by.calibration:
        return NotMeasured(
            "the grades are calibrated differently, before "
            f"{_calibration(before)}, after {_calibration(after)}; read both films with the same --site"
        )
    if before.knee.film.is_same_film(after.knee.film) and before.grade == after.grade:
        return unchanged_grade(before.grade)
    return grade_change(before.grade, after.grade)


def _calibration(knee: KneeReading) -> str:
    calibration = knee.produced_by.calibration
    return "as shipped" if calibration == SHIPPED else f"for site {calibration[:8]}"


def _named_widths(knee: KneeReading) -> Iterator[tuple[Measure, Width | NotMeasured]]:
    for compartment in Compartment:
        space = knee.joint_space.of(compartment)
        yield Measure.minimum(compartment), space.minimum
        for x, width in space.fixed_widths.items():
            yield Measure.at(compartment, x), width


def _verdict(comparable: Comparability, medial: WidthChange | NotMeasured) -> Verdict:
    """By the medial minimum alone."""
    if comparable is Comparability.NOT_COMPARABLE:
        return Verdict.NOT_COMPARABLE
    if isinstance(medial, NotMeasured):
        return Verdict.NOT_MEASURED
    if not medial.detectable:
        return Verdict.NONE
    return Verdict.IMPROVED if medial.change > 0 else Verdict.WORSENED
