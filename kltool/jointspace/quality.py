"""How far a knee's reading can be trusted, and why not further: a first judgement.

Good, usable or poor, with a warning for each reason; positioning (rotation, beam tilt, inter-margin
distance) is not judged yet and does not enter.
"""

import math
from dataclasses import dataclass

from kltool.values.findings import Compartment, JointSpace, NotMeasured, Quality
from kltool.values.image import Knee


@dataclass(frozen=True, slots=True)
class Doubts:
    """Where a doubt begins; docs/choices.md#quality."""

    sure_score: float = 0.60  # of the finder
    least_score: float = 0.45
    sure_spread: float = 0.024  # of the landmarks
    fewest_tibial_pixels: float = 120.0  # about 0.6 mm a pixel
    largest_tilt_deg: float = 15.0


def judge(knee: Knee, space: JointSpace, doubts: Doubts) -> tuple[Quality, tuple[str, ...]]:
    """The quality of one reading and its warnings."""
    poor, usable = _poor(knee, doubts), _usable(knee, space, doubts)
    quality = Quality.POOR if poor else Quality.USABLE if usable else Quality.GOOD
    return quality, (*poor, *usable)


def _poor(knee: Knee, doubts: Doubts) -> tuple[str, ...]:
    reasons = []
    if knee.score < doubts.least_score:
        reasons.append(f"doubtful that this is a frontal natural knee (score {knee.score:.2f})")
    if knee.film.stored_mirrored:
        reasons.append(
            "the tags say that the film is stored mirrored: right and left, medial and lateral may be swapped"
        )
    if not _whole(knee):
        reasons.append("the joint is cut off by the edge of the picture")
    return tuple(reasons)


def _usable(knee: Knee, space: JointSpace, doubts: Doubts) -> tuple[str, ...]:
    reasons = []
    if doubts.least_score <= knee.score < doubts.sure_score:
        reasons.append(f"the finder is not sure of this knee (score {knee.score:.2f})")
    if knee.landmarks.spread > doubts.sure_spread:
        reasons.append("the joint's outline is unsharp")
    if knee.placement.tibial_width_px < doubts.fewest_tibial_pixels:
        reasons.append(f"low resolution: the tibia spans {knee.placement.tibial_width_px:.0f} pixels")
    tilt = abs(math.degrees(knee.placement.tilt_rad))
    if tilt > doubts.largest_tilt_deg:
        reasons.append(f"the knee is tilted by {tilt:.0f} degrees in the picture")
    for compartment in Compartment:
        minimum = space.of(compartment).minimum
        if isinstance(minimum, NotMeasured):
            reasons.append(f"{compartment}: {minimum.reason}")
    return tuple(reasons)


def _whole(knee: Knee) -> bool:
    """Whether the plateau lies inside the picture."""
    rows, columns = knee.film.pixels.shape
    ends = knee.landmarks.tibia
    return bool((ends >= 0).all() and (ends <= (rows - 1, columns - 1)).all())
