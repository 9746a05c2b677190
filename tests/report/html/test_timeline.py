"""A timeline shows every visit with its error, or why there is no number."""

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kltool.errors import UsageError
from kltool.report.html.timeline import timeline_page, write_timeline_page
from kltool.report.plots.timeline import timeline_svg
from kltool.report.plots.timeline_levels import Levels, levels_of
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment, Measure
from kltool.values.reading import DISCLAIMER, Reading
from kltool.values.timeline import Timeline
from kltool.values.width_change import Unit
from tests.report.changes import HOSTILE, Page, timeline, width_change

ReadSample = Callable[..., Reading]


@pytest.fixture(scope="module")
def visits(read_sample: ReadSample) -> Timeline:
    return timeline(read_sample("case/before.dcm"), read_sample("case/after.dcm"))


@pytest.fixture(scope="module")
def svg(visits: Timeline) -> str:
    return timeline_svg(visits)


@pytest.fixture(scope="module")
def page(visits: Timeline) -> str:
    return timeline_page([visits])


def ids(svg: str) -> set[str]:
    return {found for element in ET.fromstring(svg).iter() if (found := element.get("id"))}


def words(svg: str) -> str:
    return " ".join("".join(element.itertext()).strip() for element in ET.fromstring(svg).iter())


def without_grade(visits: Timeline, number: int) -> Timeline:
    """As if the knee of a visit, counted from 1, had not been graded."""
    knees = list(visits.knees)
    knees[number - 1] = replace(knees[number - 1], grade=NotMeasured("metal"))
    return replace(visits, knees=tuple(knees))


def test_every_visit_that_was_measured_has_its_error_bar(svg: str) -> None:
    drawn = {name for name in ids(svg) if "-visit-" in name}
    grades = {f"grade-visit-{number}" for number in (1, 2, 3)}
    medial = {f"medial-visit-{number}" for number in (1, 2, 3)}
    assert drawn == grades | medial | {"lateral-visit-1", "lateral-visit-2"}


def test_a_visit_without_a_number_is_named(visits: Timeline) -> None:
    text = words(timeline_svg(without_grade(visits, 2)))
    assert "3 not measured" in text  # the lateral minimum
    assert "2 not measured" in text  # the grade


def test_an_error_bar_is_as_long_as_the_interval(visits: Timeline, svg: str) -> None:
    lengths = {}
    for element in ET.fromstring(svg).iter():
        if (element.get("id") or "").startswith("medial-visit-"):
            path = next(one.get("d") for one in element.iter() if one.get("d"))
            rows = [float(pair.split()[1]) for pair in re.findall(r"[ML] ([^ML]+)", path or "")]
            lengths[element.get("id")] = abs(rows[1] - rows[0])
    levels = levels_of(visits, Compartment.MEDIAL)
    assert isinstance(levels, Levels)
    spans = [level.interval[1] - level.interval[0] for level in levels.levels]
    scale = [length / span for length, span in zip(lengths.values(), spans, strict=True)]
    assert scale == pytest.approx([scale[0]] * 3, rel=1e-3)


def test_levels_are_the_first_visit_plus_the_linked_change(visits: Timeline) -> None:
    first = visits.knees[0].joint_space.medial.minimum
    assert isinstance(first, Width)
    assert isinstance(first.mm, float)
    found = levels_of(visits, Compartment.MEDIAL)
    assert isinstance(found, Levels)
    assert [level.month for level in found.levels] == [0, 12, 24]
    assert [level.value - first.mm for level in found.levels] == pytest.approx([0, 0.3, 1.0])
    assert found.levels[0].interval == first.interval_mm
    low, high = found.levels[2].interval
    assert (high - low) / 2 == pytest.approx(width_change().smallest_detectable)


def test_changes_in_another_unit_are_not_put_on_the_same_axis(visits: Timeline) -> None:
    last = replace(visits.changes[1], widths={Measure.MEDIAL_MINIMUM: width_change(unit=Unit.PERCENT)})
    found = levels_of(replace(visits, changes=(visits.changes[0], last)), Compartment.MEDIAL)
    assert isinstance(found, Levels)
    assert (found.unit, len(found.levels), found.absent) == (Unit.MM, 2, ((3, 24),))


