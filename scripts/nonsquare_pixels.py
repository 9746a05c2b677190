"""What pixels that are not square change in the readings of the sample films.

python scripts/nonsquare_pixels.py

Prints each film as it is, and with its rows or columns averaged by a factor and resampled as `load` does.
"""

from typing import Final

import cv2
import numpy.typing as npt

import kltool
from kltool.values.grade import Grade
from kltool.values.radiograph import Radiograph, Side
from kltool.values.spacing import NoSpacing

SAMPLES: Final = ("knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm")
FACTORS: Final = (1.5, 2.0)


def main() -> None:
    for sample in SAMPLES:
        film = kltool.load(kltool.sample_path(sample))
        if isinstance(film.spacing, NoSpacing):
            raise SystemExit(f"{sample}: {film.spacing.reason}")
        rows, columns = film.pixels.shape
        mm = film.spacing.row_mm
        print(f"{sample}, as it is: {_reading(film.pixels, (mm, mm), film.side)}")
        for factor in FACTORS:
            for size in ((columns, int(rows / factor)), (int(columns / factor), rows)):
                fewer = cv2.resize(film.pixels, size, interpolation=cv2.INTER_AREA)
                spacing = mm * rows / size[1], mm * columns / size[0]
                print(f"  {size[1]} x {size[0]} pixels: {_reading(fewer, spacing, film.side)}")


def _reading(pixels: npt.ArrayLike, spacing: tuple[float, float], side: Side | None) -> str:
    knee = kltool.read(Radiograph.from_array(pixels, spacing, side)).knees[0]
    space = knee.joint_space
    grade = (
        f"expected grade {knee.grade.expected:.2f}" if isinstance(knee.grade, Grade) else knee.grade.reason
    )
    return f"medial {space.medial.minimum}, lateral {space.lateral.minimum}, {grade}"


if __name__ == "__main__":
    main()
