"""The page of a change is self-contained, shows every reason and names no patient."""

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
from kltool.values.change import KneeChange, Verdict
from kltool.values.grade_change import GradeClaim
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.reading import DISCLAIMER, Quality, Reading
from kltool.values.width_change import Unit
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
def make_page() -> MakePage:
    def made(*changes: KneeChange, claim: GradeClaim | None = CLAIM) -> str:
        return change_page(changes, claim)

    return made


def test_the_page_fetches_nothing_and_its_policy_forbids_it(change: KneeChange, make_page: MakePage) -> None:
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


def test_the_disclaimer_is_the_first_and_last_text(change: KneeChange, make_page: MakePage) -> None:
    words = Page(make_page(change)).text.split("change of the knee", 1)[1].strip()
    assert words.startswith(DISCLAIMER)
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
    others = [f"{HOSTILE} {kind}" for kind in ("reason", "check", "width", "link", "warning", "note")]
    reason, check, width, link, warning, note = others
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
        plausibility=(check,),
        sentence=f"{HOSTILE} sentence",
        widths={
            Measure.MEDIAL_MINIMUM: replace(width_change(), linked=NotMeasured(link)),
            Measure.LATERAL_MINIMUM: NotMeasured(width),
        },
        grade=NotMeasured(f"{HOSTILE} grade"),
        error_model={f"{HOSTILE} name": f"{HOSTILE} value"},
    )
    page = Page(make_page(hostile))
    assert page.count("script") == len(page.scripts) == 1
    for kind in ("sentence", "grade", "name", "value"):
        assert f"{HOSTILE} {kind}" in page.text
    for shown in (*others, "second reason", HOSTILE.replace("/", "")):
        assert shown in page.text
    assert page.text.count(f"{HOSTILE} grade") == 2  # of the grade, and of the claim that rests on it


def test_no_patient_and_no_folder_is_named(change: KneeChange, make_page: MakePage) -> None:
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
        "+1.50 ± 0.48 2.5"
    )
    assert row in words
    assert LINKED.total == pytest.approx(0.192, abs=5e-4)
    assert INDEPENDENT.total / LINKED.total == pytest.approx(2.5, abs=0.05)
    assert "medial 0.250, mm 2.20 3.70 +1.50 +0.56 to +2.44 0.94 +3.1" in words
    assert "medial 0.250: the landmarks do not agree" in words
    assert "lateral minimum not measured: after: the margins cross by 2.5 mm" in words


def test_the_components_of_the_error_are_listed_and_drawn_to_one_scale(
    change: KneeChange, make_page: MakePage
) -> None:
    page = Page(make_page(change))
    for parts in ("0.100 mm repositioning 0.120 mm magnification 0.050 mm", "0.200 mm total 0.480 mm"):
        assert parts in page.text
    lengths = [
        float((found.get("style") or "").removeprefix("width:").removesuffix("%"))
        for tag, found in page.tags
        if tag == "span" and (found.get("class") or "").startswith("bar")
    ]
    longest = INDEPENDENT.total
    assert lengths[4] == pytest.approx(100 * LINKED.total / longest, abs=0.06)
    assert lengths[5] == pytest.approx(100 * INDEPENDENT.measurement / longest, abs=0.06)
    assert lengths[9] == 100


def test_the_claim_is_framed_and_assessed(change: KneeChange, make_page: MakePage) -> None:
    page = Page(make_page(change))
    assert re.search("3 → 2.*0.31.*do not support", page.text)
    assert page.count("td", "claimed") == 1
    without = Page(make_page(change, claim=None))
    assert (without.count("td", "claimed"), without.count("p", "claim")) == (0, 0)
    assert "improved 0.52 · same 0.37 · worse 0.11" in without.text


def test_both_grades_are_medians_as_in_a_reading(change: KneeChange, make_page: MakePage) -> None:
    text = Page(make_page(change)).text
    grades = "Grade (median of the probabilities of each film): KL 3 (KL 2 or 3) → 2; expected grade: 2.40"
    assert f"{grades} → 1.89." in text


def test_films_that_are_not_comparable_show_no_number_of_a_change(
    change: KneeChange, make_page: MakePage
) -> None:
    page = Page(make_page(not_comparable(change)))
    knee = page.text.split("Joint space width (JSW)")[1].split("Provenance")[0]
    assert not re.search(r"\d\.\d", knee)
    assert page.count("table", "numbers") == page.count("table", "heat") == page.count("span", "bar") == 0
    assert page.text.count("the films carry different patient identifiers") >= 3
    assert "3 → 2: cannot be assessed: the films are not comparable: " in knee


def test_a_grade_is_withheld_where_films_are_not_comparable(change: KneeChange, make_page: MakePage) -> None:
    page = Page(make_page(replace(not_comparable(change), grade=change.grade, widths=change.widths)))
    assert page.count("table", "numbers") == page.count("table", "heat") == 0
    assert re.search("not measured.*different patient identifiers", page.text)


def test_per_cent_of_the_tibial_width_are_labelled(change: KneeChange, make_page: MakePage) -> None:
    shares = replace(change, widths={Measure.MEDIAL_MINIMUM: width_change(unit=Unit.PERCENT)})
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


def test_the_provenance_is_listed(
    change: KneeChange, films: tuple[Reading, Reading], make_page: MakePage
) -> None:
    page = Page(make_page(change))
    for film in films:
        made = film.produced_by
        assert all(value in page.text for value in (made.file_sha256, made.pixels_sha256, made.utc))
        assert all(f"{name} {digest}" in page.text for name, digest in made.models.items())
        assert all(f"{name} {value}" in page.text for name, value in made.settings.items())
    assert page.text.count(next(iter(films[0].produced_by.models.values()))) == 1
    assert f"comparison of the right knee linked-1 {'ab' * 32}" in page.text
    assert page.count("details") == 3


def test_a_page_that_cannot_be_written_says_what_to_do(change: KneeChange, tmp_path: Path) -> None:
    write_change_page([change], None, tmp_path / "change.html")
    assert (tmp_path / "change.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(UsageError, match=r"cannot be written \(No such file or directory\); choose a file"):
        write_change_page([change], None, tmp_path / "none" / "change.html")


def test_no_heavy_library_is_imported_before_a_page_is_written() -> None:
    code = (
        "import sys, kltool.comparison, kltool.report.html, kltool.report.plots;"
        "sys.exit(not {'cv2', 'jinja2', 'matplotlib', 'scipy'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_bone_without_texture_says_why(change: KneeChange, make_page: MakePage) -> None:
    reason = "too little of the bone is visible on both films"
    bare = replace(change, identity=replace(change.identity, femur=NotMeasured(reason)))
    assert reason in make_page(bare)
    assert change_record(bare)["identity_match"]["femur"] == {"not_measured": reason}
