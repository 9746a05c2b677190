"""The window of a canonical crop, and the maps from the film to it and back."""

from dataclasses import dataclass
from typing import Final

from kltool.geometry.transform import similarity_matrix
from kltool.typing import Float64
from kltool.values.knee import Placement

CROP_SIZE: Final = 224  # docs/choices.md#canonical-crop
TIBIAL_SHARE: Final = 0.76  # docs/choices.md#canonical-crop
JOINT_ROW: Final = 0.59  # docs/choices.md#canonical-crop


@dataclass(frozen=True, slots=True)
class CropWindow:
    """rows, columns, tibia (the tibial width): pixels of the crop. joint: (row, column) of its centre."""

    rows: int
    columns: int
    tibia: float
    joint: tuple[float, float]


def square_window(size: int) -> CropWindow:
    """A square window: the plateau spans TIBIAL_SHARE of it, at JOINT_ROW of its height, as in OAI crops."""
    return CropWindow(size, size, TIBIAL_SHARE * size, (JOINT_ROW * size - 0.5, 0.5 * size - 0.5))


CANONICAL_WINDOW: Final = square_window(CROP_SIZE)


def film_to_crop(placement: Placement, window: CropWindow = CANONICAL_WINDOW) -> Float64:
    """The (2, 3) map from (row, column) of the film in right-knee orientation to that of the crop."""
    scale = window.tibia / placement.tibial_width_px
    return similarity_matrix(placement.centre, window.joint, scale, -placement.tilt_rad)


def crop_to_film(placement: Placement, window: CropWindow = CANONICAL_WINDOW) -> Float64:
    """The inverse of film_to_crop."""
    scale = placement.tibial_width_px / window.tibia
    return similarity_matrix(window.joint, placement.centre, scale, placement.tilt_rad)
