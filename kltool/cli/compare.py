"""kltool compare: two films, or the visits of a manifest, to the change of each knee and its uncertainty."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from rich.progress import track

from kltool.cli.overlays import ImageReader, prepared, write_overlays
from kltool.cli.sources import Stated, VisitImage, visits_of
from kltool.comparison import REPOSITIONING_MM, ErrorModel, compare, timelines
from kltool.comparison.visit_films import VisitFilms
from kltool.comparison.visit_order import contradictions
from kltool.errors import Exit, NotComparable, SideUnknown, UsageError
from kltool.escaping import complain, say_json
from kltool.intake import find_images, load
from kltool.intake.sources import Access
from kltool.reading import DEFAULT, Settings, read, settings_with
from kltool.report.files import writable
from kltool.report.record import change_record, timeline_record
from kltool.report.terminal.changes import print_change, print_timeline
from kltool.report.terminal.console import Console
from kltool.report.timeline_tables import write_timeline_tables
from kltool.time_limit import time_limit
from kltool.typing import Record
from kltool.values.change import Verdict
from kltool.values.grade import GRADES
from kltool.values.grade_change import GradeClaim
from kltool.values.radiograph import Side
from kltool.values.reading import Reading, Status, Unread
from kltool.values.timeline import Timeline, Visit
from kltool.weights import Models, load_models

WITHOUT_CHANGE: Final = (Verdict.NOT_COMPARABLE, Verdict.NOT_MEASURED)


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """overlay: the folder of the pictures. report: the file of the page. tables: the folder of the tables.

    limit_s: of an image. settings: of every reading.
    """

    stated: Stated
    claim: GradeClaim | None
    model: ErrorModel
    as_json: bool
    overlay: Path | None
    report: Path | None
    access: Access
    limit_s: float
    tables: Path | None = None
    settings: Settings = DEFAULT


def compare_files(before: Path, after: Path, options: CompareOptions) -> Exit:
    """The change of every knee of two films."""
    if options.tables is not None:
        raise UsageError("--tables found with two films; it is about the visits of a --manifest")
    settings_with(None, options.stated.sphere_mm, options.stated.spacing_mm)  # nonsense ends here
    folder, page = prepared(options.overlay), _writable(options.report)
    models = load_models()
    earlier, later = (_reading(path, options, models) for path in (before, after))
    changes = compare(earlier, later, models, error_model=options.model)
    if folder is not None:
        write_overlays(earlier, folder)
        write_overlays(later, folder)
    records = [change_record(change, options.claim) for change in changes]
    if options.as_json:
        _print_json(records)
    else:
        for record in records:
            print_change(record, Console())
    if page is not None:
        from kltool.report.html.change import write_change_page  # loads jinja2, for a page alone

        write_change_page(changes, options.claim, page)
    return _exit(change.verdict for change in changes)


def compare_visits(manifest: Path, options: CompareOptions) -> Exit:
    """The timelines of every subject of a manifest, one subject after the other."""
    page = _writable(options.report)
    if options.claim is not None:
        raise UsageError(
            "--claim found with --manifest; --claim is about two films: name the films of the two visits"
        )
    folder = prepared(options.overlay)
    if options.tables is not None:
        writable(options.tables, "--tables")
    subjects = visits_of(manifest, options.stated, options.access)
    models = load_models()
    reader = ImageReader(models, folder, options.limit_s, options.settings)
    found: list[Timeline] = []
    left_out: list[Status] = []
    films = VisitFilms()
    for images in _tracked(subjects):
        visits = list(_readable(images, films, reader, left_out))
        _say_backwards(visits)
        try:
            of_subject = timelines(visits, models, error_model=options.model)
        except NotComparable as refusal:
            first = images[0]
            _leave_out(first.subject or first.image.source.name, str(refusal), Status.REFUSED, left_out)
            continue
        found += (timeline.detached() for timeline in of_subject)  # a trial has more films than memory
        _print(of_subject, options.as_json)
    if options.tables is not None:
        names = write_timeline_tables(found, options.tables)
        complain(f"kltool: tables: {', '.join(str(options.tables / name) for name in names)}")
    if page is not None and found:
        from kltool.report.html.timeline import write_timeline_page  # loads jinja2, for a page alone

        write_timeline_page(found, page)
    if Status.FAILED in left_out:
        return Exit.FAILED
    compared = _exit(change.verdict for timeline in found for change in timeline.changes)
    return Exit.REFUSED if left_out else compared


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
    """repositioning: the name of a source, or mm from a site's own repeat films. Raises UsageError."""
    if repositioning in REPOSITIONING_MM:
        return ErrorModel(REPOSITIONING_MM[repositioning], repositioning, threshold_mm)
    try:
        return ErrorModel(float(repositioning), "given by the user", threshold_mm)
    except ValueError as error:
        raise UsageError(
            f"--repositioning {repositioning!r} found; one of {', '.join(map(repr, REPOSITIONING_MM))} or "
            "millimetres expected"
        ) from error


