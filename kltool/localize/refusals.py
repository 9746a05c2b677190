"""Why a knee that was found is not read."""

from typing import Final

from kltool.localize.classify import ClassifiedCandidate
from kltool.localize.cut_off import edge_that_cuts
from kltool.typing import Float32
from kltool.values.reading import RefusedKnee

GROWING: Final = 0.5  # probability of an open growth plate; docs/choices.md#growth-plates

REPLACED: Final = RefusedKnee(
    "replaced",
    "a knee replacement was found, a natural joint expected; there is no joint space to measure",
)

SECOND_EXPOSURE: Final = RefusedKnee(
    "second_exposure",
    "a second exposure of the same knee was found by tags and anatomy, one of each knee expected; "
    "to read it, give the film cut to it",
)

GROWTH_PLATE: Final = RefusedKnee(
    "growth_plate",
    "an open growth plate was found, the knee of an adult expected; widths and grades are not defined for a "
    "knee that still grows",
)


def refusal_of(film: Float32, knee: ClassifiedCandidate) -> RefusedKnee | None:
    """film: as shown. None: the knee can be read."""
    if knee.is_replaced:
        return REPLACED
    edge = edge_that_cuts(film, knee.candidate)
    if edge is not None:
        return cut_off(edge)
    return GROWTH_PLATE if knee.knee_class.growth_plate >= GROWING else None


def cut_off(edge: str) -> RefusedKnee:
    """edge: which edge of the picture cuts the joint off."""
    return RefusedKnee(
        "cut_off",
        f"a joint that the {edge} edge of the picture cuts off was found, a whole joint with the condyles "
        "above it expected; give the film as it was exposed",
    )
