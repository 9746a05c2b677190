"""A knee of unknown side is a row with the minima of its picture; --require-side makes it a refusal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kltool.agreement import ratings_of
from kltool.batch import Batch, run_batch
from kltool.errors import UsageError
from tests.unknown_side import file_like_its_mirror_image

Table = Callable[..., Any]


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    (tmp_path / "films").mkdir()
    file_like_its_mirror_image(samples / "knee_right_severe.dcm", tmp_path / "films")
    return tmp_path / "films"


def test_its_row_has_the_minima_of_the_picture_and_no_others(
    folder: Path, tmp_path: Path, table: Table
) -> None:
    (row,) = table(folder, out=tmp_path / "out").itertuples()
    assert (row.status, row.side, row.side_source) == ("ok", "unknown", "unknown")
    assert 0 < row.picture_left_mjsw_mm < 3
    assert 0 < row.picture_right_mjsw_sd_percent < 1
    assert pd.isna(row.medial_mjsw_mm)
    assert "side is unknown" in row.lateral_jsw850_reason
    assert row.kl in range(5)


def test_where_a_side_is_required_it_is_refused_by_every_worker(
    folder: Path, tmp_path: Path, workers_table: Table
) -> None:
    (row,) = workers_table(folder, out=tmp_path / "out", require_side=True, jobs=1).itertuples()
    assert (row.status, row.code) == ("refused", "side_unknown")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["settings"]["sides.required"] == "True"


def test_a_run_is_not_continued_with_another_requirement(folder: Path, tmp_path: Path, table: Table) -> None:
    table(folder, out=tmp_path / "out")
    with pytest.raises(UsageError, match=r"sides\.required"):
        run_batch(Batch((str(folder),), tmp_path / "out", jobs=1, require_side=True))


def test_the_oai_has_no_code_for_it(folder: Path, tmp_path: Path, table: Table) -> None:
    (row,) = table(folder, out=tmp_path / "out", oai_names=True).itertuples()
    assert pd.isna(row.SIDE)


def test_its_table_is_a_manifest_that_states_no_side(folder: Path, tmp_path: Path, table: Table) -> None:
    table(folder, out=tmp_path / "out")
    (row,) = table(tmp_path / "out" / "readings.csv", out=tmp_path / "again").itertuples()
    assert (row.status, row.side) == ("ok", "unknown")


def test_a_reader_of_the_film_agrees_with_its_grade_all_the_same(
    folder: Path, tmp_path: Path, table: Table
) -> None:
    """Both are in one row: no side is needed to match them."""
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"path,kl\n{folder}/symmetric.dcm,4\n")
    table(manifest, out=tmp_path / "out")
    assert ratings_of([tmp_path / "out" / "readings.csv"]).knees == 1
