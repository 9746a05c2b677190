"""Parquet by pyarrow, where it is installed (extra `parquet`)."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final

from kltool.errors import InstallationError, UsageError
from kltool.tables.columns import Cell, CellType, Row

MAGIC: Final = b"PAR1"
ROWS_OF_A_GROUP: Final = 2_000  # written, held in memory at a time
ROWS_READ: Final = 10_000  # held in memory at a time


def is_installed() -> bool:
    return find_spec("pyarrow") is not None


def rows_of(path: Path, file: IO[bytes]) -> Iterator[list[Any]]:
    """The headings, then the values of each row. Raises UsageError, InstallationError."""
    if not is_installed():
        raise InstallationError(
            f"{path} is Parquet, and pyarrow, which reads it, is not installed; pip install "
            "'kltool[parquet]', or save the table as CSV"
        )
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(file) as table:
            yield [str(name) for name in table.schema_arrow.names]
            for batch in table.iter_batches(ROWS_READ):
                yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
    except (OSError, ArrowException) as error:
        raise UsageError(
            f"{path} is no Parquet that can be read ({type(error).__name__}); write it again"
        ) from error


class ParquetTable:
    """Row groups of ROWS_OF_A_GROUP rows, zstd; an empty text is a missing value."""

    def __init__(self, file: IO[bytes], types: Mapping[str, CellType], headings: Mapping[str, str]) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        arrow_types = {
            CellType.TEXT: pyarrow.string(),
            CellType.INTEGER: pyarrow.int8(),
            CellType.NUMBER: pyarrow.float64(),
            CellType.BOOLEAN: pyarrow.bool_(),
        }
        self._arrow: Any = pyarrow
        self._names = list(types)
        self._schema = pyarrow.schema([(headings[name], arrow_types[kind]) for name, kind in types.items()])
        self._writer: Any = ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[list[Cell]] = []

    def write(self, row: Row) -> None:
        """row: with a value, or None, in each cell."""
        self._rows.append([row.get(name) for name in self._names])
        if len(self._rows) >= ROWS_OF_A_GROUP:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        cells = [list(column) for column in zip(*self._rows, strict=True)]
        arrays = [
            self._arrow.array(values, field.type) for values, field in zip(cells, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []
