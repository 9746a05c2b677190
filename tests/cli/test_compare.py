"""kltool compare as a user meets it: claims, visits of a manifest, pages, and what makes no sense."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import pytest

from kltool import reading
from kltool.intake import load
from kltool.reading import read
from kltool.values.radiograph import Radiograph
from kltool.values.reading import Reading
from kltool.weights import Models
from tests.intake.films import png
from tests.messages import holds

Kltool = Callable[..., Any]


@pytest.fixture
def case(samples: Path) -> tuple[Path, Path]:
    return samples / "case" / "before.dcm", samples / "case" / "after.dcm"


@pytest.fixture
def manifest(samples: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A manifest of these lines, {case} being the folder of the sample case."""

    def put(text: str) -> Path:
        file = tmp_path / "visits.csv"
        file.write_text(text.replace("{case}", str(samples / "case")), encoding="utf-8")
        return file

    return put


def retouched(film: Path, folder: Path) -> Path:
    """The same film with one pixel changed: another file and other pixels."""
    dataset = pydicom.dcmread(film)
    pixels = dataset.pixel_array.copy()
    pixels[0, 0] += 1
    dataset.PixelData = pixels.tobytes()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.save_as(folder / f"retouched_{film.name}")
    return folder / f"retouched_{film.name}"


VISITS = "path,visit\n{case}/after.dcm,month 12\n{case}/before.dcm,baseline\n"


def test_a_claim_is_answered_with_its_probability(kltool: Kltool, case: tuple[Path, Path]) -> None:
    said = kltool("compare", *case, "--claim", "3:2")
    assert said.code == 0
    assert holds(said.words, "claim 3 → 2: probability 0.", "do not support")
    record = json.loads(kltool("compare", "--json", *case, "--claim", "3:2").out)
    assert record["claim"]["probability"] == round(record["kl"]["transition"][3][2], 4)


@pytest.mark.parametrize("claim", ["3", "3:5", "a:b", "3:2:1", "-1:0", ""])
def test_a_claim_that_is_none_is_bad_usage(claim: str, kltool: Kltool, case: tuple[Path, Path]) -> None:
    said = kltool("compare", *case, "--claim", claim)
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, "0 to 4", "--claim 3:2")


def test_the_repositioning_error_is_a_named_source_or_a_sites_own(
    kltool: Kltool, case: tuple[Path, Path]
) -> None:
    errors = []
    for given, source, mm in (("volunteers", "volunteers", 0.1), ("0.4", "given by the user", 0.4)):
        record = json.loads(kltool("compare", "--json", *case, "--repositioning", given).out)
        model = record["produced_by"]["error_model"]
        assert (model["source"], model["repositioning_mm"]) == (source, mm)
        errors.append(record["widths"]["medial minimum"]["standard_error"])
    assert errors[0] < errors[1]


@pytest.mark.parametrize(
    ("option", "given", "facts"),
    [
        ("--repositioning", "perfect", ("'volunteers', 'good films', 'all films', 'between units'",)),
        ("--repositioning", "9", ("9", "0 to 2 mm")),
        ("--threshold", "-1", ("-1", "5 mm")),
    ],
)
def test_an_error_that_cannot_be_true_is_bad_usage(
    option: str, given: str, facts: tuple[str, ...], kltool: Kltool, case: tuple[Path, Path]
) -> None:
    said = kltool("compare", *case, option, given)
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, option.removeprefix("--"), *facts)


def test_visits_of_a_manifest_are_a_timeline(kltool: Kltool, manifest: Callable[[str], Path]) -> None:
    said = kltool("compare", "--manifest", manifest(VISITS))
    assert said.code == 0
    assert holds(said.words, "baseline (2023-04-06)", "month 12", "medial minimum: +1.")
    assert said.err == ""
    (line,) = kltool("compare", "--json", "--manifest", manifest(VISITS)).out.splitlines()
    record = json.loads(line)
    assert [visit["visit"] for visit in record["visits"]] == ["baseline", "month 12"]
    assert record["slopes"]["medial minimum"]["per_year"] > 0.5


def test_dates_of_the_manifest_come_before_those_of_the_films(
    kltool: Kltool, manifest: Callable[[str], Path]
) -> None:
    dated = "path,visit,date\n{case}/after.dcm,one,2020-01-01\n{case}/before.dcm,two,2021-01-01\n"
    record = json.loads(kltool("compare", "--json", "--manifest", manifest(dated)).out)
    assert [visit["day"] for visit in record["visits"]] == ["2020-01-01", "2021-01-01"]
    assert record["changes"][0]["verdict"] == "worsened"
    assert record["changes"][0]["reasons"] == []  # the manifest's order counts, not the films' own dates


