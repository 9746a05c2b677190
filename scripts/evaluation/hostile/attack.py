"""What an attack was, what must hold, and what was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attack:
    """One row of docs/results/hostile.md.

    Attributes
    ----------
    what : str
        What was done, how often and to what.
    bar : str
        What must hold.
    found : str
        What was found, in numbers; where the bar is missed, which inputs missed it.
    is_held : bool
        Whether the bar is kept.
    """

    what: str
    bar: str
    found: str
    is_held: bool
