"""Tables are read alike whatever wrote them: spreadsheets, statisticians, this version and the one before."""

import os
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from kltool.batch.listing import Listing
from kltool.errors import UsageError
from kltool.tables.columns import COLUMNS
from kltool.tables.manifest import manifest_columns, manifest_rows
from kltool.tables.read import open_table, read_table

OLD = Path(__file__).with_name(
    "readings-0.1.0.csv"
)  # by kltool 0.1.0, of two sample images and one that crashed


NEW = {"expected_error_mm", "expected_error_percent", "kl_likely_grades"}  # columns that 0.1.0 did not have
PICTURE = ("picture_left_", "picture_right_")  # prefixes of columns that it did not have either
OF_OLD = [column for column in COLUMNS if column not in NEW and not column.startswith(PICTURE)]


def test_a_table_of_version_0_1_0_has_the_present_columns_and_codes() -> None:
    table = read_table(OLD)
    assert list(table.columns) == OF_OLD
    assert table.cells("kl_prediction_set")[0] == "0 1 2"
    assert table.cells("complete")[:2] == ["true", "true"]
    assert table.cells("code") == ["ok", "ok", "worker_died"]


def test_a_table_of_version_0_1_0_is_a_manifest(tmp_path: Path) -> None:
    assert manifest_columns(OLD) == tuple(OF_OLD)
    codes = [row.cell("code") for row in manifest_rows(OLD)]
    assert codes == ["ok", "ok", "worker_died"]
    headings = Listing((str(OLD),), frozenset(COLUMNS), str).headings
    assert headings["kl_prediction_set"] == "given_kl_prediction_set"


def test_a_column_of_the_users_own_that_is_named_like_a_former_one_stays(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,whole\na.png,half\n")
    assert manifest_columns(manifest) == ("path", "whole")


def test_csv_and_parquet_have_the_same_cells(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"path": ["a", "b"], "kl": [2.0, None], "width_mm": [3.25, 4.0], "note": ["é; x", ""]}
    )
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    by_text, by_parquet = (read_table(tmp_path / f"t.{kind}") for kind in ("csv", "parquet"))
    assert by_parquet.columns["kl"] == ["2", ""]
    assert by_text.columns["kl"] == ["2.0", ""]
    for name in ("path", "note"):
        assert by_text.columns[name] == by_parquet.columns[name]
    assert by_text.places == ["t.csv, line 2", "t.csv, line 3"]
    assert by_parquet.places == ["t.parquet, row 1", "t.parquet, row 2"]


def test_words_for_absence_are_absent_in_columns_and_kept_in_manifests(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("path,kl\na.png,NA\nb.png, . \n")
    assert read_table(file).columns["kl"] == ["", ""]
    assert [row.cell("kl") for row in manifest_rows(file)] == ["NA", "."]


def test_parquet_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    pd.DataFrame({"path": ["a"]}).to_parquet(tmp_path / "t.table", index=False)
    assert open_table(tmp_path / "t.table").headings == ["path"]


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_table_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read") as refused:
        open_table(tmp_path / name)
    assert str(tmp_path) in str(refused.value)


def test_a_table_from_a_pipe_is_that_of_the_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_bytes(OLD.read_bytes()))
    writer.start()
    by_pipe, by_file = read_table(pipe), read_table(OLD)
    writer.join()
    assert (by_pipe.columns, by_pipe.sha256) == (by_file.columns, by_file.sha256)


def test_a_csv_named_parquet_is_read_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("path,kl\na.png,2\n")
    assert read_table(tmp_path / "t.parquet").columns["kl"] == ["2"]
