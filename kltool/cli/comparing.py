"""kltool compare: two films to what changed, and how sure that is."""

import json
from pathlib import Path

from rich.console import Console

from kltool.cli.reading import prepared, write_overlays
from kltool.compare import compare
from kltool.errors import Exit, UsageError
from kltool.intake import find_images, load
from kltool.read import read
from kltool.report.record import change_record
from kltool.values.findings import Reading
from kltool.values.history import Verdict
from kltool.values.image import Side
from kltool.weights import Models, load_models


def compare_files(
    before: Path, after: Path, side: Side | None, spacing: float | None, as_json: bool, overlay: Path | None
) -> Exit:
    folder = prepared(overlay)
    models = load_models()
    earlier, later = (_reading(path, side, spacing, models) for path in (before, after))
    changes = compare(earlier, later)
    if folder is not None:
        write_overlays(earlier, folder)
        write_overlays(later, folder)
    records = [change_record(change, earlier, later) for change in changes]
    if as_json:
        for record in records:
            print(json.dumps(record))
    else:
        from kltool.report.table import print_change

        for record in records:
            print_change(record, Console())
    refused = all(change.verdict is Verdict.NOT_COMPARABLE for change in changes)
    return Exit.REFUSED if refused else Exit.OK


def _reading(path: Path, side: Side | None, spacing: float | None, models: Models) -> Reading:
    sources = list(find_images(path))
    if len(sources) != 1:
        raise UsageError(f"{path} holds {len(sources)} images, one expected; name the image itself")
    return read(load(sources[0], spacing_mm=spacing, side=side), models)
