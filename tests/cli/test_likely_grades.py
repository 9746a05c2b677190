"""Where two grades are about as likely, every output of a command says so and keeps the median."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kltool.values.grade import noted_grade

Kltool = Callable[..., Any]
MODERATE, SEVERE = "knee_left_moderate.dcm", "knee_right_severe.dcm"  # KL 2 or 3; KL 3
WHEN = ("before", "after")


def test_a_summary_names_both_grades(kltool: Kltool, samples: Path) -> None:
    moderate, severe = kltool("read", samples / MODERATE).words, kltool("read", samples / SEVERE).words
    assert "KL 2 (median; 90% prediction set 2-3) KL 2 or 3: both are about as likely" in moderate
    assert "KL 3 (median" in severe
    assert "about as likely" not in severe


def test_a_table_marks_the_grade_and_names_both_below_it(kltool: Kltool, samples: Path) -> None:
    said = kltool("read", samples / MODERATE, samples / SEVERE)
    rows = {line.split()[0]: line.split() for line in said.out.splitlines() if " good " in f"{line} "}
    assert (rows[MODERATE][2], rows[SEVERE][2]) == ("2~", "3")
    assert f"{MODERATE}: left knee: KL 2 or 3: both are about as likely" in said.out
    assert "~: a neighbouring grade is about as likely" in said.words


def test_a_change_names_both_grades_of_a_film(kltool: Kltool, samples: Path) -> None:
    before, after = samples / "case" / "before.dcm", samples / "case" / "after.dcm"
    change = json.loads(kltool("compare", before, after, "--json").out)
    found = [change[when]["kl"] for when in WHEN]
    grades = [noted_grade(kl["grade"], kl["likely_grades"]).removeprefix("KL ") for kl in found]
    assert grades == ["2 (KL 2 or 3)", "2"]
    assert f"KL grade {grades[0]} before and {grades[1]} after (medians; expected" in change["sentence"]


def test_records_and_tables_hold_the_same_grades(kltool: Kltool, samples: Path, tmp_path: Path) -> None:
    said = kltool("read", samples / MODERATE, samples / SEVERE, "--json")
    records = [json.loads(line)["knees"][0]["kl"] for line in said.out.splitlines()]
    assert [record["likely_grades"] for record in records] == [[2, 3], [3]]
    kltool("batch", samples / MODERATE, samples / SEVERE, "--out", tmp_path / "table", "--jobs", 1)
    with (tmp_path / "table" / "readings.csv").open() as table:
        rows = {Path(row["path"]).name: row for row in csv.DictReader(table)}
    assert (rows[MODERATE]["kl"], rows[MODERATE]["kl_likely_grades"]) == ("2", "2 or 3")
    assert (rows[SEVERE]["kl"], rows[SEVERE]["kl_likely_grades"]) == ("3", "3")
