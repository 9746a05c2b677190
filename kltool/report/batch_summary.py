"""What the page of a batch shows, gathered from the rows as they pass: one pass, bounded memory."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import Final

from kltool.report.drift import Drift
from kltool.tables.columns import (
    CODE,
    DUPLICATE,
    EXPECTED_ERROR,
    FAILED,
    KL,
    KL_EXPECTED,
    KL_OOD_SCORE,
    KL_PREDICTION_SET,
    MINIMUM,
    OK,
    PATH,
    QUARANTINED,
    REASON,
    REFUSED,
    SIDE,
    STATUS,
    Row,
    value_column,
    width_stem,
)
from kltool.values.measure import Compartment
from kltool.values.reading import Quality

SHOWN: Final = 200  # rows to review; the table has the others
WORST_FIRST: Final = (FAILED, QUARANTINED, REFUSED, DUPLICATE, Quality.POOR, Quality.USABLE)
RANK: Final = {str(kind): rank for rank, kind in enumerate(WORST_FIRST)}
CASE_COLUMNS: Final = (PATH, STATUS, REASON, SIDE, KL_PREDICTION_SET, "quality", "warnings", "overlay")
MM, PERCENT = "mm", "percent"

Case = dict[str, str]  # CASE_COLUMNS of one row, empty where it has none


def _widths() -> dict[tuple[Compartment, str], "array[float]"]:
    return {(compartment, unit): array("d") for compartment in Compartment for unit in (MM, PERCENT)}


@dataclass(slots=True)
class BatchSummary:
    """Counts, widths, and the rows to review first.

    grades, qualities: number of knees. reasons: (status, code) of rows without a reading, their number.
    widths: minimum widths by compartment and unit. drift: of the films from those of the grader's training.
    to_review: number of rows to review.
    """

    grades: Counter[int] = field(default_factory=Counter)
    qualities: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    widths: dict[tuple[Compartment, str], "array[float]"] = field(default_factory=_widths)
    drift: Drift = field(default_factory=Drift)
    to_review: int = 0
    _worst: list[tuple[tuple[float, float, int], Case]] = field(default_factory=list)
    _rows: int = 0

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, each counted as it passes."""
        for row in rows:
            self._count(row)
            yield row

    def worst(self) -> list[Case]:
        """At most SHOWN rows: by kind in the order of WORST_FIRST, then the largest expected error first."""
        return [case for _, case in sorted(self._worst, key=lambda one: one[0], reverse=True)]

    def _count(self, row: Row) -> None:
        status, quality = str(row[STATUS]), row.get("quality")
        if status != OK:
            self.reasons[status, str(row.get(CODE) or "")] += 1
        if isinstance(grade := row.get(KL), int):
            self.grades[grade] += 1
        score, expected = row.get(KL_OOD_SCORE), row.get(KL_EXPECTED)
        if isinstance(score, float) and isinstance(expected, float):
            self.drift.count(score, expected)
        if quality:
            self.qualities[str(quality)] += 1
        for (compartment, unit), found in self.widths.items():
            width = row.get(value_column(width_stem(compartment, MINIMUM), unit))
            if isinstance(width, float):
                found.append(width)
        self._review(str(quality) if status == OK else status, row)
        self._rows += 1

    def _review(self, kind: str, row: Row) -> None:
        """The heap's least entry is the one to go: of the mildest kind, the smallest error, the last."""
        if kind not in RANK:
            return
        self.to_review += 1
        error = row.get(EXPECTED_ERROR)
        size = error if isinstance(error, float) else math.inf  # no minimum was measured
        entry = (-RANK[kind], size, -self._rows), {name: str(row.get(name) or "") for name in CASE_COLUMNS}
        if len(self._worst) < SHOWN:
            heappush(self._worst, entry)
        else:
            heappushpop(self._worst, entry)
