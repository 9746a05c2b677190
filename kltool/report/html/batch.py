"""A page about a table of readings: how many, which grades and widths, and what to look at first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any, Final

from kltool.report.files import data_uri
from kltool.report.html.page import base_name, render
from kltool.report.plots.batch import grades_svg, widths_svg
from kltool.tables.columns import DUPLICATE, FAILED, OK, QUARANTINED, REFUSED, STATUSES
from kltool.tables.oai import OAI_NAMES
from kltool.values.measure import Compartment
from kltool.values.reading import GRADES, Quality

TEMPLATE: Final = "batch.html.j2"
SHOWN: Final = 200  # of the worst; the table has the others
WORST_FIRST: Final = (FAILED, QUARANTINED, REFUSED, DUPLICATE, Quality.POOR, Quality.USABLE)
ABOUT_A_CASE: Final = (
    "path", "status", "code", "reason", "side", "kl_prediction_set", "kl_expected_low", "kl_expected_high",
    "quality", "warnings", "overlay",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A row that somebody should look at. kind: its status, or its quality where it was read."""

    kind: str
    file: str
    side: str
    grades: str
    why: str
    overlay: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows have no reading, and how many."""

    status: str
    code: str
    rows: int


def summary_page(table: Path, run: Mapping[str, Any]) -> str:
    """As HTML. table: readings in Parquet, headings as ours or the OAI's. run: the manifest of the run."""
    readings = _Readings(table, bool(run["oai_names"]))
    worst, cases = readings.worst()
    return render(
        TEMPLATE,
        run=run,
        counts={status: run["rows"][status] for status in STATUSES},
        reasons=readings.reasons(),
        qualities=readings.count("quality"),
        grades=_picture(grades_svg([readings.count("kl")[kl] for kl in GRADES])),
        widths=[(compartment, readings.widths(compartment)) for compartment in Compartment],
        cases=cases,
        worst=worst,
    )


class _Readings:
    """The columns of a table, each read when it is asked for."""

    def __init__(self, table: Path, oai_names: bool) -> None:
        from pyarrow.parquet import ParquetFile  # late: docs/ARCHITECTURE.md

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
        """A picture of the minimum widths: in millimetres where most knees have them, else in shares."""
        names = {unit: f"{compartment}_mjsw_{unit}" for unit in ("mm", "percent")}
        in_mm, in_percent = (self.numbers(name) for name in names.values())
        if in_mm and 2 * len(in_mm) >= len(in_percent):
            return _picture(widths_svg(in_mm, "mm"))
        return _picture(widths_svg(in_percent, "% of the tibial width"))

    def reasons(self) -> list[Reason]:
        """Most frequent first."""
        pairs = zip(self.column("status").to_pylist(), self.column("code").to_pylist(), strict=True)
        counted = Counter(pair for pair in pairs if pair[0] != OK)
        return [Reason(status, code, rows) for (status, code), rows in counted.most_common()]

    def worst(self) -> tuple[int, list[Case]]:
        """How many rows there are to look at, and the first SHOWN of them: worst, then least sure, first."""
        from pyarrow import array, int64

        statuses, qualities = self.column("status").to_pylist(), self.column("quality").to_pylist()
        kinds = [
            quality if status == OK else status for status, quality in zip(statuses, qualities, strict=True)
        ]
        low, high = (self.column(f"kl_expected_{end}").to_pylist() for end in ("low", "high"))
        order = {kind: rank for rank, kind in enumerate(WORST_FIRST)}
        bad = (
            (order[kind], -((high[row] or 0.0) - (low[row] or 0.0)), row)
            for row, kind in enumerate(kinds)
            if kind in order
        )
        chosen = array([row for _, _, row in nsmallest(SHOWN, bad)], int64())
        cells = {name: self.column(name).take(chosen).to_pylist() for name in ABOUT_A_CASE}
        rows = [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]
        return sum(kind in order for kind in kinds), [_case(row) for row in rows]


def _case(row: Mapping[str, Any]) -> Case:
    side = {1: "right", 2: "left"}.get(row["side"], row["side"])
    return Case(
        row["quality"] if row["status"] == OK else row["status"],
        base_name(row["path"]),
        side or "",
        row["kl_prediction_set"] or "",
        row["reason"] or row["warnings"] or "",
        row["overlay"] or "",
    )


def _picture(svg: str) -> str:
    return data_uri(svg.encode(), "image/svg+xml")
