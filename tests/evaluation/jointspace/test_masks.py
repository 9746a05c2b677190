"""A traced margin is compared with the boundary of a mask in each column that both have."""

import numpy as np
from evaluation.jointspace.masks import boundaries, row_distances


def test_a_margin_on_the_edge_of_a_mask_lies_on_its_boundary() -> None:
    mask = np.zeros((40, 30), bool)
    mask[10:15, 5:25] = True  # the boundary runs between rows 9 and 10, and between 14 and 15
    top, bottom = boundaries(mask)
    columns = np.linspace(2.0, 27.0, 40)
    femur, tibia = (np.column_stack([np.full(40, row), columns]) for row in (9.5, 16.0))
    assert np.allclose(row_distances(femur, top), 0.0)
    assert np.allclose(row_distances(tibia, bottom), 1.5)  # traced 1.5 px below the mask
    assert len(row_distances(femur, top)) == 20  # the columns of the mask, not those of the margin


def test_a_sloping_margin_is_compared_in_each_column() -> None:
    row, column = np.mgrid[:60, :50]
    mask = (row >= 10 + column // 2) & (row < 20 + column // 2)
    top, _ = boundaries(mask)
    margin = np.array([[9.25, 0.0], [9.25 + 24.5, 49.0]])[::-1]
    assert np.abs(row_distances(margin, top)).max() <= 0.25
