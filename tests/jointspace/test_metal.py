"""Metal is bright with a sharp border all around; bone is not."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kltool.errors import KltoolError
from kltool.intake import load
from kltool.jointspace import ErrorSettings, TraceSettings, WidthSettings, assess_quality, measure_joint_space
from kltool.jointspace.metal import detect_metal
from kltool.jointspace.quality_criteria import QualityCriteria
from kltool.localize import find_knees
from kltool.training.data.oai import side_of
from kltool.values.joint_space import TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.weights import Models
from tests.jointspace.simulated import NO_PLATEAU, SIGN, Phantom, flat

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PHANTOM = Phantom()
Film = npt.NDArray[np.float32]


def bone() -> Film:
    """A soft picture of two bones with a joint space of 5 mm between them."""
    row, column = np.mgrid[:350, :400].astype(float)
    bones = 600.0 * ((row < 175) | (row > 187)) * (np.abs(column - 200) < 95)
    light = 200.0 + bones + 150.0 * np.cos(column / 40.0) * np.cos(row / 50.0)
    return np.asarray(cv2.GaussianBlur(light.astype(np.float32), (0, 0), 3.0))


def with_block(film: Film, rows: tuple[int, int], columns: tuple[int, int]) -> Film:
    """A block of metal with sharp borders."""
    shown = film.copy()
    shown[rows[0] : rows[1], columns[0] : columns[1]] = 2000.0
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), 0.7))


def space_of(film: Film) -> tuple[Width | NotMeasured, Width | NotMeasured]:
    traced = TracedJoint(*(PHANTOM.margins(c, flat(0.0), flat(5.0)) for c in SIGN), NO_PLATEAU)
    space = measure_joint_space(PHANTOM.knee(film), traced, WidthSettings(), ErrorSettings())
    return space.medial.minimum, space.lateral.minimum


def test_bone_is_not_metal() -> None:
    assert not detect_metal(PHANTOM.knee(bone())).found
    assert all(isinstance(minimum, Width) for minimum in space_of(bone()))


def test_a_prosthesis_leaves_no_joint_space_in_its_compartment_only() -> None:
    medial, lateral = space_of(with_block(bone(), (110, 175), (230, 290)))
    assert medial == NotMeasured("metal lies at the femoral margin: an implant has no joint space")
    assert isinstance(lateral, Width)


def test_metal_above_the_joint_leaves_the_joint_space_and_gives_a_warning() -> None:
    film = with_block(bone(), (80, 130), (150, 260))
    assert all(isinstance(minimum, Width) for minimum in space_of(film))
    knee = PHANTOM.knee(film)
    assert detect_metal(knee).found
    traced = TracedJoint(*(PHANTOM.margins(c, flat(0.0), flat(5.0)) for c in SIGN), NO_PLATEAU)
    space = measure_joint_space(knee, traced, WidthSettings(), ErrorSettings())
    assert (
        "there is metal near the joint"
        in assess_quality(knee, space, NotMeasured("for this test"), QualityCriteria())[1]
    )


def test_simulated_knees_have_no_metal(samples: Path, models: Models) -> None:
    for file in sorted(samples.rglob("*.dcm")):
        for knee in find_knees(load(file), models).knees:
            assert not detect_metal(knee).found


def _knee(path: Path, models: Models) -> Knee | None:
    try:
        knees = find_knees(load(path, side=side_of(path)), models).knees
    except KltoolError:
        return None
    return knees[0] if knees else None


def test_knees_of_people_without_metal_have_none(models: Models) -> None:
    folder = SHARED / "oai_kl" / "val"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    paths = sorted(folder.glob("[0-4]/*.png"))[::8]
    knees = [knee for knee in (_knee(path, models) for path in paths) if knee is not None]
    assert len(knees) > 95
    assert not [knee.film.source for knee in knees if detect_metal(knee).found]


@pytest.mark.parametrize("name", ["0/9877295L", "2/9930679R", "3/9715626L", "3/9070442L"])
def test_screws_plates_and_staples_of_people_are_found(name: str, models: Models) -> None:
    path = SHARED / "oai_kl" / "train" / f"{name}.png"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    knee = _knee(path, models)
    assert knee is not None
    assert detect_metal(knee).found


def test_a_prosthesis_that_the_finder_takes_for_a_knee_gives_no_width(models: Models) -> None:
    path = SHARED / "refuse" / "3ceb5b4983bd.jpg"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    from kltool.jointspace import trace_margins

    for knee in find_knees(replace(load(path), side=side_of(Path("0R.png"))), models).knees:
        space = measure_joint_space(
            knee, trace_margins(knee, models.margins, TraceSettings()), WidthSettings(), ErrorSettings()
        )
        for compartment in Compartment:
            assert isinstance(space.of(compartment).minimum, NotMeasured)
