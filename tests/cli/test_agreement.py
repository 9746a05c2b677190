"""kltool agreement: tables in; page, tables and pictures out; bad tables are refused before anything else."""

import json
from pathlib import Path
from typing import Any

import pytest

from kltool.cli.agreeing import agree
from kltool.errors import Exit, UsageError
from tests.agreement.simulated import repeats, trial
from tests.messages import holds


def run(tables: list[Path], out: Path, **options: Any) -> Exit:
    """With what the command line has where nothing is said, but for fewer draws."""
    asked: dict[str, Any] = {
        **{"repeat": False, "on": None, "reference": None},
        **{"draws": 100, "seed": 1, "as_json": False},
    }
    return agree(tables, out, **{**asked, **options})


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    return list(trial(tmp_path).values())


def test_a_person_gets_the_main_figures_and_the_way_to_the_page(
    tables: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tables, tmp_path / "new" / "out") is Exit.OK
    said = capsys.readouterr().out
    assert holds(said, "kltool", "reader A", "quadratic weighted kappa 0.", "medial minimum bias -0.")
    assert holds(said, "119 knees", "60 participants", "subject, visit, side")
    assert holds(said, "metal near the joint (1)")  # why a knee was left out
    assert str(tmp_path / "new" / "out" / "agreement.html") in said
    assert (tmp_path / "new" / "out" / "agreement.csv").is_file()


def test_a_program_gets_one_object(
    tables: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tables, tmp_path / "out", as_json=True, reference="kltool", draws=150, seed=5) is Exit.OK
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert (record["reference"], record["draws"], record["seed"]) == ("kltool", 150, 5)
    assert record["figures"][0]["judged"] == "reader A"
    assert record["page"] == str(tmp_path / "out" / "agreement.html")


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
        ({"draws": 10}, ("10", "100")),
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


def test_a_folder_that_cannot_be_written_is_said_before_a_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--out"):
        run([tmp_path / "missing.csv"], tmp_path / "file")
