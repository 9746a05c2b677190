"""What the tests of pictures share: colours as people see them, places on a picture, partial readings."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kltool.report.plots.film import view_of
from kltool.report.plots.knee import SIZE
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import KneeReading, Reading

ReadSample = Callable[..., Reading]
Picture = npt.NDArray[np.uint8]

RIGHT, LEFT, SEVERE = "knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm"
FEMUR, TIBIA, MINIMUM = (255, 130, 40), (60, 200, 255), (255, 235, 0)  # orange, sky blue, yellow
TEXT = (235, 235, 235)


def place(knee: KneeReading, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(n, 2) points of the film in right-knee orientation to the picture."""
    return view_of(knee.knee, SIZE).place(np.asarray(points, float))


def pixels_of(picture: Picture, colour: tuple[int, int, int]) -> tuple[npt.NDArray[np.int_], ...]:
    """(rows, columns) of every pixel of exactly this colour."""
    return np.nonzero((picture == colour).all(axis=2))


def columns_of(picture: Picture, colour: tuple[int, int, int]) -> npt.NDArray[np.int_]:
    """The columns, within the picture of the knee, of every pixel of exactly this colour."""
    return pixels_of(picture[:SIZE, :SIZE], colour)[1]


def without(knee: KneeReading, compartment: Compartment, reason: str = "for this test") -> KneeReading:
    """The reading as if this compartment had not been measured."""
    space, absent = knee.joint_space, NotMeasured(reason)
    at = dict.fromkeys(space.of(compartment).fixed_widths, absent)
    empty = replace(
        space.of(compartment), minimum=absent, fixed_widths=at, mean=absent, area=absent, margins=absent
    )
    return replace(knee, joint_space=replace(space, **{str(compartment): empty}))
