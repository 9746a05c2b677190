"""What `kltool.values.presented` shows of each kind of result: record, data frame, figure, and HTML."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import singledispatch
from typing import Any, Final

from matplotlib.axes import Axes

from kltool.agreement.results import Agreement
from kltool.errors import InstallationError, UsageError
from kltool.report import rows
from kltool.report.agreement_record import agreement_record
from kltool.report.html import notebook
from kltool.report.plots import axes as drawn
from kltool.report.plots.knee import knee_picture
from kltool.report.record import (
    change_record,
    knee_record,
    provenance_record,
    reading_record,
    timeline_record,
    unread_record,
)
from kltool.tables.columns import COLUMNS, CellType, Row
from kltool.typing import Record
from kltool.values.change import KneeChange, Timeline
from kltool.values.reading import DISCLAIMER, KneeReading, Reading, Unread
from kltool.version import __version__

picture_of = knee_picture
DTYPES: Final = {
    CellType.TEXT: "object",
    CellType.INTEGER: "Int8",
    CellType.NUMBER: "float64",
    CellType.BOOLEAN: "boolean",
}


@singledispatch
def record_of(result: object) -> Record:
    """The JSON record of a result."""
    raise TypeError(f"no record of {type(result).__name__}")


record_of.register(Reading)(reading_record)
record_of.register(Unread)(unread_record)
record_of.register(KneeChange)(change_record)
record_of.register(Timeline)(timeline_record)


@record_of.register
def _(knee: KneeReading) -> Record:
    return {
        "source": knee.knee.film.source,
        **knee_record(knee),
        "produced_by": provenance_record(knee.produced_by),
        "disclaimer": DISCLAIMER,
    }


@record_of.register
def _(found: Agreement) -> Record:
    return agreement_record(found, __version__, datetime.now(UTC).isoformat(timespec="seconds"))


@singledispatch
def dataframe_of(result: object) -> Any:
    """A pandas.DataFrame. Raises InstallationError without pandas."""
    raise TypeError(f"no table of {type(result).__name__}")


@dataframe_of.register
def _(reading: Reading) -> Any:
    return _readings(rows.reading_rows(reading))


@dataframe_of.register
def _(knee: KneeReading) -> Any:
    return _readings(rows.knee_reading_rows(knee))


@dataframe_of.register
def _(unread: Unread) -> Any:
    return _readings(rows.unread_rows(unread))


@dataframe_of.register
def _(change: KneeChange) -> Any:
    return _pandas().DataFrame.from_records(list(rows.change_rows(change)))


@dataframe_of.register
def _(timeline: Timeline) -> Any:
    return _pandas().DataFrame.from_records(list(rows.timeline_rows(timeline)))


@dataframe_of.register
def _(found: Agreement) -> Any:
    return _pandas().DataFrame.from_records(list(rows.agreement_rows(found)))


def _readings(found: Iterable[Row]) -> Any:
    """The columns of a batch, of the types of its Parquet file."""
    records = [{name: row.get(name) for name in COLUMNS} for row in found]
    frame = _pandas().DataFrame.from_records(records, columns=list(COLUMNS))
    return frame.astype({name: DTYPES[kind] for name, kind in COLUMNS.items()})


def _pandas() -> Any:
    try:
        import pandas  # an optional extra
    except ImportError as error:
        raise InstallationError(
            "pandas is not installed, to_dataframe() needs it; pip install pandas, or use to_dict()"
        ) from error
    return pandas


@singledispatch
def draw(result: object, axes: Axes) -> None:
    """Draw a result on axes."""
    raise TypeError(f"no figure of {type(result).__name__}")


@draw.register
def _(unread: Unread, axes: Axes) -> None:
    raise UsageError(f"{unread.source} was not read, there is nothing to draw: {unread.reason}")


draw.register(Reading)(drawn.draw_reading)
draw.register(KneeReading)(drawn.draw_knee_reading)
draw.register(KneeChange)(drawn.draw_change)
draw.register(Timeline)(drawn.draw_timeline)
draw.register(Agreement)(drawn.draw_agreement)


def plot(result: object, axes: Axes | None) -> Axes:
    """On these axes, or on those of a new figure."""
    if axes is None:
        from matplotlib import pyplot  # chooses how figures are shown: in a notebook, a window or not at all

        figure, axes = pyplot.subplots(figsize=drawn.SIZE, layout="constrained")
        try:
            draw(result, axes)
        except Exception:
            pyplot.close(figure)  # or an empty figure would be shown
            raise
    else:
        draw(result, axes)
    return axes


@singledispatch
def html_of(result: object) -> str:
    """A fragment of HTML for a notebook."""
    raise TypeError(f"no page of {type(result).__name__}")


html_of.register(Reading)(notebook.reading_html)
html_of.register(KneeReading)(notebook.knee_html)
html_of.register(Unread)(notebook.unread_html)
html_of.register(KneeChange)(notebook.change_html)
html_of.register(Timeline)(notebook.timeline_html)
html_of.register(Agreement)(notebook.agreement_html)
