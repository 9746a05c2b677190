"""The film behind a picture: a knee as it hangs, grey, and where a point of the film lies on it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.geometry.joint_frame import joint_frame_of
from kltool.geometry.points import mirror
from kltool.geometry.registration import corresponding_frame
from kltool.geometry.transform import transform_points
from kltool.geometry.window import crop_to_film, film_to_crop, square_window
from kltool.localize.crop import sample_crop
from kltool.typing import Points
from kltool.values.knee import Knee, Placement, right_knee_orientation
from kltool.values.radiograph import Radiograph

DARKEST, BRIGHTEST = 0.5, 99.8  # percentiles of the film that are shown black and WHITE
WHITE: Final = 235

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class JointView:
    """A square picture of a joint as its film hangs.

    placement: of the joint in right-knee orientation. as_left: whether it hangs as a left knee does, and is
    mirrored back. size: rows and columns of the picture, pixels.
    """

    placement: Placement
    as_left: bool
    size: int

    def place(self, points: Points) -> Points:
        """(n, 2) points of the film in right-knee orientation to the picture."""
        in_crop = transform_points(
            film_to_crop(self.placement, square_window(self.size)), np.asarray(points, float)
        )
        return mirror(in_crop, self.size) if self.as_left else in_crop

    def shown(self, film: Radiograph) -> Grey:
        """(size, size) uint8; what lies beyond the film is black."""
        pixels = right_knee_orientation(film.pixels, self.placement.mirrored)
        crop = sample_crop(pixels, self.placement, square_window(self.size))
        dark, bright = np.percentile(crop, (DARKEST, BRIGHTEST))
        grey = np.clip((crop - dark) / max(float(bright - dark), 1e-6) * WHITE, 0, WHITE).astype(np.uint8)
        grey[~self._on_film(pixels.shape)] = 0
        return np.ascontiguousarray(grey[:, ::-1]) if self.as_left else grey

    def _on_film(self, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """(size, size): which pixels of the picture lie on the film, and are not its edge repeated."""
        number = np.arange(self.size, dtype=np.float64)
        to_film = crop_to_film(self.placement, square_window(self.size))
        row, column = (
            by_row * number[:, None] + by_column * number + start for by_row, by_column, start in to_film
        )
        on_rows, on_columns = (
            (at >= -0.5) & (at <= side - 0.5) for at, side in zip((row, column), shape, strict=True)
        )
        return np.asarray(on_rows & on_columns, np.bool_)


def view_of(knee: Knee, size: int) -> JointView:
    """The knee's own canonical view."""
    return JointView(knee.placement, knee.hangs_as_left, size)


def registered_view(this: Knee, other: Knee, size: int) -> JointView:
    """The view of `other` that shows what the canonical view of `this` shows, as `this` hangs."""
    frame = corresponding_frame(joint_frame_of(this.placement), this, other)
    placement = Placement(frame.centre, frame.tibial_width_px, frame.tilt_rad, other.placement.mirrored)
    return JointView(placement, this.hangs_as_left, size)
