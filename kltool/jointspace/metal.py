"""What metal takes away: the width of the compartment that it lies in, and the grade."""

from dataclasses import dataclass

from kltool.errors import UsageError
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.metal import Metal


@dataclass(frozen=True, slots=True)
class MetalSettings:
    """From which probability on metal counts as found; docs/choices.md#metal.

    Attributes
    ----------
    threshold : float
        0 to 1.

    Raises
    ------
    UsageError
        Where it is out of range.
    """

    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            raise UsageError(f"threshold {self.threshold} of metal found; 0 to 1 expected")

    def in_compartment(self, metal: Metal, compartment: Compartment) -> NotMeasured | None:
        """The reason why a compartment is not measured."""
        if metal.of(compartment) < self.threshold:
            return None
        return NotMeasured(f"metal lies in the {compartment} compartment: an implant has no joint space")

    def in_joint(self, metal: Metal) -> NotMeasured | None:
        """The reason why a knee is not graded."""
        places = [f"{one} compartment" for one in Compartment if metal.of(one) >= self.threshold]
        if metal.patellofemoral >= self.threshold:
            places.append("patellofemoral joint")
        if not places:
            return None
        where = " and the ".join(places)
        return NotMeasured(f"metal lies in the {where}: the grades are those of a natural joint")

    def is_near(self, metal: Metal) -> bool:
        """Whether there is any, in the joint or beside it."""
        return max(metal.medial, metal.lateral, metal.patellofemoral, metal.elsewhere) >= self.threshold
