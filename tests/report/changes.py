"""Changes and timelines of sample knees with known numbers, and a parser of pages."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

from kltool.values.change import Comparability, IdentityMatch, KneeChange, Verdict
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.reading import KneeReading, Reading
from kltool.values.timeline import Slope, Timeline, Visit
from kltool.values.width_change import Difference, ErrorComponents, Unit, WidthChange
from tests.grades import changed

HOSTILE = "<script>alert('1')</script> & \"more\""
INDEPENDENT = ErrorComponents(0.30, 0.30, 0.10, 0.20)
LINKED = ErrorComponents(0.10, 0.12, 0.05, 0.10)
TRANSITION = (
    (0.01, 0.01, 0.01, 0.0, 0.0),
    (0.02, 0.05, 0.03, 0.0, 0.0),
    (0.02, 0.08, 0.20, 0.05, 0.0),
    (0.01, 0.05, 0.31, 0.10, 0.01),
    (0.0, 0.0, 0.02, 0.01, 0.01),
)


def width_change(change: float = 1.5, linked: bool = True, unit: Unit = Unit.MM) -> WidthChange:
    """From 2.2 to 3.7, and the linked change, which may differ from their difference."""
    linked_change = Difference(change, LINKED) if linked else NotMeasured("the landmarks do not agree")
    return WidthChange(unit, 2.2, 3.7, Difference(1.5, INDEPENDENT), linked_change, 0.5)


def knee_change(before: KneeReading, after: KneeReading, change: float = 1.5) -> KneeChange:
    """A change of one knee whose medial minimum changed by so much and whose lateral one is missing."""
    widths: dict[Measure, WidthChange | NotMeasured] = {
        Measure.MEDIAL_MINIMUM: width_change(change),
        Measure.MEDIAL_250: width_change(0.01, linked=False),
        Measure.LATERAL_MINIMUM: NotMeasured("after: the margins cross by 2.5 mm"),
    }
    return KneeChange(
        before.side,
        before,
        after,
        Comparability.CAUTION,
        ("patient identity is not confirmed: no identifier in at least one film",),
        IdentityMatch(0.81, 0.77, 0.008, 0.997),
        widths,
        changed(TRANSITION),
        ("narrowing by 2.5 mm per year is faster than known of osteoarthritis",),
        Verdict.IMPROVED,
        f"{before.side.capitalize()} knee: improved.",
        {"linked-1": "ab" * 32},
        {"repositioning_mm": 0.25},
    )


def not_comparable(change: KneeChange) -> KneeChange:
    """The same films as if they were of two people."""
    reason = "the films carry different patient identifiers"
    absent = NotMeasured(f"not comparable: {reason}")
    return replace(
        change,
        comparability=Comparability.NOT_COMPARABLE,
        reasons=(reason,),
        widths=dict.fromkeys(change.widths, absent),
        grade=absent,
        plausibility=(),
        verdict=Verdict.NOT_COMPARABLE,
        sentence=f"Right knee: not comparable: {reason}.",
    )


def timeline(first: Reading, later: Reading) -> Timeline:
    """Three visits a year apart; the lateral minimum of the last one is missing."""
    visits = tuple(
        Visit(name, day, film)
        for name, day, film in (
            ("baseline", date(2020, 1, 10), first),
            ("V12", date(2021, 1, 9), later),
            ("V24", date(2022, 1, 9), later),
        )
    )
    knees = tuple(visit.reading.knees[0] for visit in visits)
    changes = []
    for knee, change in zip(knees[1:], (0.3, 1.0), strict=True):
        of_knee = knee_change(knees[0], knee, change)
        lateral = width_change(-0.1) if change < 0.5 else NotMeasured("after: the margins cross by 2.5 mm")
        widths = {**of_knee.widths, Measure.LATERAL_MINIMUM: lateral}
        verdict = Verdict.IMPROVED if change > 0.5 else Verdict.NONE
        changes.append(replace(of_knee, widths=widths, verdict=verdict))
    return Timeline(
        knees[0].side,
        visits,
        (0.0, 1.0, 2.0),
        knees,
        tuple(changes),
        {
            Measure.MEDIAL_MINIMUM: Slope(Unit.MM, 0.5, 0.1),
            Measure.LATERAL_MINIMUM: NotMeasured("one change is too few for $a_slope$"),
        },
        "Right knee: medial minimum JSW +0.50 mm per year.",
    )


class Page(HTMLParser):
    """The content of a page: tags with their attributes; text, scripts and styles separately."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        into = {"script": self.scripts, "style": self.styles}.get(self.cdata_elem or "", self._texts)
        into.append(data)

    @property
    def text(self) -> str:
        """All text, with single spaces."""
        return " ".join(" ".join(self._texts).split())

    def count(self, tag: str, kind: str | None = None) -> int:
        """Tags of a name, and of a class where one is given."""
        return sum(
            name == tag and (kind is None or kind in (attributes.get("class") or "").split())
            for name, attributes in self.tags
        )

    @property
    def addresses(self) -> list[str]:
        """Everything that a tag would fetch or lead to."""
        named = ("src", "href", "srcset", "action", "data", "poster", "background", "xlink:href")
        return [value for _, found in self.tags for name in named if (value := found.get(name)) is not None]
