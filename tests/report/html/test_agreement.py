"""The page of an agreement is one file that fetches nothing; its tables and pictures say what it says."""

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
import pandas
import pytest
from sklearn import metrics

from kltool.agreement import Agreement, Resampling, Wanted, agree, ratings_of
from kltool.agreement.ratings import LeftOut, Rater
from kltool.agreement.results import ALL_RATERS
from kltool.errors import UsageError
from kltool.report.agreement_record import agreement_csv, agreement_record, all_figures
from kltool.report.agreement_text import measure_name
from kltool.report.html.agreement import Made, agreement_page, write_agreement
from kltool.report.latex import agreement_tex, tex
from kltool.report.plots.agreement import drawings
from kltool.values.length import NotMeasured
from kltool.values.reading import DISCLAIMER
from tests.agreement.simulated import graded, measured, ratings, repeats, trial
from tests.report.changes import HOSTILE, Page

MADE = Made("9.8.7", "2026-01-02T03:04:05+00:00")
FEW = Resampling(100)
PICTURES = [
    "bland-altman-kltool-reader-a-medial-mjsw.svg",
    "confusion-kltool-reader-a.svg",
    "reliability-kltool-reader-a.svg",
    "roc-kltool-reader-a.svg",
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    tables = trial(tmp_path_factory.mktemp("trial"))
    return agree(ratings_of([tables["kltool"], tables["reader"]], Wanted()), FEW)


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    return agree(ratings_of([repeats(tmp_path_factory.mktemp("repeats"))], Wanted(repeat=True)), FEW)


@pytest.fixture(scope="module")
def page(found: Agreement) -> str:
    return agreement_page(found, MADE)


@pytest.fixture(scope="module")
def pictures(found: Agreement) -> dict[str, str]:
    """SVG by file name."""
    return {drawing.file: drawing.svg for drawing in drawings(found)}


def words(svg: str) -> str:
    return " ".join("".join(element.itertext()).strip() for element in ET.fromstring(svg).iter())


def hostile(found: Agreement) -> Agreement:
    """The same where everything that others wrote is out to do harm."""
    names = [f"{HOSTILE} {number} $x_1$ %" for number in range(2)]
    renamed = dict(zip((rater.name for rater in found.ratings.raters), names, strict=True))
    raters = tuple(Rater(renamed[rater.name], rater.columns) for rater in found.ratings.raters)
    return replace(
        found,
        ratings=replace(
            found.ratings,
            raters=raters,
            reference=renamed[found.ratings.reference],
            left_out=(LeftOut(names[0], 1, f"{HOSTILE} reason"),),
        ),
        grades=tuple(replace(one, judged=names[0], reference=names[1]) for one in found.grades),
        widths=tuple(replace(one, judged=names[0], reference=names[1]) for one in found.widths),
    )


def test_the_page_fetches_nothing_and_runs_nothing(page: str) -> None:
    shown = Page(page)
    assert len(shown.addresses) == 4
    assert all(address.startswith("data:image/svg+xml;base64,") for address in shown.addresses)
    assert not re.search(r"https?://|//[a-z]|@import|url\(", re.sub(r"base64,[^\"]+", "", page))
    tags = {tag for tag, _ in shown.tags}
    assert not tags & {"link", "iframe", "object", "embed", "base", "form", "script"}


def written(figure: str, number: float) -> str:
    """As people write it: millimetres to two decimals, per cent to one, all else to three; biases signed."""
    decimals = 2 if figure.endswith("_mm") else 1 if figure.endswith("_percent") else 3
    return f"{number:{'+' if figure.startswith(('bias', 'limit')) else ''}.{decimals}f}"


def test_every_figure_is_on_the_page_with_its_interval(found: Agreement, page: str) -> None:
    text = Page(page).text
    for *_, figure in all_figures(found):
        if figure.name != "sd_mm":  # half of the way from limit to limit
            assert not isinstance(figure.value, NotMeasured)
            assert not isinstance(figure.interval, NotMeasured)
            low, high = (written(figure.name, end) for end in figure.interval)
            assert f"{written(figure.name, figure.value)} {low} to {high}" in text, figure.name


def test_the_figures_on_the_page_are_those_of_the_tables(page: str, tmp_path: Path) -> None:
    """Computed anew from the files by other libraries."""
    tables = [pandas.read_csv(file, dtype={"subject": str}) for file in trial(tmp_path).values()]
    judged, reader = tables[0], tables[1].replace({"side": {"R": "right", "L": "left"}})
    both = judged.merge(reader, on=["subject", "visit", "side"], suffixes=("", "_reader"))
    grades, widths = both.dropna(subset=["kl"]), both.dropna(subset=["medial_mjsw_mm"])
    kappa = metrics.cohen_kappa_score(grades.kl.astype(int), grades.kl_reader, weights="quadratic")
    upper = metrics.roc_auc_score(grades.kl_reader >= 2, grades[["kl_p2", "kl_p3", "kl_p4"]].sum(axis=1))
    off = widths.medial_mjsw_mm - widths.medial_mjsw_mm_reader
    text = Page(page).text
    assert f"quadratic weighted kappa {kappa:.3f} " in text
    assert f"AUC, KL ≥ 2 {upper:.3f} " in text
    assert re.search(rf"medial minimum {len(off)} / 60 {re.escape(f'{off.mean():+.2f}')} ", text)
    for limit in (off.mean() - 1.96 * off.std(), off.mean() + 1.96 * off.std()):
        assert f" {limit:+.2f} " in text


def test_the_page_says_what_it_rests_on(found: Agreement, page: str) -> None:
    text = Page(page).text
    assert text.endswith(DISCLAIMER)
    assert text.index(DISCLAIMER) < text.index("119 knees of 60 participants")
    assert all(source.sha256 in text and source.file in text for source in found.ratings.sources)
    assert re.search("119 knees of 60 participants.*subject, visit, side", text)
    for row in (
        "kltool 1 .*refused, no_knee",
        "reader A 1 .*no other rater",
        r"kltool 1 .*metal near the joint \(1\)",
        r"kltool 1 .*the margin is too uncertain \(1\)",
    ):
        assert re.search(row, text)
    for told in ("100", "seed 1", "kltool 9.8.7", MADE.utc):
        assert told in text


def test_knees_of_nobody_are_named_as_such() -> None:
    random = np.random.default_rng(1)
    grades = random.integers(0, 5, (2, 30))
    page = Page(
        agreement_page(agree(ratings(graded("a", grades[0]), graded("b", grades[1])), FEW), MADE)
    ).text
    assert re.search("30 .*no participant", page)


def test_what_is_missing_has_its_reason(found: Agreement) -> None:
    same = agree(ratings(graded("kltool", [2] * 20), graded("reader", [2] * 20)), FEW)
    page = Page(agreement_page(same, MADE)).text
    assert re.search("quadratic weighted kappa not measured: .*same", page)
    assert re.search(r"AUC, KL ≥ 2; AUC, KL ≥ 3; .*not measured: .*no probabilities .*kl_p0 to kl_p4", page)
    assert "no interval: " in page
    assert {drawing.kind for drawing in drawings(same)} == {"confusion"}


def test_nothing_that_others_wrote_becomes_markup(found: Agreement) -> None:
    harmful = hostile(found)
    page = Page(agreement_page(harmful, MADE))
    assert page.count("script") == 0
    assert f"{HOSTILE} reason" in page.text
    for drawing in drawings(harmful):
        assert not list(ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}script"))
        assert re.fullmatch(r"[a-z0-9-]+\.svg", drawing.file)


def test_the_same_agreement_is_the_same_page_and_the_same_pictures(
    found: Agreement, page: str, pictures: dict[str, str]
) -> None:
    assert agreement_page(found, MADE) == page
    assert {one.file: one.svg for one in drawings(found)} == pictures
    assert MADE.utc[:10] not in "".join(pictures.values())


def test_pictures_hold_text_and_the_counts(found: Agreement, pictures: dict[str, str]) -> None:
    drawn = {file: words(svg) for file, svg in pictures.items()}
    assert sorted(drawn) == PICTURES
    counts = found.grades[0].grades.confusion
    assert all(f" {count} " in drawn["confusion-kltool-reader-a.svg"] for count in counts.ravel())
    assert "KL by reader A" in drawn["confusion-kltool-reader-a.svg"]
    assert "kltool minus reader A, mm" in drawn["bland-altman-kltool-reader-a-medial-mjsw.svg"]
    area = next(figure for figure in found.grades[0].figures if figure.name == "auc_kl2")
    assert f"KL ≥ 2: AUC {area.value:.3f}" in drawn["roc-kltool-reader-a.svg"]


def test_many_knees_are_a_picture_of_bounded_size() -> None:
    random = np.random.default_rng(2)
    first, second = random.normal(4, 1, (2, 20_000))
    (drawing,) = drawings(agree(ratings(measured("a", first), measured("b", second)), FEW))
    assert len(drawing.svg) < 1_000_000


def test_pictures_of_raters_whose_names_look_alike_do_not_collide() -> None:
    grades = np.arange(30) % 5
    raters = [graded(name, grades) for name in ("Dr A", "dr-a", "é", "ë", "ref")]
    files = [drawing.file for drawing in drawings(agree(ratings(*raters), FEW))]
    assert len(set(files)) == len(files) == 4


def test_the_table_has_every_figure_and_reads_back(found: Agreement) -> None:
    rows = list(csv.DictReader(io.StringIO(agreement_csv(found))))
    known = list(all_figures(found))
    assert len(rows) == len(known)
    for row, (judged, reference, measure, figure) in zip(rows, known, strict=True):
        assert (row["judged"], row["reference"], row["measure"]) == (judged, reference, measure)
        assert not isinstance(figure.value, NotMeasured)
        assert not isinstance(figure.interval, NotMeasured)
        assert float(row["value"]) == pytest.approx(figure.value, rel=1e-5)
        assert (float(row["low"]), float(row["high"])) == pytest.approx(figure.interval, rel=1e-5)
        assert (int(row["n_knees"]), int(row["n_participants"])) == (figure.knees, figure.participants)
        assert row["reason"] == ""


def test_a_missing_figure_is_an_empty_cell_with_its_reason() -> None:
    same = agree(ratings(graded("a", [2] * 20), graded("b", [2] * 20)), FEW)
    row = next(csv.DictReader(io.StringIO(agreement_csv(same))))
    assert (row["figure"], row["value"], row["low"]) == ("kappa_quadratic", "", "")
    assert row["reason"].startswith("not measured: ")


def test_the_record_is_plain_and_never_holds_what_is_no_number(found: Agreement) -> None:
    same = agree(ratings(graded("a", [2] * 20), graded("b", [2] * 20)), FEW)
    for one in (found, same):
        record = agreement_record(one, MADE.version, MADE.utc)
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert "null" not in json.dumps(record)
    kappa = agreement_record(same, MADE.version, MADE.utc)["figures"][0]
    assert list(kappa["value"]) == ["not_measured"]


def test_all_raters_together_have_a_section_and_rows() -> None:
    random = np.random.default_rng(4)
    true = random.normal(4, 1, 40)
    three = [measured(name, true + random.normal(0, 0.2, 40)) for name in "abc"]
    found = agree(ratings(*three), FEW)
    page = Page(agreement_page(found, MADE))
    assert page.count("section", "knee") == 3
    assert "3 raters" in page.text
    assert f"\n{ALL_RATERS},,medial_mjsw_mm,icc_2_1," in agreement_csv(found)


def test_repeats_say_what_to_give_to_compare(repeated: Agreement) -> None:
    page = Page(agreement_page(repeated, MADE)).text
    error = repeated.repositioning["medial_mjsw_mm"].value
    assert f"kltool compare --repositioning {error:.2f}" in page
    assert "Repeatability of repeats.csv" in page
    reason = NotMeasured("19 repeats found, 20 at least are needed")
    few = replace(repeated.repositioning["medial_mjsw_mm"], value=reason, interval=reason)
    without = Page(agreement_page(replace(repeated, repositioning={"medial_mjsw_mm": few}), MADE)).text
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
def test_a_measure_is_called_as_elsewhere(measure: str, name: str) -> None:
    assert measure_name(measure) == name


def test_latex_prints_text_as_it_stands() -> None:
    assert tex(r"a_b & 100% $x$ \ ~ {é} 漢") == (
        r"a\_b \& 100\% \$x\$ \textbackslash{} \textasciitilde{} \{é\} ?"
    )


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


def test_everything_is_written_beside_the_page(found: Agreement, page: str, tmp_path: Path) -> None:
    assert write_agreement(found, MADE, tmp_path).read_text(encoding="utf-8") == page
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["agreement.csv", "agreement.html", "agreement.tex", *PICTURES]
    with pytest.raises(UsageError, match=str(tmp_path / "none")):
        write_agreement(found, MADE, tmp_path / "none")


def test_the_page_costs_nothing_until_one_is_made() -> None:
    code = (
        "import sys, kltool.report.html.agreement, kltool.cli.agreeing;"
        "sys.exit(not {'jinja2', 'matplotlib', 'pyarrow', 'scipy', 'sklearn'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
