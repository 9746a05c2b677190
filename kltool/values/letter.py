"""A letter on a film that names a side of the body: R or L."""

from dataclasses import dataclass

from kltool.values.decimals import decimal
from kltool.values.radiograph import Side


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter R or L, of lead or printed, as it stands on a film that is upright.

    Attributes
    ----------
    side : Side
        Right for R, left for L.
    mirrored : bool
        Whether it is seen from behind: the film is shown mirrored, or the marker lay face down.
    centre : (float, float)
        (row, column), pixels of the film.
    height : float
        From its foot to its head, pixels.
    turn_deg : float
        Clockwise from upright, 0 to 360; of a mirrored letter after mirroring.
    probability : float
        That it is this letter, 0 to 1.
    """

    side: Side
    mirrored: bool
    centre: tuple[float, float]
    height: float
    turn_deg: float
    probability: float

    @property
    def name(self) -> str:
        """R or L."""
        return "R" if self.side is Side.RIGHT else "L"

    def __str__(self) -> str:
        manner = "mirrored letter" if self.mirrored else "letter"
        return f"the {manner} {self.name} on the film (probability {decimal(self.probability)})"