def test_the_slope_per_year_is_shown_or_why_there_is_none(svg: str) -> None:
    text = words(svg)
    assert "+0.50 mm per year (95% interval +0.30 to +0.70)" in text
    assert "slope not estimated: one change is too few for $a_slope$" in text
    assert "months since the first visit" in text
    assert "smallest detectable change from visit 1" in text


def test_a_first_visit_without_a_width_says_why(visits: Timeline) -> None:
    space = visits.knees[0].joint_space
    bare = replace(space, medial=replace(space.medial, minimum=NotMeasured("the margins <cross> $2_")))
    first = replace(visits.knees[0], joint_space=bare)
    absent = NotMeasured("before: the margins cross")
    changes = tuple(
        replace(change, widths={**change.widths, Measure.MEDIAL_MINIMUM: absent}) for change in visits.changes
    )
    svg = timeline_svg(replace(visits, knees=(first, *visits.knees[1:]), changes=changes))
    assert "the margins <cross> $2_" in words(svg)
    assert not any(name.startswith("medial-visit") for name in ids(svg))


def test_the_same_timeline_is_the_same_file(visits: Timeline, svg: str, page: str) -> None:
    assert timeline_svg(visits) == svg
    assert timeline_page([visits]) == page
    assert "<dc:date>" not in svg


def test_the_page_fetches_nothing_and_holds_its_pictures(visits: Timeline, svg: str) -> None:
    text = timeline_page([visits, visits])
    page = Page(text)
    assert len(page.addresses) == 2
    picture = base64.b64decode(page.addresses[0].removeprefix("data:image/svg+xml;base64,")).decode()
    assert picture == svg
    assert page.scripts == []
    assert not re.search(r"https?://|@import|url\(", re.sub(r"base64,[^\"]+", "", text))


def test_the_table_has_a_row_a_visit_with_its_verdict(page: str) -> None:
    shown = Page(page)
    assert "1 · baseline 2020-01-10" in shown.text
    assert "+0.30 mm -0.08 to +0.68, linked" in shown.text
    assert "+1.00 mm +0.62 to +1.38, linked" in shown.text
    assert shown.count("span", "badge") == 2
    assert re.search("= no detectable change 3 · V24 2022-01-09 .* ▲ improved", shown.text)
    assert "medial minimum +0.50 mm per year +0.30 to +0.70" in shown.text
    assert shown.text.count(DISCLAIMER) == 2


def test_reasons_warnings_and_failed_checks_are_shown_and_cannot_become_markup(visits: Timeline) -> None:
    change = replace(
        visits.changes[0], reasons=(f"{HOSTILE} reason",), plausibility=(f"{HOSTILE} check",), error_model={}
    )
    first = replace(visits.knees[0], warnings=(f"{HOSTILE} warning",))
    named = replace(visits.visits[0], name=f"{HOSTILE} visit")
    hostile = replace(
        visits,
        changes=(change, visits.changes[1]),
        knees=(first, *visits.knees[1:]),
        visits=(named, *visits.visits[1:]),
        sentence=f"{HOSTILE} sentence",
        slopes={**visits.slopes, Measure.MEDIAL_250: NotMeasured(f"{HOSTILE} slope")},
    )
    page = Page(timeline_page([hostile]))
    assert page.count("script") == 0
    for kind in ("reason", "check", "warning", "visit", "sentence", "slope"):
        assert f"{HOSTILE} {kind}" in page.text


def test_no_patient_is_named(page: str) -> None:
    assert "before.dcm" in page
    for name in ("SIM-0001", "Simulated", "sample_images"):
        assert name not in page


def test_a_page_that_cannot_be_written_says_what_to_do(visits: Timeline, tmp_path: Path) -> None:
    write_timeline_page([visits], tmp_path / "timeline.html")
    with pytest.raises(UsageError, match=str(tmp_path)):
        write_timeline_page([visits], tmp_path)
