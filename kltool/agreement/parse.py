"""Cells of a table to grades, probabilities and widths; invalid values are refused with their line."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from kltool.agreement.ratings import EXPECTED, PROBABILITIES, Column
from kltool.errors import UsageError
from kltool.tables.columns import (
    GIVEN_KL,
    KL,
    KL_PROBABILITIES,
    is_joint_space,
    is_width_or_sd,
    reasons_for,
)
from kltool.tables.oai import FEATURE_NAMES
from kltool.tables.read import Table
from kltool.tables.words import number
from kltool.values.decimals import decimal
from kltool.values.grade import GRADES

LONGEST_MM: Final = 200.0  # docs/choices.md#longest-length
WIDEST_MM: Final = 15.0  # of a joint space; docs/choices.md#longest-length
MISSING_CODE: Final = "; if it stands for a missing value, name it, as in --missing 99"
SUM_WITHIN: Final = 0.01  # deviation of the sum from 1; docs/choices.md#sum-of-probabilities


def columns_of(table: Table, read: list[bool]) -> dict[str, Column]:
    """The measures of a table; rows that were not read have no values. Raises UsageError."""
    found = {}
    if table.has(KL):
        found[KL] = _column(table, KL, read, _grade)
    if table.has(EXPECTED):
        found[EXPECTED] = _column(table, EXPECTED, read, _within("a grade", GRADES[0], GRADES[-1]))
    if all(table.has(column) for column in KL_PROBABILITIES):
        found[PROBABILITIES] = _probabilities(table, read)
    for column in table.columns:
        if is_width_or_sd(column) and table.has(column):
            found[column] = _column(table, column, read, _length(column))
    return found


def without_codes(table: Table, codes: Collection[str]) -> Table:
    """The table with empty cells where a measure is one of the codes for a missing value, as 99."""
    missing = {number(code) for code in codes}
    columns = {
        name: ["" if number(cell) in missing and cell else cell for cell in cells]
        if _is_measure(name)
        else cells
        for name, cells in table.columns.items()
    }
    return replace(table, columns=columns)


def _is_measure(column: str) -> bool:
    return column in (KL, EXPECTED, GIVEN_KL, *KL_PROBABILITIES, *FEATURE_NAMES) or is_width_or_sd(column)


def given_of(table: Table, read: list[bool]) -> Mapping[str, Column]:
    """The grades of a reader, in the column given_kl of a table by kltool."""
    return {KL: _column(table, GIVEN_KL, read, _grade)}


def reasons_of(table: Table, column: str) -> list[str]:
    """Why each row has no value in a column, (n,), where the table states it, in kl_reason for example."""
    columns = map(table.cells, reasons_for(column))
    return [next(filter(None, cells), "") for cells in zip(*columns, strict=True)]


Parse = Callable[[str, str], float]  # a cell, and its line and column for messages


def _column(table: Table, name: str, read: list[bool], parse: Parse) -> Column:
    cells = [cell if ok else "" for cell, ok in zip(table.cells(name), read, strict=True)]
    values = [
        parse(cell, f"{place}: {table.shown(name)}") if cell else 0.0
        for cell, place in zip(cells, table.places, strict=True)
    ]
    return Column(np.array(values), np.array([bool(cell) for cell in cells]))


def _probabilities(table: Table, read: list[bool]) -> Column:
    """(n, 5), normalised to sum to 1; a row that lacks one of the five has no value."""
    each = [_column(table, name, read, _within("a probability", 0.0, 1.0)) for name in KL_PROBABILITIES]
    values = np.stack([column.values for column in each], axis=1)
    known = np.all([column.known for column in each], axis=0)
    sums = values.sum(axis=1)
    wrong = np.flatnonzero(known & (np.abs(sums - 1) > SUM_WITHIN))
    if len(wrong):
        raise UsageError(
            f"{table.places[wrong[0]]}: kl_p0 to kl_p4 with the sum {decimal(sums[wrong[0]], 3)} found, "
            "1 expected"
        )
    return Column(values / np.where(known, sums, 1.0)[:, None], known)


def _grade(cell: str, where: str) -> float:
    value = number(cell)
    if value not in GRADES:
        raise UsageError(
            f"{where} {_shown(cell)} found; a KL grade, 0, 1, 2, 3 or 4, or an empty cell expected"
            f"{'' if value is None or GRADES[0] <= value <= GRADES[-1] else MISSING_CODE}"
        )
    return float(value)


def _length(column: str) -> "Parse":
    """Millimetres of a joint space, or of a column whose name does not say what it measures."""
    if not is_joint_space(column):
        return _within("millimetres", 0.0, LONGEST_MM)
    return _within("millimetres", 0.0, WIDEST_MM, f"; no joint space is wider{MISSING_CODE}")


def _within(what: str, least: float, most: float, hint: str = "") -> Parse:
    def parse(cell: str, where: str) -> float:
        value = number(cell)
        if value is None or not least <= value <= most:
            raise UsageError(
                f"{where} {_shown(cell)} found; {what} from {least:g} to {most:g}, or an empty cell "
                f"expected{hint}"
            )
        return value

    return parse


def _shown(cell: str) -> str:
    """A number as it is; other text, which may be a name in the wrong column, is not repeated."""
    value = number(cell)
    if value is not None:
        return str(value)
    try:
        return str(float(cell))
    except ValueError:
        return "that is not a number"