def _reading(path: Path, options: CompareOptions, models: Models) -> Reading:
    """Of two films each is needed: what cannot be read is raised."""
    sources, stated = list(find_images(path, access=options.access)), options.stated
    if len(sources) != 1:
        raise UsageError(f"{path} holds {len(sources)} images, one expected; name the image itself")
    with time_limit(options.limit_s):
        film = load(sources[0], spacing_mm=stated.spacing_mm, side=stated.side)
        return read(film, models, sphere_mm=stated.sphere_mm, settings=options.settings)


def _tracked(subjects: list[list[VisitImage]]) -> Iterator[list[VisitImage]]:
    """The same subjects; with a progress bar where a person waits for several."""
    hidden = not (sys.stderr.isatty() and len(subjects) > 1)
    yield from track(subjects, "subjects", console=Console(sys.stderr), disable=hidden)


def _readable(
    images: Sequence[VisitImage],
    films: VisitFilms,
    reader: ImageReader,
    left_out: list[Status],
) -> Iterator[Visit]:
    """The visits that can be read, have a date and show a film of their own; the others are left out.

    films: those of the manifest so far; those of `images` are added.
    """
    for image in images:
        visit = _visit(image, reader)
        if isinstance(visit, Unread):
            _leave_out(f"visit {image.visit}, {visit.source}", visit.reason, visit.status, left_out)
            continue
        if refusal := films.refusal_of(visit):
            _leave_out(f"visit {image.visit}, {visit.reading.source}", refusal, Status.REFUSED, left_out)
        else:
            yield visit


def _say_backwards(visits: Sequence[Visit]) -> None:
    """On standard error, before the result: what contradicts the order of the dates, which counts."""
    whose = f"subject {visits[0].subject}: " if visits and visits[0].subject else ""
    for contradiction in contradictions(visits):
        complain(f"kltool: {whose}{contradiction}; the order of the dates counts")


def _visit(image: VisitImage, reader: ImageReader) -> Visit | Unread:
    reading = reader.read(image.image)
    if isinstance(reading, Unread):
        return reading
    day = date.fromisoformat(image.day) if image.day else reading.film.study_date
    if day is None:
        reason = "no date in the film found; a column 'date' (YYYY-MM-DD) in the manifest expected"
        return Unread(reading.source, Status.REFUSED, "no_date", reason, reading.film, reading.produced_by)
    if any(knee.side is Side.UNKNOWN for knee in reading.knees):
        reason = (
            "the side of its knee is unknown; give it in the column 'side' of the manifest, or with --side"
        )
        return Unread(
            reading.source, Status.REFUSED, SideUnknown.code, reason, reading.film, reading.produced_by
        )
    return Visit(image.visit, day, reading, image.subject)


def _leave_out(what: str, reason: str, status: Status, left_out: list[Status]) -> None:
    """Reported at once on standard error; the status counts in the exit code."""
    complain(f"kltool: {what} left out: {reason}")
    left_out.append(status)


def _print(found: Sequence[Timeline], as_json: bool) -> None:
    records = [timeline_record(timeline) for timeline in found]
    if as_json:
        _print_json(records)
        return
    for record in records:
        print_timeline(record, Console())


def _print_json(records: Sequence[Record]) -> None:
    for record in records:
        say_json(record)


def _writable(page: Path | None) -> Path | None:
    """The page, tried at the start rather than at the end. Raises UsageError."""
    if page is None:
        return None
    if page.is_dir() or page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--report {page} found; the name of an .html file expected")
    try:
        with TemporaryFile(dir=page.parent):
            pass
    except OSError as error:
        raise UsageError(
            f"--report {page} cannot be written ({error.strerror}); choose another file"
        ) from error
    return page


def _exit(verdicts: Iterator[Verdict]) -> Exit:
    """Refused where nothing can be compared."""
    return Exit.REFUSED if all(verdict in WITHOUT_CHANGE for verdict in verdicts) else Exit.OK
