"""What made the numbers of a page: films, models, settings, error models, each told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kltool.report.html.page import base_name
from kltool.values.change import KneeChange
from kltool.values.reading import Provenance

Named = tuple[str, Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class FilmMade:
    """name: "before", or a visit's. file: the base name of the film's file, never its folders."""

    name: str
    file: str
    made: Provenance


@dataclass(frozen=True, slots=True)
class Made:
    """models, settings, error_models: what they are the same for, and their values by name."""

    films: tuple[FilmMade, ...]
    models: tuple[Named, ...]
    settings: tuple[Named, ...]
    error_models: tuple[Named, ...]


def made_of(films: Sequence[tuple[str, str, Provenance]], changes: Sequence[KneeChange]) -> Made:
    """films: name, source and provenance of each. changes: between them."""
    compared = [(f"{change.side} knee compared", change.models) for change in changes]
    return Made(
        tuple(FilmMade(name, base_name(source), made) for name, source, made in films),
        merged([*((name, made.models) for name, _, made in films), *compared]),
        merged([(name, made.settings) for name, _, made in films]),
        merged([(f"{change.side} knee", change.error_model) for change in changes]),
    )


def merged(named: Sequence[Named]) -> tuple[Named, ...]:
    """Equal values once, under the names of all that have them."""
    groups: list[tuple[list[str], Mapping[str, float | str]]] = []
    for name, values in named:
        names = next((names for names, known in groups if known == values), None)
        if names is None:
            groups.append(([name], values))
        elif name not in names:
            names.append(name)
    return tuple((", ".join(names), values) for names, values in groups)
