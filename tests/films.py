"""Readings whose film is altered, and their knees with it."""

from collections.abc import Callable
from dataclasses import replace

from kltool.values.radiograph import Radiograph
from kltool.values.reading import Reading


def on_film(reading: Reading, alter: Callable[[Radiograph], Radiograph]) -> Reading:
    """The same knees with an altered film."""
    film = alter(reading.film)
    knees = tuple(replace(knee, knee=replace(knee.knee, film=film)) for knee in reading.knees)
    return replace(reading, film=film, knees=knees)


def retaken(reading: Reading, number: int = 2) -> Reading:
    """The same knees as if on another film, one of this number: its pixels have another hash."""
    return on_film(reading, lambda film: replace(film, pixels_sha256=f"{number:064x}"))
