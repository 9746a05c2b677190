"""Composite films have the knees that they state, where they state."""

from pathlib import Path

import numpy as np
import pytest

from kltool.training.data.annotated import AnnotatedKnee, load_annotated
from kltool.training.data.composites import composite

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture(scope="module")
def knees() -> list[AnnotatedKnee]:
    if not DATA.exists():
        pytest.skip("../shared/data is not here")
    return load_annotated(DATA, "val")


def test_annotated_points_run_from_lateral_on_the_left_to_medial_on_the_right(
    knees: list[AnnotatedKnee],
) -> None:
    for knee in knees:
        assert knee.tibia[0, 1] < knee.tibia[-1, 1]
        assert knee.femur[0, 1] < knee.femur[-1, 1]


def test_pasted_knees_lie_inside_the_field_with_their_ends_about_them(knees: list[AnnotatedKnee]) -> None:
    random = np.random.default_rng(0)
    counts = []
    for _ in range(60):
        field, pasted = composite(knees, 160, random)
        assert field.shape == (160, 160)
        assert np.isfinite(field).all()
        counts.append(len(pasted))
        for knee in pasted:
            assert (knee.centre >= 0).all()
            assert (knee.centre <= 159).all()
            assert knee.ends[0, 1] < knee.centre[1] < knee.ends[1, 1]
    assert {0, 1, 2} == set(counts)


def test_the_same_seed_gives_the_same_film(knees: list[AnnotatedKnee]) -> None:
    films = [composite(knees, 160, np.random.default_rng(5))[0] for _ in range(2)]
    assert np.array_equal(*films)
