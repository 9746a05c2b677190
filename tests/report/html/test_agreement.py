"""The page of an agreement is one self-contained file; its tables and pictures show the same numbers."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.agreement import Agreement, MatchOptions, Resampling, agreement_of, ratings_of
from kltool.agreement.ratings import Exclusion, Rater
from kltool.agreement.results import ALL_RATERS
from kltool.errors import UsageError
from kltool.report.agreement_record import agreement_csv, agreement_record, all_estimates
from kltool.report.agreement_text import interval_of, measure_name, value_of
from kltool.report.html.agreement import Production, agreement_page, write_agreement
from kltool.report.latex import agreement_tex, tex
from kltool.report.plots.agreement import drawings
from kltool.values.length import NotMeasured
from kltool.values.reading import DISCLAIMER
from tests.agreement.simulated import graded, measured, ratings, repeats, trial
from tests.report.changes import HOSTILE, Page

PRODUCTION = Production("9.8.7", "2026-01-02T03:04:05+00:00")
FEW = Resampling(100)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    tables = trial(tmp_path_factory.mktemp("trial"))
    return agreement_of(ratings_of([tables["kltool"], tables["reader"]], MatchOptions()), FEW)


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    return agreement_of(
        ratings_of([repeats(tmp_path_factory.mktemp("repeats"))], MatchOptions(repeat=True)), FEW
    )


def words(svg: str) -> str:
    return " ".join("".join(element.itertext()).strip() for element in ET.fromstring(svg).iter())


def hostile(found: Agreement) -> Agreement:
    """The same with markup in every text that comes from outside."""
    names = [f"{HOSTILE} {number} $x_1$ %" for number in range(2)]
    renamed = dict(zip((rater.name for rater in found.ratings.raters), names, strict=True))
    raters = tuple(Rater(renamed[rater.name], rater.columns) for rater in found.ratings.raters)
    return replace(
        found,
        ratings=replace(
            found.ratings,
            raters=raters,
            reference=renamed[found.ratings.reference],
            exclusions=(Exclusion(names[0], 1, f"{HOSTILE} reason"),),
        ),
        grades=tuple(replace(one, rater=names[0], reference=names[1]) for one in found.grades),
        widths=tuple(replace(one, rater=names[0], reference=names[1]) for one in found.widths),
    )


def test_the_page_fetches_nothing_and_runs_nothing(found: Agreement) -> None:
    text = agreement_page(found, PRODUCTION)
    page = Page(text)
    assert len(page.addresses) == 4
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)
    assert not re.search(r"https?://|//[a-z]|@import|url\(", re.sub(r"base64,[^\"]+", "", text))
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "embed", "base", "form", "script"}


def test_every_estimate_is_on_the_page_with_its_interval(found: Agreement) -> None:
    page = Page(agreement_page(found, PRODUCTION)).text
    for *_, estimate in all_estimates(found):
        if estimate.name != "sd_mm":  # the limits show it
            assert value_of(estimate, with_unit=False) in page
            assert interval_of(estimate) in page


def test_the_page_shows_its_sources(found: Agreement) -> None:
    page = Page(agreement_page(found, PRODUCTION)).text
    rest = page.split("Agreement of kltool with reader A", 1)[1]
    assert rest.strip().startswith(DISCLAIMER)
    assert page.endswith(DISCLAIMER)
    assert all(source.sha256 in page and source.file in page for source in found.ratings.sources)
    assert "119 knees of 60 participants matched by subject, visit, side" in page
    for one in found.ratings.exclusions:
        assert f"{one.rater} {one.count} {one.reason}" in page
    for shown in (
        "bootstrap replicates 100",
        "seed 1",
        "kltool 9.8.7",
        f"date and time, UTC {PRODUCTION.utc}",
    ):
        assert shown in page


def test_knees_without_participant_are_counted() -> None:
    random = np.random.default_rng(1)
    grades = random.integers(0, 5, (2, 30))
    page = Page(
        agreement_page(agreement_of(ratings(graded("a", grades[0]), graded("b", grades[1])), FEW), PRODUCTION)
    ).text
    assert "30 of them have no participant" in page
    assert "each counts as one participant" in page


def test_missing_estimates_have_a_reason(found: Agreement) -> None:
    same = agreement_of(ratings(graded("kltool", [2] * 20), graded("reader", [2] * 20)), FEW)
    page = Page(agreement_page(same, PRODUCTION)).text
    assert "quadratic weighted kappa not measured: all grades are the same" in page
    assert "AUC, KL ≥ 2; AUC, KL ≥ 3; " in page
    assert "not measured: kltool gives no probabilities (columns kl_p0 to kl_p4)" in page
    assert "all bootstrap replicates give the same value" in page
    assert {drawing.kind for drawing in drawings(same)} == {"confusion"}


def test_no_text_from_outside_becomes_markup(found: Agreement) -> None:
    harmful = hostile(found)
    page = Page(agreement_page(harmful, PRODUCTION))
    assert page.count("script") == 0
    assert f"{HOSTILE} reason" in page.text
    for drawing in drawings(harmful):
        assert not list(ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}script"))
        assert re.fullmatch(r"[a-z0-9-]+\.svg", drawing.file)


def test_no_text_from_outside_acts_or_hides_in_a_picture() -> None:
    random = np.random.default_rng(1)
    several = [graded(name, random.integers(0, 5, 20)) for name in ("a\x1b\u202eb\u3164", "c\x9bd\x01")]
    (drawing,) = (one for one in drawings(agreement_of(ratings(*several), FEW)) if one.kind == "confusion")
    assert drawing.svg.replace("\n", "").isprintable()
    assert {r"a\x1b\u202eb\u3164", r"c\x9bd\x01"} <= set(words(drawing.svg).split())


def test_long_names_of_raters_give_files_that_can_be_written(tmp_path: Path) -> None:
    names = ("reader " + "x" * 40_000, "reader " + "x" * 40_001)
    random = np.random.default_rng(1)
    several = [graded(name, random.integers(0, 5, 20)) for name in (*names, "y" * 300)]
    write_agreement(agreement_of(ratings(*several), FEW), PRODUCTION, tmp_path)
    assert len(list(tmp_path.rglob("confusion-*.svg"))) == 2


def test_the_same_agreement_gives_the_same_page_and_pictures(found: Agreement) -> None:
    assert agreement_page(found, PRODUCTION) == agreement_page(found, PRODUCTION)
    assert [one.svg for one in drawings(found)] == [one.svg for one in drawings(found)]
    assert PRODUCTION.utc[:10] not in "".join(one.svg for one in drawings(found))


def test_pictures_hold_text_and_the_counts(found: Agreement) -> None:
    text_of = {drawing.file: words(drawing.svg) for drawing in drawings(found)}
    assert sorted(text_of) == [
        "bland-altman-kltool-reader-a-medial-mjsw.svg",
        "confusion-kltool-reader-a.svg",
        "reliability-kltool-reader-a.svg",
        "roc-kltool-reader-a.svg",
    ]
    counts = found.grades[0].grades.confusion
    assert all(f" {count} " in text_of["confusion-kltool-reader-a.svg"] for count in counts.ravel())
    assert "KL by reader A" in text_of["confusion-kltool-reader-a.svg"]
    assert "kltool minus reader A, mm" in text_of["bland-altman-kltool-reader-a-medial-mjsw.svg"]
    area = next(estimate for estimate in found.grades[0].estimates if estimate.name == "auc_kl2")
    assert f"KL ≥ 2: AUC {value_of(area)}" in text_of["roc-kltool-reader-a.svg"]


def test_the_size_of_a_picture_of_many_knees_is_bounded() -> None:
    random = np.random.default_rng(2)
    first, second = random.normal(4, 1, (2, 20_000))
    (drawing,) = drawings(agreement_of(ratings(measured("a", first), measured("b", second)), FEW))
    assert len(drawing.svg) < 1_000_000


def test_raters_with_similar_names_have_files_of_their_own() -> None:
    grades = np.arange(30) % 5
    raters = [graded(name, grades) for name in ("Dr A", "dr-a", "é", "ë", "ref")]
    files = [drawing.file for drawing in drawings(agreement_of(ratings(*raters), FEW))]
    assert len(set(files)) == len(files) == 4


def test_the_table_has_every_estimate_and_reads_back(found: Agreement) -> None:
    rows = list(csv.DictReader(io.StringIO(agreement_csv(found))))
    known = list(all_estimates(found))
    assert len(rows) == len(known)
    for row, (rater, reference, measure, estimate) in zip(rows, known, strict=True):
        assert (row["rater"], row["reference"], row["measure"]) == (rater, reference, measure)
        assert not isinstance(estimate.value, NotMeasured)
        assert not isinstance(estimate.interval, NotMeasured)
        assert float(row["value"]) == pytest.approx(estimate.value, rel=1e-5)
        assert (float(row["low"]), float(row["high"])) == pytest.approx(estimate.interval, rel=1e-5)
        assert (int(row["n_knees"]), int(row["n_participants"])) == (estimate.knees, estimate.participants)
        assert row["reason"] == ""


def test_a_missing_estimate_is_an_empty_cell_with_its_reason() -> None:
    same = agreement_of(ratings(graded("a", [2] * 20), graded("b", [2] * 20)), FEW)
    row = next(csv.DictReader(io.StringIO(agreement_csv(same))))
    assert (row["estimate"], row["value"], row["low"]) == ("kappa_quadratic", "", "")
    assert row["reason"].startswith("not measured: all grades are the same")


def test_the_record_is_plain_json_without_nan_or_null(found: Agreement) -> None:
    same = agreement_of(ratings(graded("a", [2] * 20), graded("b", [2] * 20)), FEW)
    for one in (found, same):
        record = agreement_record(one, PRODUCTION.version, PRODUCTION.utc)
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert "null" not in json.dumps(record)
    kappa = agreement_record(same, PRODUCTION.version, PRODUCTION.utc)["estimates"][0]
    assert kappa["value"] == {
        "not_measured": "all grades are the same, so that agreement by chance is certain"
    }


def test_all_raters_have_a_section_and_rows() -> None:
    random = np.random.default_rng(4)
    true = random.normal(4, 1, 40)
    three = [measured(name, true + random.normal(0, 0.2, 40)) for name in "abc"]
    found = agreement_of(ratings(*three), FEW)
    page = Page(agreement_page(found, PRODUCTION))
    assert page.count("section", "knee") == 3
    assert "All 3 raters" in page.text
    assert f"\n{ALL_RATERS},,medial_mjsw_mm,icc_2_1," in agreement_csv(found)


def test_repeats_give_the_option_for_compare(repeated: Agreement) -> None:
    page = Page(agreement_page(repeated, PRODUCTION)).text
    error = repeated.repositioning["medial_mjsw_mm"].value
    assert f"kltool compare --repositioning {error:.2f}" in page
    assert "Repeatability of repeats.csv" in page
    reason = NotMeasured("19 repeats found, at least 20 needed")
    few = replace(repeated.repositioning["medial_mjsw_mm"], value=reason, interval=reason)
    without = Page(agreement_page(replace(repeated, repositioning={"medial_mjsw_mm": few}), PRODUCTION)).text
    assert "--repositioning" not in without
    assert reason.reason in without


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("kl", "KL grade"),
        ("medial_mjsw_mm", "medial minimum"),
        ("lateral_mean_jsw_mm", "lateral mean"),
        ("medial_jsw250_mm", "medial 0.250"),
        ("my_own_width_mm", "my own width"),
    ],
)
def test_measures_have_their_names(measure: str, name: str) -> None:
    assert measure_name(measure) == name


def test_text_is_escaped_for_latex() -> None:
    assert tex(r"a_b & 100% $x$ \ ~ {é} 漢") == (
        r"a\_b \& 100\% \$x\$ \textbackslash{} \textasciitilde{} \{é\} ?"
    )


def test_a_reason_stands_once_below_its_table(found: Agreement) -> None:
    few = NotMeasured("5 participants: at least 10 are needed for a bootstrap")
    none = NotMeasured("no knee of KL 4")
    grades = replace(
        found.grades[0],
        estimates=[
            replace(estimate, interval=few) if number else replace(estimate, value=none, interval=none)
            for number, estimate in enumerate(found.grades[0].estimates)
        ],
    )
    table = agreement_tex(replace(found, grades=[grades], widths=[], all_raters={}))
    assert len(grades.estimates) > 10
    assert table.count(few.reason) == table.count(none.reason) == 1
    assert table.count("& --$^{b}$ &") == len(grades.estimates) - 1
    assert "& --$^{a}$ & --$^{a}$ &" in table
    assert table.index("$^{a}$ not measured: no knee") < table.index("$^{b}$ no interval: 5 participants")


def test_the_latex_compiles_without_packages(found: Agreement, repeated: Agreement, tmp_path: Path) -> None:
    latex = shutil.which("pdflatex")
    if latex is None:
        pytest.skip("pdflatex is not here")
    for number, one in enumerate((found, repeated, hostile(found))):
        (tmp_path / f"{number}.tex").write_text(agreement_tex(one), encoding="utf-8")
    inputs = "".join(f"\\input{{{number}.tex}}" for number in range(3))
    paper = tmp_path / "paper.tex"
    paper.write_text(f"\\documentclass{{article}}\\begin{{document}}{inputs}\\end{{document}}")
    command = [latex, "-interaction=nonstopmode", "-halt-on-error", paper.name]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert made.returncode == 0, made.stdout.decode(errors="replace")[-500:]


def test_everything_is_written_beside_the_page(found: Agreement, tmp_path: Path) -> None:
    page = write_agreement(found, PRODUCTION, tmp_path)
    assert page.read_text(encoding="utf-8") == agreement_page(found, PRODUCTION)
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"agreement.html", "agreement.csv", "agreement.tex"} | {
        drawing.file for drawing in drawings(found)
    }
    with pytest.raises(UsageError, match="cannot be written"):
        write_agreement(found, PRODUCTION, tmp_path / "none")


def test_the_command_line_loads_no_library_of_the_page() -> None:
    code = (
        "import sys, kltool.cli.main, kltool.agreement;"
        "sys.exit(not {'jinja2', 'matplotlib', 'pyarrow', 'scipy', 'sklearn'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
