"""The summary of a batch: counts, distributions of grades and widths, and the rows to review first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any, Final

from pyarrow import array, int64
from pyarrow.parquet import ParquetFile

from kltool.report.files import data_uri
from kltool.report.html.page import base_name, render
from kltool.report.plots.batch import grades_svg, widths_svg
from kltool.tables.columns import (
    CODE,
    DUPLICATE,
    FAILED,
    KL,
    KL_EXPECTED_HIGH,
    KL_EXPECTED_LOW,
    KL_PREDICTION_SET,
    MINIMUM,
    OK,
    PATH,
    QUARANTINED,
    REASON,
    REFUSED,
    SIDE,
    STATUS,
    STATUSES,
    value_column,
    width_stem,
)
from kltool.tables.oai import OAI_NAMES, SIDES
from kltool.values.measure import Compartment
from kltool.values.reading import GRADES, Quality

TEMPLATE: Final = "batch.html.j2"
SHOWN: Final = 200  # rows to review; the table has the others
WORST_FIRST: Final = (FAILED, QUARANTINED, REFUSED, DUPLICATE, Quality.POOR, Quality.USABLE)
CASE_COLUMNS: Final = (PATH, STATUS, REASON, SIDE, KL_PREDICTION_SET, "quality", "warnings", "overlay")
SIDE_OF_NUMBER: Final = {number: side for side, number in SIDES.items()}


@dataclass(frozen=True, slots=True)
class Case:
    """A row to review. kind: its status, or its quality where it was read."""

    kind: str
    file: str
    side: str
    prediction_set: str
    reason: str
    overlay: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows have no reading, and how many."""

    status: str
    code: str
    rows: int


def summary_page(table: Path, run: Mapping[str, Any]) -> str:
    """As HTML. table: readings in Parquet, headings kltool's or the OAI's. run: the content of run.json."""
    readings = _Readings(table, bool(run["oai_names"]))
    worst, cases = readings.worst()
    return render(
        TEMPLATE,
        run=run,
        counts={status: run["rows"][status] for status in STATUSES},
        reasons=readings.reasons(),
        qualities=readings.count("quality"),
        grades=_picture(grades_svg([readings.count(KL)[kl] for kl in GRADES])),
        widths=[(compartment, readings.widths(compartment)) for compartment in Compartment],
        cases=cases,
        worst=worst,
    )


class _Readings:
    """The columns of a table, each read when it is needed."""

    def __init__(self, table: Path, oai_names: bool) -> None:
        self._table, self._oai_names = ParquetFile(table), oai_names

    def column(self, name: str) -> Any:
        heading = OAI_NAMES.get(name, name) if self._oai_names else name
        return self._table.read(columns=[heading]).column(0)

    def count(self, name: str) -> Counter[Any]:
        """How often each value occurs; missing ones do not count."""
        counted = self.column(name).drop_null().value_counts()
        return Counter({pair["values"]: pair["counts"] for pair in counted.to_pylist()})

    def numbers(self, name: str) -> list[float]:
        values: list[float] = self.column(name).drop_null().to_pylist()
        return values

    def widths(self, compartment: Compartment) -> str:
        """A histogram of the minimum widths: in mm where most knees have mm, else in % of tibial width."""
        stem = width_stem(compartment, MINIMUM)
        in_mm, in_percent = (self.numbers(value_column(stem, unit)) for unit in ("mm", "percent"))
        if in_mm and 2 * len(in_mm) >= len(in_percent):
            return _picture(widths_svg(in_mm, "mm"))
        return _picture(widths_svg(in_percent, "% of the tibial width"))

    def reasons(self) -> list[Reason]:
        """Most frequent first."""
        pairs = zip(self.column(STATUS).to_pylist(), self.column(CODE).to_pylist(), strict=True)
        counted = Counter(pair for pair in pairs if pair[0] != OK)
        return [Reason(status, code, rows) for (status, code), rows in counted.most_common()]

    def worst(self) -> tuple[int, list[Case]]:
        """The number of rows to review, and the first SHOWN: by kind, then by the interval's width."""
        statuses, qualities = self.column(STATUS).to_pylist(), self.column("quality").to_pylist()
        kinds = [
            quality if status == OK else status for status, quality in zip(statuses, qualities, strict=True)
        ]
        low, high = (self.column(name).to_pylist() for name in (KL_EXPECTED_LOW, KL_EXPECTED_HIGH))
        order = {kind: rank for rank, kind in enumerate(WORST_FIRST)}
        bad = (
            (order[kind], -((high[row] or 0.0) - (low[row] or 0.0)), row)
            for row, kind in enumerate(kinds)
            if kind in order
        )
        chosen = array([row for _, _, row in nsmallest(SHOWN, bad)], int64())
        cells = {name: self.column(name).take(chosen).to_pylist() for name in CASE_COLUMNS}
        rows = [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]
        return sum(kind in order for kind in kinds), [_case(row) for row in rows]


def _case(row: Mapping[str, Any]) -> Case:
    side = row[SIDE]
    return Case(
        row["quality"] if row[STATUS] == OK else row[STATUS],
        base_name(row[PATH]),
        SIDE_OF_NUMBER.get(side, side) or "",
        row[KL_PREDICTION_SET] or "",
        row[REASON] or row["warnings"] or "",
        row["overlay"] or "",
    )


def _picture(svg: str) -> str:
    return data_uri(svg.encode(), "image/svg+xml")
