"""A calibration ball as its film shows it: an ellipse by perspective, bright where rays cross much of it."""

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter

from kltool.simulate.scene import Ball, Film
from kltool.typing import Float64

FINE: Final = 5  # rays a side of each pixel
ROOM: Final = 4.0  # blurs around the outline


def add_ball(grey: Float64, ball: Ball, film: Film) -> None:
    """Brighten the image under the ball, which is cropped at the edge of the film."""
    blur = film.blur_mm / film.spacing_mm
    row, column = (
        (length - 1) / 2 + mm / film.joint_spacing_mm
        for length, mm in zip(grey.shape, ball.at_mm, strict=True)
    )
    reach = 0.6 * ball.diameter_mm / ball_spacing_mm(ball, film) + ROOM * blur + 2
    top, left = (max(int(middle - reach), 0) for middle in (row, column))
    bottom, right = (
        min(int(middle + reach) + 1, length) for middle, length in zip((row, column), grey.shape, strict=True)
    )
    if top >= bottom or left >= right:
        return
    rows, columns = (_fine(first, last) for first, last in ((top, bottom), (left, right)))
    inside = _length_inside(rows[:, None], columns[None, :], (row, column), ball, film)
    stopped = gaussian_filter(1.0 - np.exp(-ball.attenuation_mm * inside), blur * FINE, mode="nearest")
    share = stopped.reshape(bottom - top, FINE, right - left, FINE).mean(axis=(1, 3))
    under = grey[top:bottom, left:right]
    grey[top:bottom, left:right] = np.clip(under + share * (ball.brightness - under), 0.0, 1.0)


def ball_spacing_mm(ball: Ball, film: Film) -> float:
    """Millimetres a pixel in the plane of the ball's centre, which its shorter axis measures."""
    distance = film.source_mm / film.magnification
    return film.joint_spacing_mm * (distance - ball.nearer_mm) / distance


def _fine(first: int, last: int) -> Float64:
    """The places of the rays, pixels."""
    return np.asarray((np.arange(first * FINE, last * FINE) + 0.5) / FINE - 0.5)


def _length_inside(
    rows: Float64, columns: Float64, centre: tuple[float, float], ball: Ball, film: Film
) -> Float64:
    """mm of each ray inside the ball. centre: where the film shows it, pixels."""
    distance = film.source_mm / film.magnification
    middle = [
        (length - 1) / 2 + mm / film.joint_spacing_mm
        for length, mm in zip((film.rows, film.columns), film.joint_at_mm, strict=True)
    ]
    mm = film.joint_spacing_mm / distance  # tangent of the angle to the central ray, a pixel
    down, across = (rows - middle[0]) * mm, (columns - middle[1]) * mm
    depth = distance - ball.nearer_mm
    at = depth * np.array([(centre[0] - middle[0]) * mm, (centre[1] - middle[1]) * mm, 1.0])
    along = (down * at[0] + across * at[1] + at[2]) / np.sqrt(down**2 + across**2 + 1.0)
    squared = (ball.diameter_mm / 2) ** 2 - (at @ at - along**2)
    return np.asarray(2.0 * np.sqrt(np.maximum(squared, 0.0)))
