"""Parquet by pyarrow, where it is installed (extra `parquet`)."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final, cast

from kltool.errors import InstallationError, UsageError
from kltool.tables.columns import Cell, CellType, Row

MAGIC: Final = b"PAR1"
ROWS_OF_A_GROUP: Final = 2_000  # written, held in memory at a time
ROWS_READ: Final = 1_000  # held in memory at a time
LONGEST_CELL: Final = 131_072  # characters, as Python's csv; docs/choices-intake.md#parquet
MOST_BYTES: Final = 1_000_000_000  # of a group of rows, unpacked; docs/choices-intake.md#parquet


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
    from pyarrow.parquet import ParquetFile, read_metadata

    try:
        metadata = read_metadata(file)
        _refuse_oversize(path, metadata)
        texts = list(_text_columns(path, metadata))
        with ParquetFile(file, metadata=metadata, read_dictionary=texts) as table:
            yield [str(name) for name in table.schema_arrow.names]
            for batch in table.iter_batches(ROWS_READ):
                yield from map(list, zip(*(_cells(path, column) for column in batch.columns), strict=True))
    except (OSError, ArrowException) as error:
        raise UsageError(
            f"{path} is no Parquet that can be read ({type(error).__name__}); write it again"
        ) from error


def _refuse_oversize(path: Path, metadata: Any) -> None:
    """Raises UsageError for a group of rows that is too large to unpack."""
    for number in range(metadata.num_row_groups):
        size = metadata.row_group(number).total_byte_size
        if size > MOST_BYTES:
            raise UsageError(
                f"{path}: a group of rows of {size / 1e6:,.0f} MB found, {MOST_BYTES / 1e6:,.0f} MB at most "
                "expected; write it with smaller groups"
            )


def _text_columns(path: Path, metadata: Any) -> Iterator[str]:
    """Names. Raises UsageError for a column of lists or structures, or of cells that are too long.

    Some hundred bytes of a file may stand for a list of any length, and nothing but text is kept once.
    """
    for number in range(metadata.num_columns):
        column = metadata.schema.column(number)
        if column.max_repetition_level > 0 or column.path != column.name:
            raise UsageError(
                f"{path}: column {column.path.split('.')[0]!r} holds lists or structures, text and numbers "
                "were expected; leave it out"
            )
        if column.length > LONGEST_CELL:
            raise _too_long(path, column.length)
        if column.physical_type == "BYTE_ARRAY":
            yield column.path


def _cells(path: Path, column: Any) -> list[Any]:
    """The values, each text once in memory however often it stands there. Raises UsageError."""
    if not hasattr(column, "dictionary"):
        return cast(list[Any], column.to_pylist())
    texts = column.dictionary.to_pylist()
    longest = max(map(len, filter(None, texts)), default=0)
    if longest > LONGEST_CELL:
        raise _too_long(path, longest)
    return [None if place is None else texts[place] for place in column.indices.to_pylist()]


def _too_long(path: Path, length: int) -> UsageError:
    return UsageError(
        f"{path}: a cell of {length:,} characters found, {LONGEST_CELL:,} at most expected; shorten it"
    )


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
