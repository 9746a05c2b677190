"""The page of a change is one file that fetches nothing, hides no reason and names nobody."""

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kltool.errors import UsageError
from kltool.report.html.change import change_page, write_change_page
from kltool.report.record import change_record
from kltool.values.change import GradeClaim, KneeChange, Unit, Verdict
from kltool.values.length import NotMeasured
from kltool.values.reading import DISCLAIMER, Quality, Reading
from tests.report.changes import HOSTILE, INDEPENDENT, LINKED, Page, knee_change, not_comparable, width_change

ReadSample = Callable[..., Reading]
CLAIM = GradeClaim(3, 2)


@pytest.fixture(scope="module")
def films(read_sample: ReadSample) -> tuple[Reading, Reading]:
    return read_sample("case/before.dcm"), read_sample("case/after.dcm")


@pytest.fixture(scope="module")
def change(films: tuple[Reading, Reading]) -> KneeChange:
    return knee_change(films[0].knees[0], films[1].knees[0])


MakePage = Callable[..., str]


@pytest.fixture
def make_page(films: tuple[Reading, Reading]) -> MakePage:
    def made(*changes: KneeChange, claim: GradeClaim | None = CLAIM) -> str:
        return change_page(changes, films[0].produced_by, films[1].produced_by, claim)

    return made


def test_the_page_fetches_nothing_and_forbids_itself_to(change: KneeChange, make_page: MakePage) -> None:
    text = make_page(change)
    page = Page(text)
    assert len(page.addresses) == 4
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
    assert not re.search(r"https?://|//[a-z]|@import|url\(", re.sub(r"base64,[^\"]+", "", text))
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "embed", "base", "form"}
    policy = dict(page.tags[3:4])["meta"]["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_only_the_script_of_kltool_may_run(change: KneeChange, make_page: MakePage) -> None:
    text = make_page(change)
    (script,) = Page(text).scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert not re.search(r"<[^>]+ on[a-z]+=", text)


def test_the_disclaimer_is_the_first_and_the_last_that_is_read(
    change: KneeChange, make_page: MakePage
) -> None:
    words = Page(make_page(change)).text
    assert words.endswith(DISCLAIMER)
    assert words.index(DISCLAIMER) < words.index("Right knee")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_verdict_is_a_word_and_not_only_a_colour(
    verdict: Verdict, change: KneeChange, make_page: MakePage
) -> None:
    page = Page(make_page(replace(change, verdict=verdict)))
    assert page.count("span", str(verdict).replace(" ", "-")) == 1
    assert re.search(rf"Right knee [▲▼=✕] {verdict} Right knee", page.text)


def test_every_reason_is_shown_and_none_can_become_markup(change: KneeChange, make_page: MakePage) -> None:
    others = [f"{HOSTILE} {kind}" for kind in ("reason", "doubt", "width", "link", "warning", "note")]
    reason, doubt, width, link, warning, note = others
    film = replace(change.before.knee.film, source=f"/films/{HOSTILE.replace('/', '')}.dcm", notes=(note,))
    before = replace(
        change.before,
        knee=replace(change.before.knee, film=film),
        quality=Quality.POOR,
        warnings=(warning,),
    )
    hostile = replace(
        change,
        before=before,
        reasons=(reason, "second reason"),
        doubts=(doubt,),
        sentence=f"{HOSTILE} sentence",
        widths={
            "medial minimum": replace(width_change(), linked=NotMeasured(link)),
            "lateral minimum": NotMeasured(width),
        },
        grade=NotMeasured(f"{HOSTILE} grade"),
        error_model={f"{HOSTILE} name": f"{HOSTILE} value"},
    )
    page = Page(make_page(hostile))
    assert page.count("script") == len(page.scripts) == 1
    for kind in ("sentence", "grade", "name", "value"):
        assert f"{HOSTILE} {kind}" in page.text
    for told in (*others, "second reason", HOSTILE.replace("/", "")):
        assert told in page.text
    assert page.text.count(f"{HOSTILE} grade") == 2  # of the grade, and of the claim that rests on it


def test_nobody_is_named_and_no_folder(change: KneeChange, make_page: MakePage) -> None:
    film = replace(
        change.before.knee.film, source="C:\\Miller Anna\\kept/in zip/film 1.dcm", subject="ID-4711"
    )
    before = replace(change.before, knee=replace(change.before.knee, film=film))
    text = make_page(replace(change, before=before))
    assert "before: film 1.dcm" in Page(text).text
    for name in ("Miller", "kept", "in zip", "ID-4711", "SIM-0001", "Simulated", "sample_images"):
        assert name not in text


def test_the_same_change_is_the_same_page(change: KneeChange, make_page: MakePage) -> None:
    assert make_page(change) == make_page(change)


def test_the_numbers_are_those_of_the_change(change: KneeChange, make_page: MakePage) -> None:
    words = Page(make_page(change)).text
    row = (
        "medial minimum, mm 2.20 3.70 +1.50 +1.12 to +1.88 0.38 +7.8 > 0.99 < 0.01 > 0.99 > 0.99 (0.50) "
        "+1.50 ± 0.48 2.5 x"
    )
    assert row in words
    assert LINKED.total == pytest.approx(0.192, abs=5e-4)
    assert INDEPENDENT.total / LINKED.total == pytest.approx(2.5, abs=0.05)
    assert "medial 0.250, mm 2.20 3.70 +1.50 +0.56 to +2.44 0.94 +3.1" in words
    assert "medial 0.250: the landmarks do not agree" in words
    assert "lateral minimum not measured: after: the margins cross by 2.5 mm" in words


def test_the_parts_of_the_error_are_told_and_drawn_to_one_scale(
    change: KneeChange, make_page: MakePage
) -> None:
    page = Page(make_page(change))
    for parts in ((0.100, 0.120, 0.050, 0.100, 0.192), (0.300, 0.300, 0.100, 0.200, 0.480)):
        assert re.search(" mm .*".join(f"{part:.3f}" for part in parts), page.text)
    lengths = [
        float((found.get("style") or "").removeprefix("width:").removesuffix("%"))
        for tag, found in page.tags
        if tag == "span" and (found.get("class") or "").startswith("bar")
    ]
    longest = INDEPENDENT.total
    assert lengths[4] == pytest.approx(100 * LINKED.total / longest, abs=0.06)
    assert lengths[5] == pytest.approx(100 * INDEPENDENT.measurement / longest, abs=0.06)
    assert lengths[9] == 100


def test_the_claim_is_framed_and_judged(change: KneeChange, make_page: MakePage) -> None:
    page = Page(make_page(change))
    assert re.search("3 → 2.*0.31.*do not support", page.text)
    assert page.count("td", "claimed") == 1
    without = Page(make_page(change, claim=None))
    assert (without.count("td", "claimed"), without.count("p", "claim")) == (0, 0)
    assert re.search("improved 0.52.*same 0.37.*worse 0.11.*3 → 2", without.text)


def test_films_that_are_not_comparable_show_no_number_of_a_change(
    change: KneeChange, make_page: MakePage
) -> None:
    page = Page(make_page(not_comparable(change)))
    knee = page.text.split("Widths of the joint space")[1].split("What made these numbers")[0]
    assert not re.search(r"\d\.\d", knee)
    assert page.count("table", "numbers") == page.count("table", "heat") == page.count("span", "bar") == 0
    assert page.text.count("the films carry different patient identifiers") >= 3
    assert re.search("3 → 2.*not comparable", knee)


def test_a_grade_is_withheld_where_films_are_not_comparable(change: KneeChange, make_page: MakePage) -> None:
    page = Page(make_page(replace(not_comparable(change), grade=change.grade, widths=change.widths)))
    assert page.count("table", "numbers") == page.count("table", "heat") == 0
    assert re.search("not measured.*different patient identifiers", page.text)


def test_per_cent_of_the_tibial_width_are_told_as_such(change: KneeChange, make_page: MakePage) -> None:
    shares = replace(change, widths={"medial minimum": width_change(unit=Unit.PERCENT)})
    words = Page(make_page(shares)).text
    assert "medial minimum, % of tibial width 2.20 3.70" in words
    assert "0.100 % of tibial width" in words


def test_each_knee_has_its_section_and_its_pictures(
    change: KneeChange, read_sample: ReadSample, make_page: MakePage
) -> None:
    left = read_sample("knee_left_moderate.dcm").knees[0]
    other = replace(knee_change(left, left), error_model={"repositioning_mm": 0.3})
    page = Page(make_page(change, other))
    assert page.count("section", "knee") == 2
    assert len(set(page.addresses)) == 4 + 2  # a film beside itself is the same picture twice
    assert page.count("input") == page.count("button") == 2
    assert all(f"{side} knee repositioning_mm" in page.text for side in ("right", "left"))


def test_what_made_the_numbers_is_told(
    change: KneeChange, films: tuple[Reading, Reading], make_page: MakePage
) -> None:
    page = Page(make_page(change))
    for film in films:
        made = film.produced_by
        assert all(told in page.text for told in (made.file_sha256, made.pixels_sha256, made.utc))
        assert all(f"{name} {digest}" in page.text for name, digest in made.models.items())
        assert all(f"{name} {value}" in page.text for name, value in made.settings.items())
    assert page.text.count(next(iter(films[0].produced_by.models.values()))) == 1
    assert f"right knee compared linked-1 {'ab' * 32}" in page.text
    assert page.count("details") == 3


def test_a_page_that_cannot_be_written_says_what_to_do(
    change: KneeChange, films: tuple[Reading, Reading], tmp_path: Path
) -> None:
    made = films[0].produced_by
    write_change_page([change], made, made, None, tmp_path / "change.html")
    assert (tmp_path / "change.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(UsageError, match=r"none/change\.html"):
        write_change_page([change], made, made, None, tmp_path / "none" / "change.html")


def test_pages_cost_nothing_until_one_is_made() -> None:
    code = (
        "import sys, kltool.report.html.change, kltool.report.html.timeline;"
        "sys.exit(not {'jinja2', 'matplotlib'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_bone_without_texture_says_why(
    change: KneeChange, make_page: MakePage, films: tuple[Reading, Reading]
) -> None:
    reason = "too little of the bone is shown on both films"
    bare = replace(change, likeness=replace(change.likeness, femur=NotMeasured(reason)))
    assert reason in make_page(bare)
    assert change_record(bare, *films)["likeness"]["femur"] == {"not_measured": reason}
