"""What of a film is furthest out of the ordinary: the words for why its error may be large."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kltool.jointspace.quality_criteria import QualityCriteria
from kltool.values.decimals import decimal
from kltool.values.joint_space import JointSpace, Positioning
from kltool.values.knee import Knee
from kltool.values.length import Length, NotMeasured

ORDINARY: Final = "nothing on the film is out of the ordinary"


@dataclass(frozen=True, slots=True)
class Condition:
    """One property of a film in words, and its value over its limit: beyond 1 it is out of the ordinary."""

    excess: float
    words: str


def cause_of_error(knee: Knee, space: JointSpace, criteria: QualityCriteria) -> str:
    """The condition that is furthest out of the ordinary, in words; ORDINARY where none is."""
    at, width = space.positioning, knee.placement.tibial_width_px
    resolution = f"low resolution: the tibia spans {decimal(width, 0)} pixels"
    found = [Condition(criteria.good_tibial_pixels / width, resolution), *_conditions(at, criteria)]
    furthest = max(found, key=lambda one: one.excess)
    return furthest.words if furthest.excess > 1.0 else ORDINARY


def _conditions(at: Positioning, criteria: QualityCriteria) -> Iterator[Condition]:
    yield Condition(at.clipped / criteria.ordinary_clipped, clipping_words(at))
    if isinstance(at.imd, Length):
        yield Condition(at.imd.percent / criteria.ordinary_imd_percent, beam_words(at.imd))
    if not isinstance(at.rotation_deg, NotMeasured):
        yield Condition(abs(at.rotation_deg) / criteria.ordinary_rotation_deg, rotation_words(at))
    if not isinstance(at.edge_width_percent, NotMeasured):
        yield Condition(at.edge_width_percent / criteria.ordinary_edge_percent, blur_words(at))
    if not isinstance(at.contrast_to_noise, NotMeasured):
        yield Condition(criteria.ordinary_contrast / max(at.contrast_to_noise, 0.01), noise_words(at))


def clipping_words(at: Positioning) -> str:
    return f"{decimal(100 * at.clipped, 0)}% of the pixels of the joint are clipped (black or white)"


def beam_words(imd: Length) -> str:
    distance = (
        f"{decimal(imd.percent, 1)} % of the tibial width"
        if isinstance(imd.mm, NotMeasured)
        else f"{decimal(imd.mm, 1)} mm"
    )
    return f"the beam was not parallel to the medial plateau: inter-margin distance {distance}"


def rotation_words(at: Positioning) -> str:
    assert not isinstance(at.rotation_deg, NotMeasured)
    direction = "externally" if at.rotation_deg > 0 else "internally"
    return f"the leg is rotated {direction} by about {decimal(abs(at.rotation_deg), 0)} degrees"


def blur_words(at: Positioning) -> str:
    assert not isinstance(at.edge_width_percent, NotMeasured)
    width = decimal(at.edge_width_percent, 1)
    return f"the film is blurred: edge width at the femoral margin {width} % of the tibial width"


def noise_words(at: Positioning) -> str:
    assert not isinstance(at.contrast_to_noise, NotMeasured)
    ratio = decimal(at.contrast_to_noise, 1)
    return f"the film is noisy: contrast-to-noise ratio at the femoral margin {ratio}"
