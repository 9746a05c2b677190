"""kltool batch as a user meets it; what it reads and survives is tested in tests/batch."""

import csv
import html
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kltool.values.reading import DISCLAIMER
from tests.messages import holds

Kltool = Callable[..., Any]


@pytest.fixture
def films(tmp_path: Path, samples: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copy(samples / "knee_right_normal.dcm", folder / "Featherstonehaugh.dcm")
    return folder


def test_all_read_is_code_0_and_says_where_the_tables_are(
    kltool: Kltool, films: Path, tmp_path: Path
) -> None:
    said = kltool("batch", films, "--out", tmp_path / "out", "--jobs", 1)
    assert said.code == 0
    assert holds(said.words, "1 ok", str(tmp_path / "out" / "readings.parquet"))
    assert DISCLAIMER in said.words
    assert "1 of 1 images" in said.err


def test_how_far_the_films_are_from_the_training_films_is_said_and_recorded(
    kltool: Kltool, films: Path, tmp_path: Path
) -> None:
    said = kltool("batch", films, "--out", tmp_path / "out", "--jobs", 1)
    drift = json.loads((tmp_path / "out" / "run.json").read_text())["drift"]
    (row,) = csv.DictReader((tmp_path / "out" / "readings.csv").read_text().splitlines())
    assert drift["graded_knees"] == 1
    assert drift["unlike_training"] == (float(row["kl_ood_score"]) > 1)
    assert drift["mean_expected_grade"] == pytest.approx(float(row["kl_expected"]))
    assert drift["sentences"] in said.words
    assert drift["sentences"] in html.unescape((tmp_path / "out" / "summary.html").read_text())


def test_a_refusal_is_code_3_and_no_name_is_told(kltool: Kltool, films: Path, tmp_path: Path) -> None:
    (films / "Featherstonehaugh.dcm").write_text("no film")
    said = kltool("batch", films, "--out", tmp_path / "out", "--jobs", 1)
    assert said.code == 3
    assert "Featherstonehaugh" not in said.words


def test_a_failure_is_code_4(kltool: Kltool, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path\ngone.dcm\n")
    assert kltool("batch", tmp_path / "m.csv", "--out", tmp_path / "out", "--jobs", 1).code == 4


@pytest.mark.parametrize(
    ("option", "given"),
    [("--jobs", 0), ("--time-limit", 0), ("--pseudonyms", "nowhere"), ("--out", "/dev/null/x")],
)
def test_what_makes_no_sense_is_code_2_and_named(
    kltool: Kltool, films: Path, tmp_path: Path, option: str, given: object
) -> None:
    said = kltool("batch", films, "--out", tmp_path / "out", option, given)
    assert said.code == 2
    assert holds(said.words, option, str(given))
