"""What `kltool.values.presented` shows of each kind of result: record, data frame, figure, and HTML."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from matplotlib.axes import Axes

from kltool.agreement.results import Agreement
from kltool.errors import InstallationError, UsageError
from kltool.report import record, rows
from kltool.report.agreement_record import agreement_record
from kltool.report.html import notebook
from kltool.report.plots import axes as drawn
from kltool.report.plots.knee import knee_picture
from kltool.tables.columns import COLUMNS, CellType, Row
from kltool.typing import Record
from kltool.values.change import KneeChange
from kltool.values.reading import DISCLAIMER, KneeReading, Reading, Unread
from kltool.values.timeline import Timeline
from kltool.version import __version__

DTYPES: Final = {
    CellType.TEXT: "object",
    CellType.INTEGER: "Int64",
    CellType.NUMBER: "float64",
    CellType.BOOLEAN: "boolean",
}


@dataclass(frozen=True, slots=True)
class Presentation:
    """How one kind of result is shown. columns: of its data frame, with their types."""

    record: Callable[[Any], Record]
    rows: Callable[[Any], Iterator[Row]]
    draw: Callable[[Any, Axes], None]
    html: Callable[[Any], str]
    columns: Mapping[str, CellType]


def _knee_record(knee: KneeReading) -> Record:
    return {
        "source": knee.knee.film.source,
        **record.knee_record(knee),
        "produced_by": record.provenance_record(knee.produced_by),
        "disclaimer": DISCLAIMER,
    }


def _agreement_record(found: Agreement) -> Record:
    return agreement_record(found, __version__, datetime.now(UTC).isoformat(timespec="seconds"))


def _draw_unread(unread: Unread, axes: Axes) -> None:
    raise UsageError(f"{unread.source} was not read, there is nothing to draw: {unread.reason}")


PRESENTATIONS: Final[Mapping[type, Presentation]] = {
    Reading: Presentation(
        record.reading_record, rows.reading_rows, drawn.draw_reading, notebook.reading_html, COLUMNS
    ),
    KneeReading: Presentation(
        _knee_record, rows.knee_reading_rows, drawn.draw_knee_reading, notebook.knee_html, COLUMNS
    ),
    Unread: Presentation(record.unread_record, rows.unread_rows, _draw_unread, notebook.unread_html, COLUMNS),
    KneeChange: Presentation(
        record.change_record, rows.change_rows, drawn.draw_change, notebook.change_html, rows.CHANGE
    ),
    Timeline: Presentation(
        record.timeline_record, rows.timeline_rows, drawn.draw_timeline, notebook.timeline_html, rows.TIMELINE
    ),
    Agreement: Presentation(
        _agreement_record, rows.agreement_rows, drawn.draw_agreement, notebook.agreement_html, rows.AGREEMENT
    ),
}
picture_of = knee_picture


def record_of(result: object) -> Record:
    """The JSON record of a result."""
    return PRESENTATIONS[type(result)].record(result)


def html_of(result: object) -> str:
    """A fragment of HTML for a notebook."""
    return PRESENTATIONS[type(result)].html(result)


def dataframe_of(result: object) -> Any:
    """A pandas.DataFrame. Raises InstallationError without pandas."""
    try:
        import pandas  # an optional extra
    except ImportError as error:
        raise InstallationError(
            "pandas is not installed, to_dataframe() needs it; pip install pandas, or use to_dict()"
        ) from error
    shown = PRESENTATIONS[type(result)]
    records = [{name: row.get(name) for name in shown.columns} for row in shown.rows(result)]
    frame = pandas.DataFrame.from_records(records, columns=list(shown.columns))
    return frame.astype({name: DTYPES[kind] for name, kind in shown.columns.items()})


def plot(result: object, axes: Axes | None) -> Axes:
    """On these axes, or on those of a new figure."""
    draw = PRESENTATIONS[type(result)].draw
    if axes is not None:
        draw(result, axes)
        return axes
    from matplotlib import pyplot  # chooses how figures are shown: in a notebook, a window or not at all

    figure, axes = pyplot.subplots(figsize=drawn.SIZE, layout="constrained")
    try:
        draw(result, axes)
    except Exception:
        pyplot.close(figure)  # or an empty figure would be shown
        raise
    return axes
