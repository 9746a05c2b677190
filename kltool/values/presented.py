"""What every result can show of itself: a record, a table, a figure, and both in a notebook.

The four methods call `kltool.report`, which lies above the values: this file is the one exception to the
direction of imports, so that a result in the hands of a user answers as scientific libraries do.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kltool.typing import Record

if TYPE_CHECKING:
    import matplotlib.axes


class Presented:
    """A result that is shown as a record, a table or a figure."""

    __slots__ = ()

    def to_dict(self) -> Record:
        """The JSON record of the result, as the command line prints it with ``--json``.

        Returns
        -------
        dict
            Plain values only. The fields are described in ``docs/output.md``; a number that was not measured
            is ``{"not_measured": reason}``.
        """
        from kltool.report import presentation

        return presentation.record_of(self)

    def to_dataframe(self) -> Any:
        """The result as a table of pandas.

        Returns
        -------
        pandas.DataFrame
            Of a reading or an image that was not read: the columns of the table of a batch
            (``docs/table.md``), a row per knee. Of a change: a row per width. Of a timeline: a row per visit
            and width. Of an agreement: the rows of ``agreement.csv``.

        Raises
        ------
        InstallationError
            Where pandas is not installed.
        """
        from kltool.report import presentation

        return presentation.dataframe_of(self)

    def plot(self, ax: "matplotlib.axes.Axes | None" = None) -> "matplotlib.axes.Axes":
        """Draw the result.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default the axes of a new figure. Labels are broken to fit; where a figure has
            several axes, its ``layout="constrained"`` makes room for them.

        Returns
        -------
        matplotlib.axes.Axes
            The axes with the picture.

        Raises
        ------
        UsageError
            Where the result was detached from its films.
        """
        from kltool.report import presentation

        return presentation.plot(self, ax)

    def _repr_html_(self) -> str:
        """Picture and table, for a notebook."""
        from kltool.report import presentation

        return presentation.html_of(self)


def picture_of(knee: Any) -> npt.NDArray[np.uint8]:
    """The picture of a KneeReading, (rows, columns, 3) uint8, RGB."""
    from kltool.report import presentation

    return presentation.picture_of(knee)
