"""The films of a change: measured where each is shown alone, untouched where they lie on each other."""

import base64

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kltool.report.plots import registered_films, traced
from kltool.report.plots.change import SIZE
from kltool.report.plots.film import view_of
from kltool.values.length import Width
from kltool.values.measure import Compartment
from tests.report.plots.pictures import LEFT, RIGHT, ReadSample


def pixels(address: str) -> npt.NDArray[np.int_]:
    """(rows, columns, 3), RGB, of a data: address."""
    kind, data = address.split(",", 1)
    assert kind == "data:image/jpeg;base64"
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(decoded)[:, :, ::-1].astype(int)


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_each_minimum_width_is_yellow_where_it_was_measured(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0]
    picture = pixels(traced(knee))
    assert picture.shape == (SIZE, SIZE, 3)
    for compartment in Compartment:
        minimum = knee.joint_space.of(compartment).minimum
        assert isinstance(minimum, Width)
        middle = view_of(knee.knee, SIZE).place(np.array(minimum.line)).mean(axis=0)
        row, column = np.round(middle).astype(int)
        assert picture[row, column] == pytest.approx([255, 235, 0], abs=40)


def test_nothing_is_drawn_on_registered_films(read_sample: ReadSample) -> None:
    before, after = (read_sample(f"case/{visit}.dcm").knees[0] for visit in ("before", "after"))
    for address in registered_films(before, after):
        picture = pixels(address)
        assert picture.shape == (SIZE, SIZE, 3)
        assert not np.ptp(picture, axis=2).any()
        assert picture.std() > 20
