"""By which grader a table of readings was made, and the thresholds of that grader's prediction sets."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.grading.view import VIEW
from kltool.sites.calibrate import Grader
from kltool.tables.cells import SITE
from kltool.tables.columns import KL_PROBABILITIES
from kltool.tables.read import Table
from kltool.weights import entry_of, load_entry

GRADER: Final = "grader"
MODEL: Final = "model"  # the column
NAMED: Final = re.compile(r"(\S+?):([0-9a-f]{8})\b")


def installed_grader() -> Grader:
    """With the thresholds that it states of every knee. Raises InstallationError."""
    network = load_entry(entry_of(GRADER))
    thresholds = network(np.zeros((1, 1, VIEW.rows, VIEW.columns), np.float32))[1][0]
    return Grader(network.entry, np.asarray(thresholds, np.float64))


def require_read_by(tables: list[Table], grader: Grader) -> Iterator[str]:
    """What the tables do not say of their models, in sentences.

    Raises UsageError where one was made by another grader, or is calibrated for a site already.
    """
    for table in tables:
        if all(table.has(column) for column in KL_PROBABILITIES):
            yield from _require_read_by(table, grader)


def _require_read_by(table: Table, grader: Grader) -> Iterator[str]:
    for model, place in zip(table.cells(MODEL), table.places, strict=True):
        named = dict(NAMED.findall(model))
        if SITE in named:
            raise UsageError(
                f"{place}: readings calibrated for site {named[SITE]} found, readings as shipped expected; "
                "read the films without --site"
            )
        for name, digest in named.items():
            if name.startswith(f"{GRADER}-") and not grader.entry.sha256.startswith(digest):
                raise UsageError(
                    f"{place}: readings by {name} {digest} found, by {grader.entry.identity} "
                    f"{grader.entry.sha256[:8]}, which is installed, expected; read the films again"
                )
    if not table.has(MODEL):
        yield f"{table.file} has no column {MODEL}: taken as read by {grader.entry.identity}"
