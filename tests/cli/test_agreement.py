"""kltool agreement: tables in; page, tables and pictures out; invalid options are refused first."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kltool.agreement import MatchOptions, Resampling
from kltool.cli.agreeing import agree, columns_of
from kltool.errors import Exit, UsageError
from tests.agreement.simulated import repeats, trial
from tests.messages import holds
from tests.tables.oai_tables import MISSING, semiquantitative

Kltool = Callable[..., Any]


def run(
    tables: list[Path],
    out: Path,
    *,
    repeat: bool = False,
    on: str | None = None,
    reference: str | None = None,
    replicates: int = 100,
    seed: int = 1,
    as_json: bool = False,
) -> Exit:
    """With the defaults of the command line, but for fewer replicates."""
    options = MatchOptions(repeat, columns_of(on), reference)
    return agree(tables, out, options, Resampling(replicates, seed), as_json)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    return list(trial(tmp_path).values())


def test_the_terminal_shows_the_main_estimates_and_the_path_of_the_page(
    tables: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tables, tmp_path / "new" / "out") is Exit.OK
    said = capsys.readouterr().out
    assert holds(said, "kltool", "reader A", "quadratic weighted kappa 0.", "medial minimum bias -0.")
    assert holds(said, "119 knees", "60 participants", "subject, visit, side")
    assert holds(said, "metal near the joint (1)")  # why a knee was left out
    assert str(tmp_path / "new" / "out" / "agreement.html") in said
    assert (tmp_path / "new" / "out" / "agreement.csv").is_file()


def test_json_is_one_object(tables: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tables, tmp_path / "out", as_json=True, reference="kltool", replicates=150, seed=5) is Exit.OK
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert (record["reference"], record["replicates"], record["seed"]) == ("kltool", 150, 5)
    assert record["estimates"][0]["rater"] == "reader A"
    assert record["page"] == str(tmp_path / "out" / "agreement.html")


def test_draws_is_a_deprecated_name_of_replicates(kltool: Kltool, tables: list[Path], tmp_path: Path) -> None:
    """It was the name of the option in version 0.1.0."""
    options = ("--json", "--out", str(tmp_path / "out"), *map(str, tables))
    old, new = (
        kltool("agreement", "--draws", "120", *options),
        kltool("agreement", "--replicates", "120", *options),
    )
    assert old.err == "kltool: --draws is deprecated, use --replicates\n"
    assert new.err == ""
    first, second = json.loads(old.out), json.loads(new.out)
    assert first["replicates"] == 120
    assert first["estimates"] == second["estimates"]
    assert "--draws" not in kltool("agreement", "--help").out


def test_the_same_seed_gives_the_same_table(tables: list[Path], tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        run(tables, tmp_path / name, seed=seed)
    one, two, three = ((tmp_path / name / "agreement.csv").read_text() for name in ("one", "two", "three"))
    assert one == two != three


def test_a_table_with_the_grades_given_to_it_is_enough(
    tables: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tables[:1], tmp_path / "out") is Exit.OK
    assert holds(capsys.readouterr().out, "kltool", "given")


def test_repeats_give_the_repositioning_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([repeats(tmp_path)], tmp_path / "out", repeat=True) is Exit.OK
    assert "repositioning error" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        ({"replicates": 10}, ("10", "100")),
        ({"on": " , "}, ("--on ' , '", "columns")),
        ({"on": "film"}, ("--on film", "kltool", "no column 'film'")),
        ({"reference": "nobody"}, ("--reference 'nobody'", "kltool, reader A")),
    ],
)
def test_options_that_make_no_sense_are_refused(
    options: dict[str, Any], facts: tuple[str, ...], tables: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        run(tables, tmp_path / "out", **options)
    assert holds(str(refused.value), *facts)
    assert not (tmp_path / "out" / "agreement.html").exists()


def test_a_folder_that_cannot_be_written_is_refused_before_a_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--out"):
        run([tmp_path / "missing.csv"], tmp_path / "file")


def test_a_batch_is_compared_with_a_table_of_the_oai_and_knees_are_counted(
    kltool: Kltool, tmp_path: Path
) -> None:
    batch = trial(tmp_path)["kltool"]
    knees = [(f"S{knee // 2:03}", "12"[knee % 2]) for knee in range(100)]
    given = [row["given_kl"] or "0" for row in csv.DictReader(batch.read_text("utf-8").splitlines())]
    rows = [(*knee, "15", f"{kl}: {kl}") for knee, kl in zip(knees, given, strict=False)]
    other = [("9000001", "1", "37", "2: 2"), ("S003", "1", "37", MISSING)]
    table = semiquantitative(tmp_path / "kxr_sq_bu00.txt", [*rows, *other])
    options = ("--out", str(tmp_path / "out"), "--replicates", "100")
    said = kltool("agreement", str(batch), str(table), *options)
    assert said.code == Exit.OK
    assert holds(said.words, "kltool against kxr_sq_bu00 project 15", "quadratic weighted kappa 0.")
    counts = "99 knees of kltool.csv found in kxr_sq_bu00.txt, 20 not; 2 knees in kxr_sq_bu00.txt alone."
    assert holds(said.words, counts, "kl is empty; Missing Form/Incomplete Workbook (1)")
    assert counts in (tmp_path / "out" / "agreement.html").read_text("utf-8")
    record = json.loads(kltool("agreement", "--json", str(batch), str(table), *options).out)
    assert record["joins"] == [
        {
            "first": "kltool.csv",
            "second": "kxr_sq_bu00.txt",
            "joined": 99,
            "only_first": 20,
            "only_second": 2,
        }
    ]
