"""One film cannot be two visits: the visit that each film belongs to, by its pixels."""

from dataclasses import dataclass

from kltool.values.timeline import Visit


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """The visit that a film was first given for. source: the name of its file."""

    subject: str
    name: str
    source: str


class VisitFilms:
    """The films of any number of visits, of one subject or of several."""

    def __init__(self) -> None:
        self._first: dict[str, FirstVisit] = {}

    def refusal_of(self, visit: Visit) -> str:
        """Why the film of this visit cannot be of it; empty where it can, and the film then belongs to it.

        One film of both knees may be given twice for one visit, once a side.
        """
        film = visit.reading.film
        given = FirstVisit(visit.subject, visit.name, film.source)
        first = self._first.setdefault(film.pixels_sha256, given) if film.pixels_sha256 else given
        return "" if (first.subject, first.name) == (given.subject, given.name) else _refusal(first)


def _refusal(first: FirstVisit) -> str:
    whose = f" of subject {first.subject}" if first.subject else ""
    return (
        f"its pixels are those of visit {first.name}{whose}, {first.source}: both files are one film, which "
        "cannot be two visits; check which file belongs to this visit"
    )
