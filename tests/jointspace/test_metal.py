"""Metal takes away the width of its compartment and the grade; bone, however bright, is not metal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.errors import KltoolError, UsageError
from kltool.intake import load
from kltool.jointspace import ErrorSettings, WidthSettings, assess_quality, measure_joint_space
from kltool.jointspace.metal import MetalSettings
from kltool.jointspace.quality_criteria import QualityCriteria
from kltool.localize import find_knees
from kltool.reading import read
from kltool.training.data.implants import with_partial_prosthesis
from kltool.training.data.oai import WITH_METAL, side_of
from kltool.values.joint_space import JointSpace, TracedJoint
from kltool.values.knee import right_knee_orientation
from kltool.values.length import NotMeasured, Width
from kltool.values.metal import NO_METAL, Metal
from kltool.values.radiograph import Side
from kltool.weights import Models
from tests.jointspace.simulated import NO_PLATEAU, SIGN, Phantom, flat

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PHANTOM = Phantom()
FOUND = MetalSettings()


def space_with(metal: Metal) -> JointSpace:
    traced = TracedJoint(*(PHANTOM.margins(c, flat(0.0), flat(5.0)) for c in SIGN), NO_PLATEAU)
    knee = replace(PHANTOM.knee(), metal=metal)
    return measure_joint_space(knee, traced, WidthSettings(), ErrorSettings())


def test_a_knee_without_metal_keeps_both_widths() -> None:
    space = space_with(NO_METAL)
    assert not space.metal
    assert isinstance(space.medial.minimum, Width)
    assert isinstance(space.lateral.minimum, Width)


def test_metal_in_a_compartment_takes_its_widths_and_no_others() -> None:
    space = space_with(replace(NO_METAL, medial=0.9))
    reason = NotMeasured("metal lies in the medial compartment: an implant has no joint space")
    assert space.medial.minimum == space.medial.mean == reason
    assert all(width == reason for width in space.medial.fixed_widths.values())
    assert isinstance(space.lateral.minimum, Width)
    assert space.metal


def test_metal_beside_the_joint_takes_nothing_and_is_a_warning() -> None:
    space = space_with(replace(NO_METAL, elsewhere=0.9))
    assert isinstance(space.medial.minimum, Width)
    assert isinstance(space.lateral.minimum, Width)
    warnings = assess_quality(PHANTOM.knee(), space, NotMeasured("for this test"), QualityCriteria())[1]
    assert "there is metal near the joint" in warnings


@pytest.mark.parametrize(
    ("metal", "where"),
    [
        (replace(NO_METAL, lateral=0.6), "lateral compartment"),
        (Metal(0.9, 0.9, 0.0, 0.9), "medial compartment and the lateral compartment"),
        (replace(NO_METAL, patellofemoral=0.6), "patellofemoral joint"),
    ],
)
def test_metal_in_the_joint_takes_the_grade(metal: Metal, where: str) -> None:
    reason = FOUND.in_joint(metal)
    assert reason is not None
    assert where in reason.reason


def test_the_threshold_decides_what_counts_as_found() -> None:
    doubtful = replace(NO_METAL, medial=0.4)
    assert FOUND.in_joint(doubtful) is None
    assert MetalSettings(0.3).in_joint(doubtful) is not None
    with pytest.raises(UsageError, match=r"threshold 1\.5 of metal found; 0 to 1 expected"):
        MetalSettings(1.5)


def test_a_knee_taken_for_the_other_side_has_its_metal_in_the_other_compartment() -> None:
    assert Metal(0.9, 0.1, 0.2, 0.3).turned_over() == Metal(0.1, 0.9, 0.2, 0.3)


@pytest.mark.parametrize("seed", range(6))
def test_a_partial_replacement_drawn_over_a_knee_takes_the_grade(
    seed: int, samples: Path, models: Models
) -> None:
    film = load(samples / "knee_left_moderate.dcm")
    (knee,) = find_knees(film, models).knees
    upright = np.ascontiguousarray(right_knee_orientation(film.pixels, mirrored=film.side is Side.LEFT))
    painted, shown = with_partial_prosthesis(upright, knee.placement, np.random.default_rng(seed))
    if not shown.in_joint:
        pytest.skip("too little metal of this draw can be seen")
    pixels = np.ascontiguousarray(right_knee_orientation(painted, mirrored=film.side is Side.LEFT))
    reading = read(replace(film, image=pixels), models)
    assert not any(not isinstance(one.grade, NotMeasured) for one in reading.knees)


def test_simulated_knees_have_no_metal(samples: Path, models: Models) -> None:
    for file in sorted(samples.rglob("*.dcm")):
        for knee in find_knees(load(file), models).knees:
            assert not FOUND.is_near(knee.metal)


def metal_of(path: Path, models: Models) -> Metal | None:
    try:
        knees = find_knees(load(path, side=side_of(path)), models).knees
    except KltoolError:
        return None
    return knees[0].metal if knees else None


def test_knees_of_people_without_metal_have_none(models: Models) -> None:
    folder = SHARED / "oai_kl" / "val"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    found = [metal_of(path, models) for path in sorted(folder.glob("[0-4]/*.png"))[::8]]
    known = [metal for metal in found if metal is not None]
    assert len(known) > 95
    assert not [metal for metal in known if FOUND.in_joint(metal) is not None]


def test_screws_plates_and_staples_of_people_are_found_on_ten_of_eleven_crops(models: Models) -> None:
    """Crops that the classifier has not learned from; one screw of 9715626L is missed."""
    folder = SHARED / "oai_kl" / "train"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    found = [metal_of(path, models) for name in WITH_METAL for path in folder.glob(f"[0-4]/{name}.png")]
    assert len(found) == 11
    assert sum(metal is not None and FOUND.is_near(metal) for metal in found) >= 10


def test_replaced_knees_of_people_are_not_graded(models: Models) -> None:
    folder = SHARED / "refuse"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    for path in sorted(folder.iterdir()):
        try:
            knees = read(load(path, side=Side.RIGHT), models).knees
        except KltoolError:
            continue
        assert all(isinstance(knee.grade, NotMeasured) for knee in knees), path.name
