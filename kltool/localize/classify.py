"""Classification of a detected joint: a natural knee and its orientation, replaced, no knee; and findings."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.geometry.window import CropWindow, square_window
from kltool.localize.crop import sample_crop
from kltool.localize.detect import Candidate
from kltool.localize.normalise import standardize
from kltool.typing import Float32, Float64
from kltool.values.knee import Placement
from kltool.values.metal import Metal
from kltool.values.radiograph import Side
from kltool.weights import Network

SIZE: Final = 128  # docs/choices.md#knee-class
WINDOW: Final[CropWindow] = square_window(SIZE)


@dataclass(frozen=True, slots=True)
class KneeClass:
    """Probabilities of the classes, which sum to 1, and of findings, each of its own.

    lateral_left, lateral_right: a natural frontal knee whose lateral side lies on the left, or on the right,
    of the picture. replaced: an implant in place of the joint. other: no frontal knee. metal_left,
    metal_right: metal in the compartment on that side of the picture. patellofemoral: a replacement of that
    joint. metal_elsewhere: near the joint. growth_plate: an open one, of a knee that still grows.
    """

    lateral_left: float
    lateral_right: float
    replaced: float
    other: float
    metal_left: float = 0.0
    metal_right: float = 0.0
    patellofemoral: float = 0.0
    metal_elsewhere: float = 0.0
    growth_plate: float = 0.0

    @property
    def natural(self) -> float:
        return self.lateral_left + self.lateral_right

    @property
    def lateral_left_share(self) -> float:
        """The probability that lateral lies on the left, given a natural knee."""
        return self.lateral_left / max(self.natural, 1e-9)

    def metal(self, mirrored: bool) -> Metal:
        """Of the knee in right-knee orientation. mirrored: whether the film is mirrored for it."""
        sides = (self.metal_left, self.metal_right)
        lateral, medial = sides[::-1] if mirrored else sides
        return Metal(medial, lateral, self.patellofemoral, self.metal_elsewhere)


@dataclass(frozen=True, slots=True)
class ClassifiedCandidate:
    """A detected joint and the probabilities of its classes."""

    candidate: Candidate
    knee_class: KneeClass

    @property
    def frontal_probability(self) -> float:
        return 1 - self.knee_class.other

    @property
    def is_replaced(self) -> bool:
        return self.knee_class.replaced > self.knee_class.natural

    def side_probability(self, side: Side) -> float:
        """The probability of this side by the anatomy, if the patient's right is on the viewer's left."""
        left = self.knee_class.lateral_left_share
        return left if side is Side.RIGHT else 1 - left


def classify(film: Float32, candidate: Candidate, network: Network) -> KneeClass:
    """film: as shown, not mirrored; its mirror image gives the mirrored class."""
    across = candidate.ends[1] - candidate.ends[0]
    tilt = float(np.arctan2(across[0], across[1]))
    row, column = candidate.centre
    placement = Placement((float(row), float(column)), candidate.width, tilt, mirrored=False)
    return classify_picture(classifier_input(film, placement), network)


def classifier_input(film: Float32, placement: Placement) -> Float32:
    """The input of the network, (SIZE, SIZE)."""
    return standardize(sample_crop(film, placement, WINDOW))


def classify_picture(picture: Float32, network: Network) -> KneeClass:
    """The class of a picture (SIZE, SIZE), averaged with that of its mirror image."""
    both = np.stack([picture, picture[:, ::-1]])[:, None]
    kinds, findings = (_mirror_averaged(logits) for logits in network(np.ascontiguousarray(both)))
    exponentials = np.exp(kinds - kinds.max())
    return KneeClass(*(exponentials / exponentials.sum()).tolist(), *(1 / (1 + np.exp(-findings))).tolist())


def _mirror_averaged(logits: Float32) -> Float64:
    """(2, n) of a picture and its mirror image to (n,): the first two change places."""
    original, mirrored = logits.astype(np.float64)
    return np.asarray((original + np.concatenate([mirrored[1::-1], mirrored[2:]])) / 2)
