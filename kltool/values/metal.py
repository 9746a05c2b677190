"""Metal on a film at one knee, as the classifier sees it."""

from dataclasses import dataclass
from typing import Final

from kltool.values.measure import Compartment


@dataclass(frozen=True, slots=True)
class Metal:
    """Probabilities, 0 to 1, each of its own.

    Attributes
    ----------
    medial, lateral : float
        Of metal in the compartment: a component of a replacement, a screw, a plate, a staple or a wire.
    patellofemoral : float
        Of a replacement of the patellofemoral joint.
    elsewhere : float
        Of metal near the joint, outside of both compartments.
    """

    medial: float
    lateral: float
    patellofemoral: float
    elsewhere: float

    def of(self, compartment: Compartment) -> float:
        """In one compartment.

        Parameters
        ----------
        compartment : Compartment
            Medial or lateral.

        Returns
        -------
        float
        """
        return self.medial if compartment is Compartment.MEDIAL else self.lateral

    def turned_over(self) -> "Metal":
        """With the compartments exchanged, as of the same knee taken for one of the other side.

        Returns
        -------
        Metal
        """
        return Metal(self.lateral, self.medial, self.patellofemoral, self.elsewhere)


NO_METAL: Final = Metal(0.0, 0.0, 0.0, 0.0)
