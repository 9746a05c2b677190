"""The measures of joint-space width: the minimum of each compartment and JSW(x) at fixed locations."""

from enum import StrEnum

from kltool.values.decimals import decimal


class Compartment(StrEnum):
    """The two weight-bearing halves of the tibiofemoral joint."""

    MEDIAL = "medial"
    LATERAL = "lateral"


class PictureSide(StrEnum):
    """The two compartments by where they lie in the picture, as a knee of unknown side has them."""

    LEFT = "picture left"
    RIGHT = "picture right"

    def compartment(self, mirrored: bool) -> Compartment:
        """The compartment that lies there on a right knee or, mirrored, on a left one."""
        return Compartment.LATERAL if (self is PictureSide.LEFT) is not mirrored else Compartment.MEDIAL


Place = Compartment | PictureSide  # of a minimum width


class Measure(StrEnum):
    """A joint-space width: the minimum of a compartment, or the width at a fixed location of the OAI.

    The locations are the OAI's JSW150 to JSW300 medially and LJSW700 to LJSW900 laterally, named by 1000 x.
    """

    MEDIAL_MINIMUM = "medial minimum"
    MEDIAL_150 = "medial 0.150"
    MEDIAL_175 = "medial 0.175"
    MEDIAL_200 = "medial 0.200"
    MEDIAL_225 = "medial 0.225"
    MEDIAL_250 = "medial 0.250"
    MEDIAL_275 = "medial 0.275"
    MEDIAL_300 = "medial 0.300"
    LATERAL_MINIMUM = "lateral minimum"
    LATERAL_700 = "lateral 0.700"
    LATERAL_725 = "lateral 0.725"
    LATERAL_750 = "lateral 0.750"
    LATERAL_775 = "lateral 0.775"
    LATERAL_800 = "lateral 0.800"
    LATERAL_825 = "lateral 0.825"
    LATERAL_850 = "lateral 0.850"
    LATERAL_875 = "lateral 0.875"
    LATERAL_900 = "lateral 0.900"

    @classmethod
    def minimum(cls, compartment: Compartment) -> "Measure":
        """The minimum of a compartment."""
        return cls(f"{compartment} minimum")

    @classmethod
    def at(cls, compartment: Compartment, x: float) -> "Measure":
        """The width at a fixed location.

        Parameters
        ----------
        compartment : Compartment
            Medial or lateral.
        x : float
            The location, 0 (medial) to 1 (lateral).

        Returns
        -------
        Measure

        Raises
        ------
        ValueError
            Where x is no such location.
        """
        return cls(f"{compartment} {decimal(x, 3)}")