def test_subjects_have_their_own_timelines(
    kltool: Kltool, manifest: Callable[[str], Path], samples: Path, tmp_path: Path
) -> None:
    rows = "path,subject,visit,date\n" + "".join(
        f"{file},{subject},{visit},{day}\n"
        for subject, files in (
            ("A", (samples / "case" / "before.dcm", samples / "case" / "after.dcm")),
            ("B", (samples / "bilateral.dcm", retouched(samples / "bilateral.dcm", tmp_path))),
        )
        for file, visit, day in zip(files, ("one", "two"), ("2023-01-01", "2024-01-01"), strict=True)
    )
    records = [
        json.loads(line)
        for line in kltool("compare", "--json", "--manifest", manifest(rows)).out.splitlines()
    ]
    assert [(record["subject"], record["side"]) for record in records] == [
        ("A", "right"),
        ("B", "right"),
        ("B", "left"),
    ]


def test_a_film_under_another_name_is_no_visit_of_its_own(
    kltool: Kltool, manifest: Callable[[str], Path], samples: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "follow_up.dcm"
    copy.write_bytes((samples / "case" / "before.dcm").read_bytes())
    said = kltool("compare", "--json", "--manifest", manifest(VISITS + f"{copy},month 24\n"))
    assert said.code == 3
    assert holds(said.err, "month 24", "visit baseline", "one film")
    assert len(json.loads(said.out)["visits"]) == 2


def test_one_visit_of_a_subject_has_one_film(kltool: Kltool, manifest: Callable[[str], Path]) -> None:
    rows = "path,visit,Subject\n{case}/before.dcm,V0,A\n{case}/after.dcm, V0,A\n"
    said = kltool("compare", "--manifest", manifest(rows))
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, "line 3", "'V0'", "'A'", "line 2")


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        (
            "path,visit,date\n{case}/after.dcm,V1,2019-06-01\n{case}/before.dcm,V0,2019-07-01\n",
            ("dates run backwards", "V0 (2019-07-01)", "V1 (2019-06-01)"),
        ),
        (
            "path,visit,date\n{case}/after.dcm,one,2020-01-01\n{case}/before.dcm,two,2021-01-01\n",
            ("dates run backwards", "two (2021-01-01)", "the films are of 2023-04-06 and 2024-04-04"),
        ),
    ],
)
def test_dates_that_run_backwards_are_said_and_the_comparison_is_made(
    rows: str, facts: tuple[str, ...], kltool: Kltool, manifest: Callable[[str], Path]
) -> None:
    said = kltool("compare", "--manifest", manifest(rows))
    assert said.code == 0
    assert holds(said.err, *facts)


def test_a_visit_that_is_refused_is_told_and_left_out(
    kltool: Kltool, manifest: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "words.dcm").write_bytes(b"only words")
    said = kltool("compare", "--json", "--manifest", manifest(VISITS + "words.dcm,month 6\n"))
    assert said.code == 3
    assert holds(said.err, "month 6", "a text file")
    assert len(json.loads(said.out)["visits"]) == 2


def test_a_film_without_a_date_costs_its_visit_and_no_other(
    kltool: Kltool, manifest: Callable[[str], Path], samples: Path, tmp_path: Path
) -> None:
    pixels = load(samples / "case" / "before.dcm").pixels
    (tmp_path / "bare.png").write_bytes(png((pixels / pixels.max() * 65535).astype(np.uint16)))
    said = kltool(
        "compare", "--json", "--side", "right", "--manifest", manifest(VISITS + "bare.png,month 6\n")
    )
    assert said.code == 3
    assert holds(said.err, "month 6", "'date'", "YYYY-MM-DD")
    assert len(json.loads(said.out)["visits"]) == 2


