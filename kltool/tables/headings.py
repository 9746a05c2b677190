"""Headings as people write them → the names that kltool knows, or a refusal that names the heading.

A heading is compared without regard to case, spaces around it, and what separates its words. A synonym is
taken; a heading that is nearly a known one and might be it is refused, so that nothing a user states is
passed over. Source of both lists: docs/choices-intake.md#headings
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from kltool.errors import UsageError
from kltool.tables.columns import DATE, KL, PATH, READER, SIDE, SPACING, STATUS, SUBJECT, VISIT
from kltool.tables.words import plain_text

STATED: Final = (PATH, SUBJECT, VISIT, SIDE, SPACING, DATE)  # what a manifest may state of an image
KEYS: Final = (PATH, SUBJECT, VISIT, SIDE, KL, READER, STATUS)  # what a table of raters is matched by
SYNONYMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("subject_id", "subjectid", "patient_id", "patientid", "participant_id"), SUBJECT),
    **dict.fromkeys(("visit_name", "visit_label", "visitname"), VISIT),
    **dict.fromkeys(("laterality", "image_laterality", "imagelaterality", "knee_side", "body_side"), SIDE),
    **dict.fromkeys(("spacing", "pixel_spacing", "pixelspacing", "pixel_spacing_mm"), SPACING),
    **dict.fromkeys(("studydate", "visit_date", "film_date"), DATE),
}
UNCLEAR: Final[Mapping[str, str]] = {  # may mean it or something else
    **dict.fromkeys(("id", "patient", "participant", "person", "pid"), SUBJECT),
    **dict.fromkeys(("timepoint", "time_point", "session"), VISIT),
    **dict.fromkeys(("knee", "leg", "lat"), SIDE),
    **dict.fromkeys(("pixel_size", "resolution", "spacing_cm", "spacing_um"), SPACING),
    **dict.fromkeys(("day", "exam_date", "examination_date", "acquisition_date"), DATE),
}
MOST_COLUMNS: Final = 4_000  # docs/choices-intake.md#table-size
LONGEST_HEADINGS: Final = 200_000  # characters of all together; docs/choices-intake.md#table-size
NEARLY: Final = 0.85  # similarity (difflib); docs/choices-intake.md#headings


def plain(heading: str) -> str:
    """The spelling by which headings are compared: " Spacing mm" is "spacing_mm"."""
    return re.sub(r"[\s_.-]+", "_", plain_text(heading).casefold()).strip("_")


def known_headings(
    headings: Iterable[str],
    known: Collection[str],
    *,
    place: Path,
    vital: Sequence[str],
    written: Sequence[str] | None = None,
) -> list[str]:
    """The headings with known names in place of their other spellings and synonyms; others trimmed.

    known: names that are taken in any spelling. vital: those of them whose misspelling is refused where
    the table lacks the name itself. written: as the table has them, for messages. Raises UsageError for a
    misspelling, and for two headings of one name.
    """
    trimmed = [plain_text(heading) for heading in headings]
    spellings = {plain(name): name for name in known}
    found = [name if name in known else spellings.get(plain(name), name) for name in trimmed]
    present = set(found)
    found = [_synonym(name, known, present) for name in found]
    _refuse_repeated(found, written or trimmed, place)
    _refuse_nearly(found, [name for name in vital if name not in found], place)
    return found


def refuse_too_many(headings: Sequence[str], place: Path) -> None:
    """Raises UsageError: every row of a batch keeps the headings of its manifest."""
    length = sum(map(len, headings))
    if len(headings) > MOST_COLUMNS or length > LONGEST_HEADINGS:
        raise UsageError(
            f"{place}: {len(headings):,} columns with headings of {length:,} characters found, at most "
            f"{MOST_COLUMNS:,} and {LONGEST_HEADINGS:,} expected; keep those that are needed"
        )


def refuse_unclear(headings: Sequence[str], used: Sequence[str], place: Path) -> None:
    """Raises UsageError for a heading that may mean one of `used`, which the table lacks."""
    for heading in headings:
        meant = UNCLEAR.get(plain(heading))
        if meant and meant in used and meant not in headings:
            raise _refusal(heading, meant, place)


def known_name(heading: str, known: Collection[str]) -> str:
    """One heading, as `known_headings` would have it in a table of its own."""
    spellings = {plain(name): name for name in known}
    return heading if heading in known else _synonym(spellings.get(plain(heading), heading), known, ())


def _synonym(heading: str, known: Collection[str], present: Collection[str]) -> str:
    """A column of that name beside its synonym leaves the synonym a column of its own."""
    meant = SYNONYMS.get(plain(heading))
    return meant if meant and meant in known and meant not in present else heading


def _refuse_repeated(found: Sequence[str], written: Sequence[str], place: Path) -> None:
    repeated = [name for name, times in Counter(found).items() if times > 1]
    for name in repeated[:1]:
        same = [heading for heading, other in zip(written, found, strict=True) if other == name]
        which = f"column {same[0]!r} found twice" if len(set(same)) == 1 else f"columns {_listed(same)}"
        meaning = "" if len(set(same)) == 1 else f" found, which all mean {name!r}"
        raise UsageError(f"{place}: {which}{meaning}, once expected; rename or remove one")


def _refuse_nearly(found: Sequence[str], missing: Sequence[str], place: Path) -> None:
    for heading in (name for name in found if not name[-1:].isdigit()):  # reader1, reader2: of a wide table
        close = get_close_matches(plain(heading), missing, 1, NEARLY)
        if close:
            raise _refusal(heading, close[0], place)


def _refusal(heading: str, meant: str, place: Path) -> UsageError:
    return UsageError(
        f"{place}: column {heading!r} found, which may mean {meant!r}; call it {meant!r} if it does, "
        "otherwise rename or remove it"
    )


def _listed(names: Iterable[str]) -> str:
    return " and ".join(map(repr, names))
