"""kltool compare: two films, or the visits of a manifest, to what changed, and how sure that is."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import track

from kltool.cli.reading import prepared, write_overlays
from kltool.cli.tasks import VisitTask, visits_of
from kltool.comparison import REPOSITIONING_MM, ErrorModel, compare, timelines
from kltool.errors import Exit, InstallationError, NotComparable, UsageError
from kltool.intake import find_images, load
from kltool.reading import read
from kltool.report.record import change_record, error_record, timeline_record
from kltool.typing import Record
from kltool.values.change import GradeClaim, Timeline, Verdict, Visit
from kltool.values.radiograph import Side
from kltool.values.reading import GRADES, Reading
from kltool.weights import Models, load_models


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for, beside the films."""

    side: Side | None
    spacing: float | None
    claim: GradeClaim | None
    model: ErrorModel
    as_json: bool
    overlay: Path | None
    report: Path | None


def compare_files(before: Path, after: Path, wanted: Wanted) -> Exit:
    """The change of every knee of two films."""
    folder, page = prepared(wanted.overlay), _writable(wanted.report)
    models = load_models()
    earlier, later = (_reading(path, wanted, models) for path in (before, after))
    changes = compare(earlier, later, models, wanted.model)
    if folder is not None:
        write_overlays(earlier, folder)
        write_overlays(later, folder)
    records = [change_record(change, earlier, later, wanted.claim) for change in changes]
    if wanted.as_json:
        _print_json(records)
    else:
        from kltool.report.terminal.readings import print_change

        for record in records:
            print_change(record, Console())
    if page is not None:
        from kltool.report.html.change import write_change_page

        write_change_page(changes, earlier.produced_by, later.produced_by, wanted.claim, page)
    return _exit(change.verdict for change in changes)


def compare_visits(manifest: Path, wanted: Wanted) -> Exit:
    """The timelines of every subject of a manifest, one subject after the other."""
    page = _writable(wanted.report)
    if wanted.claim is not None:
        raise UsageError("--claim asks of two films; found with --manifest: compare the two visits by name")
    folder = prepared(wanted.overlay)
    subjects = visits_of(manifest, wanted.side, wanted.spacing)
    models = load_models()
    found: list[Timeline] = []
    shown = sys.stderr.isatty() and len(subjects) > 1
    left_out: list[str] = []
    for tasks in track(subjects, "subjects", console=Console(stderr=True), disable=not shown):
        visits = list(_readable(tasks, models, folder, left_out))
        try:
            of_subject = timelines(visits, models, wanted.model)
        except NotComparable as refusal:
            _leave_out(tasks[0].subject or tasks[0].image.source.name, str(refusal), "refused", left_out)
            continue
        found += of_subject
        _tell(of_subject, wanted.as_json)
    if page is not None and found:
        from kltool.report.html.timeline import write_timeline_page

        write_timeline_page(found, page)
    if "failed" in left_out:
        return Exit.FAILED
    compared = _exit(change.verdict for timeline in found for change in timeline.changes)
    return Exit.REFUSED if left_out else compared


def _tell(found: Sequence[Timeline], as_json: bool) -> None:
    records = [timeline_record(timeline) for timeline in found]
    if as_json:
        _print_json(records)
        return
    from kltool.report.terminal.readings import print_timeline

    for record in records:
        print_timeline(record, Console())


def _leave_out(what: str, reason: str, status: str, left_out: list[str]) -> None:
    """Told at once on standard error; the status counts in the exit code."""
    print(f"kltool: {what} left out: {reason}", file=sys.stderr)
    left_out.append(status)


def claim_of(text: str | None) -> GradeClaim | None:
    """ "3:2" to KL 3 before and 2 after. Raises UsageError."""
    if text is None:
        return None
    parts = text.replace("→", ":").replace("->", ":").split(":")
    known = {str(kl) for kl in GRADES}
    if len(parts) != 2 or not {part.strip() for part in parts} <= known:
        raise UsageError(f"--claim {text!r} found; two KL grades from 0 to 4 expected, as in --claim 3:2")
    return GradeClaim(int(parts[0]), int(parts[1]))


def error_model(repositioning: str, threshold_mm: float) -> ErrorModel:
    """repositioning: the name of a source, or millimetres of a site's own repeat films."""
    if repositioning in REPOSITIONING_MM:
        return ErrorModel(REPOSITIONING_MM[repositioning], repositioning, threshold_mm)
    try:
        return ErrorModel(float(repositioning), "given by the user", threshold_mm)
    except ValueError:
        raise UsageError(
            f"--repositioning {repositioning!r} found; one of {', '.join(map(repr, REPOSITIONING_MM))} or "
            "millimetres expected"
        ) from None


def _reading(path: Path, wanted: Wanted, models: Models) -> Reading:
    sources = list(find_images(path))
    if len(sources) != 1:
        raise UsageError(f"{path} holds {len(sources)} images, one expected; name the image itself")
    return read(load(sources[0], spacing_mm=wanted.spacing, side=wanted.side), models)


def _readable(
    tasks: Sequence[VisitTask], models: Models, folder: Path | None, left_out: list[str]
) -> Iterator[Visit]:
    """The visits that can be read and dated; of the others the reason is told, and they are left out."""
    for task in tasks:
        try:
            yield _visit(task, models, folder)
        except NotComparable as refusal:
            _leave_out(f"visit {task.name}, {task.image.source.name}", str(refusal), "refused", left_out)
        except InstallationError:
            raise
        except Exception as error:  # one bad film must not stop the others
            record = error_record(task.image.source.name, error, {})
            what = f"visit {task.name}, {task.image.source.name}"
            _leave_out(what, record["reason"], record["status"], left_out)


def _visit(task: VisitTask, models: Models, folder: Path | None) -> Visit:
    film = load(task.image.source, spacing_mm=task.image.spacing_mm, side=task.image.side)
    day = task.day or film.study_date
    if day is None:
        raise NotComparable(
            "no date in the film found; a column 'date' (YYYY-MM-DD) in the manifest expected"
        )
    reading = read(film, models)
    if folder is not None:
        write_overlays(reading, folder)
    return Visit(task.name, date.fromisoformat(day).isoformat(), reading, task.subject)


def _writable(page: Path | None) -> Path | None:
    """The page, tried at the start rather than at the end. Raises UsageError."""
    if page is None:
        return None
    if page.is_dir() or page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--report {page} found; the name of an .html file expected")
    new = not page.exists()
    try:
        with page.open("ab"):
            pass
        if new:
            page.unlink()
    except OSError as error:
        raise UsageError(
            f"--report {page} cannot be written ({error.strerror}); choose another file"
        ) from None
    return page


def _print_json(records: Sequence[Record]) -> None:
    for record in records:
        print(json.dumps(record), flush=True)


def _exit(verdicts: Iterator[Verdict]) -> Exit:
    """Refused where nothing can be compared."""
    return Exit.REFUSED if all(verdict is Verdict.NOT_COMPARABLE for verdict in verdicts) else Exit.OK
