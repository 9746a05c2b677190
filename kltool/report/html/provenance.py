"""Provenance of the numbers of a page: films, models, settings and error models, each listed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kltool.report.html.page import base_name
from kltool.values.change import KneeChange
from kltool.values.reading import Provenance

Named = tuple[str, Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class FilmProvenance:
    """name: "before", or the name of a visit. file: the base name of the film's file, never its folders."""

    name: str
    file: str
    produced_by: Provenance


@dataclass(frozen=True, slots=True)
class PageProvenance:
    """models, settings, error_models: the films or knees that share them, and their values by name."""

    films: tuple[FilmProvenance, ...]
    models: tuple[Named, ...]
    settings: tuple[Named, ...]
    error_models: tuple[Named, ...]


def page_provenance(
    films: Sequence[tuple[str, str, Provenance]], changes: Sequence[KneeChange]
) -> PageProvenance:
    """films: name, source and provenance of each. changes: between them."""
    compared = [(f"comparison of the {change.side} knee", change.models) for change in changes]
    return PageProvenance(
        tuple(FilmProvenance(name, base_name(source), produced_by) for name, source, produced_by in films),
        merged([*((name, produced_by.models) for name, _, produced_by in films), *compared]),
        merged([(name, produced_by.settings) for name, _, produced_by in films]),
        merged([(f"{change.side} knee", change.error_model) for change in changes]),
    )


def merged(named: Sequence[Named]) -> tuple[Named, ...]:
    """Equal values once, under the names of all that share them."""
    groups: list[tuple[list[str], Mapping[str, float | str]]] = []
    for name, values in named:
        names = next((names for names, known in groups if known == values), None)
        if names is None:
            groups.append(([name], values))
        elif name not in names:
            names.append(name)
    return tuple((", ".join(names), values) for names, values in groups)
