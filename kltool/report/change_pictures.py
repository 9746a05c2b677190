"""The pictures of a change: each film with what was traced on it, and both films in register."""

from typing import Final

import cv2
import numpy as np

from kltool.report.canvas import DIM, Picture, write_centred
from kltool.report.files import data_uri
from kltool.report.film import view_in_register, view_of
from kltool.report.overlay import draw_margins, draw_narrowest
from kltool.values.length import Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading

SIZE: Final = 720  # docs/choices.md#change-page
JPEG: Final = (  # docs/choices.md#change-page
    cv2.IMWRITE_JPEG_QUALITY,
    92,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)
NAMES_ROW: Final = SIZE - 12.0


def traced(knee: KneeReading) -> str:
    """The knee in its own canonical view with its margins and narrowest places, as a data: address."""
    view = view_of(knee.knee, SIZE)
    picture = view.shown(knee.knee.film)
    for compartment in Compartment:
        draw_margins(picture, knee.joint_space, compartment, view.place)
    for compartment in Compartment:
        minimum = knee.joint_space.of(compartment).minimum
        if isinstance(minimum, Width):
            draw_narrowest(picture, view.place(np.array(minimum.line)))
    _name_compartments(picture, knee.side)
    return _address(picture)


def in_register(before: KneeReading, after: KneeReading) -> tuple[str, str]:
    """Both films as the view of `before` shows the joint, nothing drawn on them, as data: addresses."""
    here = view_of(before.knee, SIZE).shown(before.knee.film)
    there = view_in_register(before.knee, after.knee, SIZE).shown(after.knee.film)
    return _address(here), _address(there)


def _name_compartments(picture: Picture, side: Side) -> None:
    """Each name on its side of the picture as the film hangs."""
    names = [Compartment.LATERAL, Compartment.MEDIAL]
    for name, share in zip(names if side is Side.RIGHT else names[::-1], (0.1, 0.9), strict=True):
        write_centred(picture, name, (NAMES_ROW, share * SIZE), DIM, 15)


def _address(picture: Picture) -> str:
    written, data = cv2.imencode(".jpg", picture, list(JPEG))
    assert written
    return data_uri(data.tobytes(), "image/jpeg")
