"""Invariants of a comparison, exact on the sample films: identity, swap, order, tiers, sides, no mm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kltool.comparison import compare
from kltool.errors import NotComparable
from kltool.intake import load
from kltool.reading import read
from kltool.values.change import Comparability, KneeChange, Verdict
from kltool.values.radiograph import Radiograph, Side
from kltool.values.reading import Reading
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from kltool.values.width_change import Unit, WidthChange
from kltool.weights import Models


@dataclass(frozen=True, slots=True)
class Invariant:
    """One behaviour, and whether it was found."""

    what: str
    holds: bool


def invariants(samples: Path, models: Models) -> list[Invariant]:
    """samples: the folder sample_images."""
    return list(_checks(_Case(samples, models)))


@dataclass(frozen=True, slots=True)
class _Case:
    samples: Path
    models: Models

    def reading(
        self, name: str = "before", alter: Callable[[Radiograph], Radiograph] = lambda film: film
    ) -> Reading:
        return read(alter(load(self.samples / "case" / f"{name}.dcm")), self.models)

    def change(self, before: Reading, after: Reading) -> KneeChange:
        (one,) = compare(before, after, self.models)
        return one


def _checks(case: _Case) -> Iterator[Invariant]:
    before, after = case.reading("before"), case.reading("after")
    same, there, back = case.change(before, before), case.change(before, after), case.change(after, before)
    yield Invariant("a film against itself: every change is 0", all(w.change == 0.0 for w in _widths(same)))
    yield Invariant("a film against itself: no detectable change", same.verdict is Verdict.NONE)
    pairs = list(zip(_widths(there), _widths(back), strict=True))
    yield Invariant(
        "visits swapped: every change turns its sign", all(a.change == -b.change for a, b in pairs)
    )
    yield Invariant(
        "visits swapped: every standard error stays",
        all(a.standard_error == b.standard_error for a, b in pairs),
    )
    yield Invariant("visits swapped: one knee with the same probability", there.identity == back.identity)
    yield Invariant("visits in reverse: reported", any("earlier" in reason for reason in back.reasons))
    yield Invariant(
        "visits in their order: not reported", not any("earlier" in reason for reason in there.reasons)
    )
    detector = case.reading(
        "after", lambda film: replace(film, spacing=Spacing(0.2, 0.2, Calibration.DETECTOR))
    )
    yield Invariant(
        "tiers that differ: not comparable, no number", _without_numbers(case.change(before, detector))
    )
    left = case.reading("after", lambda film: replace(film, side=Side.LEFT))
    yield Invariant("sides that differ: refused", _refused(case, before, left))
    bare = case.reading(
        "after", lambda film: replace(film, spacing=NoSpacing("no pixel spacing in the file"))
    )
    percent = case.change(before, bare)
    yield Invariant(
        "a spacing that is missing: per cent of the tibial width, with caution",
        percent.comparability is Comparability.CAUTION
        and all(width.unit is Unit.PERCENT for width in _widths(percent))
        and " mm" not in percent.sentence,
    )
    other = case.reading("after", lambda film: replace(film, subject="SIM-9999"))
    yield Invariant("another person: not comparable, no number", _without_numbers(case.change(before, other)))


def _widths(change: KneeChange) -> Iterator[WidthChange]:
    return (width for width in change.widths.values() if isinstance(width, WidthChange))


def _without_numbers(change: KneeChange) -> bool:
    return change.verdict is Verdict.NOT_COMPARABLE and not list(_widths(change))


def _refused(case: _Case, before: Reading, after: Reading) -> bool:
    try:
        compare(before, after, case.models)
    except NotComparable:
        return True
    return False
