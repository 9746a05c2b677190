"""Films with calibration balls beside the knee, whose size on the film is known."""

from dataclasses import replace

import numpy as np

from kltool.simulate.ball import add_ball
from kltool.simulate.scene import Ball, Film
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import NoSpacing

AIR = 260  # columns to either side
BESIDE = Ball(at_mm=(8.0, -72.0))  # of a film whose joint lies near its middle


def with_balls(film: Radiograph, *balls: Ball, mm: float = 0.198, blur_mm: float = 0.2) -> Radiograph:
    """The film with air on both sides and balls; mm: a pixel. Its spacing and tags are as they were."""
    dark, bright = (float(value) for value in np.percentile(film.pixels, (0.5, 99.9)))
    wide = np.pad(film.pixels, ((0, 0), (AIR, AIR)), constant_values=dark)
    grey = (wide.astype(np.float64) - dark) / (bright - dark)
    rows, columns = grey.shape
    at = Film(rows, columns, spacing_mm=mm, magnification=1.0, source_mm=1200.0, blur_mm=blur_mm)
    for ball in balls:
        add_ball(grey, ball, at)
    return replace(film, image=(grey * (bright - dark) + dark).astype(np.float32))


def without_spacing(film: Radiograph) -> Radiograph:
    return replace(film, spacing=NoSpacing("none in this test"), other_spacings=())
