"""Where along the knee's axis widths are measured: the places of the Osteoarthritis Initiative."""

from kltool.values.findings import Compartment

MEDIAL_AT = tuple(round(0.150 + 0.025 * step, 3) for step in range(7))  # OAI JSW150 to JSW300
LATERAL_AT = tuple(round(0.700 + 0.025 * step, 3) for step in range(9))  # OAI LJSW700 to LJSW900
POSITIONS = {Compartment.MEDIAL: MEDIAL_AT, Compartment.LATERAL: LATERAL_AT}


def names_of(compartment: Compartment) -> dict[str, float]:
    """The fixed places by the names that tables give them: jsw250 at x = 0.250."""
    return {f"jsw{round(1000 * x)}": x for x in POSITIONS[compartment]}


def span_of(compartment: Compartment) -> tuple[float, float]:
    """From the first of a compartment's fixed places to the last."""
    places = POSITIONS[compartment]
    return places[0], places[-1]
