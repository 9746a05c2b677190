"""What the user states of a film takes the place of what its file states, with a note of the difference."""

from dataclasses import replace
from typing import Any

from kltool.intake.content import Laterality, Pair, SpacingResult
from kltool.values.radiograph import Side, SideSource
from kltool.values.spacing import NoSpacing, Spacing, same_spacing, user_spacing


def override_spacing(found: SpacingResult, given_mm: Any) -> SpacingResult:
    """The user's spacing, with a note where the file states another. Raises SpacingError."""
    given, stated = user_spacing(given_mm), found.spacing
    if isinstance(stated, NoSpacing) or same_spacing(_pair(stated), _pair(given)):
        return SpacingResult(given, found.notes)
    note = f"spacing given by the user, {_text(given)}, in place of {_text(stated)} by the tags"
    return SpacingResult(given, (*found.notes, f"{note} ({stated.tier.label})"))


def override_side(found: Laterality, given: Side) -> Laterality:
    """The user's side, with a note where the file states another."""
    stated = "both" if found.both else found.side.value if found.side else given.value
    notes = found.notes
    if stated != given.value:
        notes = (*notes, f"side given by the user, {given.value}, in place of {stated} by the tags")
    return replace(found, side=given, source=SideSource.USER, notes=notes)


def _pair(spacing: Spacing) -> Pair:
    return spacing.row_mm, spacing.column_mm


def _text(spacing: Spacing) -> str:
    return f"{spacing.row_mm:g} x {spacing.column_mm:g} mm"
