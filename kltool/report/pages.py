"""The self-contained page of whatever has one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import cast

from kltool.agreement.results import Agreement
from kltool.errors import UsageError
from kltool.report.html.agreement import Production, agreement_page
from kltool.report.html.change import change_page
from kltool.report.html.page import save
from kltool.report.html.timeline import timeline_page
from kltool.values.change import KneeChange
from kltool.values.grade_change import GradeClaim
from kltool.values.timeline import Timeline
from kltool.version import __version__

Results = Agreement | KneeChange | Timeline | Sequence[KneeChange] | Sequence[Timeline]


def write_page(results: Results, file: str | PathLike[str], *, claim: GradeClaim | None = None) -> None:
    """Write changes, timelines or an agreement as one self-contained HTML page.

    Parameters
    ----------
    results : KneeChange, Timeline, a sequence of either, or Agreement
        What `compare`, `timelines` or `agreement_of` returned; readings that were not detached.
    file : str or path
        The page; an existing one is replaced. Only the base names of the films' files are shown in it.
    claim : GradeClaim, optional
        A claimed change of grade, to be assessed for each change.

    Raises
    ------
    UsageError
        Where the file cannot be written, or there is nothing to be shown.

    Examples
    --------
    >>> before, after = (kltool.read(kltool.sample_path(f"case/{name}.dcm")) for name in ("before", "after"))
    >>> write_page(kltool.compare(before, after), "change.html", claim=kltool.GradeClaim(3, 2))
    """
    save(_page(results, claim), Path(file))


def _page(results: Results, claim: GradeClaim | None) -> str:
    if isinstance(results, Agreement):
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return agreement_page(results, Production(__version__, now))
    one = not isinstance(results, Sequence)
    several: list[object] = [results] if one else list(cast(Sequence[object], results))
    changes = [one for one in several if isinstance(one, KneeChange)]
    timelines = [one for one in several if isinstance(one, Timeline)]
    if changes and len(changes) == len(several):
        return change_page(changes, claim)
    if timelines and len(timelines) == len(several):
        return timeline_page(timelines)
    kinds = ", ".join(sorted({type(one).__name__ for one in several})) or "nothing"
    raise UsageError(f"{kinds} found; changes, timelines or an agreement expected, one kind a page")