def test_an_error_nobody_expected_costs_one_visit_and_keeps_its_text(
    kltool: Kltool,
    manifest: Callable[[str], Path],
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(film: Radiograph, models: Models, **settings: Any) -> Reading:
        if "after" in film.source:
            raise ZeroDivisionError("MUSTERMANN^ERIKA")
        return read(film, models, **settings)

    monkeypatch.setattr(reading, "read", broken)
    again = retouched(samples / "case" / "before.dcm", tmp_path)
    said = kltool("compare", "--manifest", manifest(VISITS + f"{again},month 6\n"))
    assert said.code == 4
    assert "ZeroDivisionError" in said.err
    assert "MUSTERMANN" not in said.err + said.out
    assert "month 6" in said.out


def test_a_claim_is_of_two_films_and_not_of_a_manifest(
    kltool: Kltool, manifest: Callable[[str], Path]
) -> None:
    said = kltool("compare", "--manifest", manifest(VISITS), "--claim", "3:2")
    assert (said.code, said.out) == (2, "")
    assert "--claim" in said.err


def test_every_film_of_a_manifest_has_its_picture_where_asked(
    kltool: Kltool, manifest: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    assert kltool("compare", "--manifest", manifest(VISITS), "--overlay", folder).code == 0
    assert sorted(file.name.split("-")[0] for file in folder.iterdir()) == ["after", "before"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("path\n{case}/before.dcm\n", ("'visit'",)),
        ("path,visit\n{case}/before.dcm,\n", ("line 2", "no visit")),
        ("path,visit\n{case},one\n", ("line 2", "2 images")),
        ("path,visit,date\n{case}/before.dcm,one,6.4.2023\n", ("6.4.2023", "YYYY-MM-DD")),
        ("path,visit\n", ("no row",)),
    ],
)
def test_a_manifest_of_visits_that_makes_no_sense_is_bad_usage(
    text: str, facts: tuple[str, ...], kltool: Kltool, manifest: Callable[[str], Path]
) -> None:
    said = kltool("compare", "--manifest", manifest(text))
    assert (said.code, said.out) == (2, "")
    assert holds(said.err, *facts), said.err


def test_two_films_and_a_manifest_are_too_much(
    kltool: Kltool, case: tuple[Path, Path], manifest: Callable[[str], Path]
) -> None:
    for arguments in ((*case, "--manifest", manifest(VISITS)), (case[0],), ()):
        said = kltool("compare", *arguments)
        assert (said.code, said.out) == (2, "")
        assert holds(said.words, "BEFORE", "AFTER", "--manifest")


def test_the_page_is_written_where_asked(
    kltool: Kltool, case: tuple[Path, Path], manifest: Callable[[str], Path], tmp_path: Path
) -> None:
    change, visits = tmp_path / "change.html", tmp_path / "visits.html"
    assert kltool("compare", *case, "--claim", "3:2", "--report", change).code == 0
    assert kltool("compare", "--manifest", manifest(VISITS), "--report", visits).code == 0
    assert "3 → 2" in change.read_text(encoding="utf-8")
    assert "month 12" in visits.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["missing/page.html", "page.pdf", "."])
def test_a_page_that_cannot_be_written_is_said_before_anything_is_read(
    name: str, kltool: Kltool, tmp_path: Path
) -> None:
    said = kltool("compare", "no such film", "nor this", "--report", tmp_path / name)
    assert (said.code, said.out) == (2, "")
    assert "--report" in said.err


def test_timelines_of_a_trial_are_two_tables_for_statistics(
    kltool: Kltool, manifest: Callable[[str], Path], samples: Path, tmp_path: Path
) -> None:
    rows = "path,subject,visit\n{case}/before.dcm,A,V0\n{case}/after.dcm,A,V1\n" + "".join(
        f"{film},B,{visit}\n"
        for film, visit in (
            (samples / "bilateral.dcm", "V0"),
            (retouched(samples / "bilateral.dcm", tmp_path), "V1"),
        )
    )
    said = kltool("compare", "--json", "--manifest", manifest(rows), "--tables", tmp_path / "out")
    records = [json.loads(line) for line in said.out.splitlines()]
    visits, changes = (pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("visits", "changes"))
    assert len(visits) == sum(len(record["visits"]) for record in records)
    assert not visits.duplicated(["subject", "side", "visit"]).any()
    assert not changes.duplicated(["subject", "side", "visit_after", "measure"]).any()
    change = changes[(changes.subject == "A") & (changes.measure == "medial minimum")].iloc[0]
    width = records[0]["changes"][0]["widths"]["medial minimum"]
    assert (round(change.change, 4), round(change.standard_error, 4)) == (
        width["change"],
        width["standard_error"],
    )
    assert (change.visit_before, change.visit_after, change.verdict) == ("V0", "V1", "improved")
    for name, table in (("visits", visits), ("changes", changes)):
        assert list(pd.read_parquet(tmp_path / "out" / f"{name}.parquet").columns) == list(table.columns)


def test_tables_are_of_visits(kltool: Kltool, case: tuple[Path, Path], tmp_path: Path) -> None:
    said = kltool("compare", *case, "--tables", tmp_path / "out")
    assert said.code == 2
    assert holds(said.err, "--tables", "--manifest")
