"""A Parquet table is read whatever it holds, as long as its cells are bounded."""

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow.parquet import write_table

from kltool.errors import UsageError
from kltool.tables import parquet, read_table


def test_columns_of_every_flat_type_are_read(tmp_path: Path) -> None:
    columns = {
        "a.b": pa.array(["x", None, "y"]),
        "count": pa.array([1, 2, None]),
        "code": pa.array([b"1", b"2", None], pa.binary(1)),
        "category": pa.array(["p", "q", "p"]).dictionary_encode(),
        "raw": pa.array([b"a", b"b", b"a"]),
    }
    write_table(pa.table(columns), tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet").columns
    assert found == {
        "a.b": ["x", "", "y"],
        "count": ["1", "2", ""],
        "code": ["1", "2", ""],
        "category": ["p", "q", "p"],
        "raw": ["a", "b", "a"],
    }


def test_a_text_that_stands_in_every_row_is_in_memory_once(tmp_path: Path) -> None:
    """Seven kilobytes of a file stand for 400 MB."""
    path = tmp_path / "t.parquet"
    write_table(pa.table({"path": ["x" * parquet.LONGEST_CELL] * 3_000}), path)
    assert path.stat().st_size < 10_000
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            assert len(list(parquet.rows_of(path, file))) == 3_001
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


LONG = "x" * (parquet.LONGEST_CELL + 1)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (pa.array([LONG] * 9), "a cell of 131,073 characters"),
        (pa.array([LONG.encode()] * 9, pa.binary(len(LONG))), "a cell of 131,073 characters"),
        (pa.array([["x", "y"]] * 9), "'path' holds lists or structures"),
        (pa.array([{"x": 1}] * 9), "'path' holds lists or structures"),
    ],
)
def test_cells_without_a_bound_are_refused_by_the_reason(
    cells: pa.Array, reason: str, tmp_path: Path
) -> None:
    write_table(pa.table({"path": cells}), tmp_path / "t.parquet")
    with pytest.raises(UsageError, match=reason):
        read_table(tmp_path / "t.parquet")


def test_a_group_of_rows_that_unpacks_to_more_than_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(pa.table({"path": ["x" * 1_000] * 900}), tmp_path / "t.parquet", use_dictionary=False)
    assert read_table(tmp_path / "t.parquet").rows == 900
    monkeypatch.setattr(parquet, "MOST_BYTES", 500_000)
    with pytest.raises(UsageError, match="smaller groups"):
        read_table(tmp_path / "t.parquet")
