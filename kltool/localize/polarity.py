"""The polarity of a film by its knees, where its brightness alone misled: bone is bright."""

from dataclasses import replace

from kltool.intake.polarity import INVERTED, invert
from kltool.values.radiograph import Radiograph


def negative(film: Radiograph) -> Radiograph:
    """The film with its brightness inverted, and its note on the polarity added or withdrawn."""
    others = tuple(note for note in film.notes if note != INVERTED)
    notes = others if INVERTED in film.notes else (*film.notes, INVERTED)
    return replace(film, image=invert(film.pixels), notes=notes)
