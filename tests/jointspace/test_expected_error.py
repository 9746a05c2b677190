"""The expected error grows with worse evidence, and predicts true errors on films of known truth."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool import read
from kltool.jointspace import ExpectedErrorSettings, expected_error
from kltool.jointspace.expected_error import ErrorEvidence
from kltool.reading import DEFAULT
from kltool.training.data.spoiled import Damage, spoiled
from kltool.values.expected_error import ExpectedError
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.spacing import Spacing
from kltool.weights import Models

ReadSample = Callable[..., Reading]
LAW = ExpectedErrorSettings()
PER_CENT = st.floats(0.05, 10.0)


@given(PER_CENT, PER_CENT, PER_CENT, PER_CENT, st.floats(1.0, 3.0))
def test_worse_evidence_never_promises_a_smaller_error(
    deviation: float, width: float, disagreement: float, edge: float, times: float
) -> None:
    evidence = ErrorEvidence(deviation, width, disagreement, edge)
    before = LAW.error_percent(evidence)
    for name in ("deviation", "disagreement", "edge"):
        worse = replace(evidence, **{name: times * getattr(evidence, name)})
        assert LAW.error_percent(worse) >= before - 1e-12


def test_at_ordinary_evidence_the_error_is_the_typical_one() -> None:
    assert LAW.error_percent(ErrorEvidence(0.2, 5.0, 0.4, 1.0)) == pytest.approx(LAW.typical_percent)


def test_an_edge_that_could_not_be_measured_counts_as_blurred() -> None:
    sharp, unknown = (ErrorEvidence(0.2, 5.0, 0.4, edge) for edge in (1.0, NotMeasured("no margin")))
    assert LAW.error_percent(unknown) > LAW.error_percent(sharp)


def test_of_both_minima_the_worse_counts_and_without_one_there_is_none(read_sample: ReadSample) -> None:
    (reading,) = read_sample("knee_right_normal.dcm").knees
    space = reading.joint_space
    wide = replace(space.lateral.minimum, sd_percent=1.5)
    worse = replace(space, lateral=replace(space.lateral, minimum=wide))
    found = expected_error(reading.knee, worse, LAW, DEFAULT.quality)
    assert isinstance(found, ExpectedError)
    assert found.compartment is Compartment.LATERAL
    assert found.mm == pytest.approx(found.percent / 100 * tibia_mm(reading))
    absent = NotMeasured("why")
    neither = replace(
        space, medial=replace(space.medial, minimum=absent), lateral=replace(space.lateral, minimum=absent)
    )
    none = expected_error(reading.knee, neither, LAW, DEFAULT.quality)
    assert none == NotMeasured("no minimum width was measured")


def tibia_mm(reading: KneeReading) -> float:
    scale = reading.knee.scale
    assert not isinstance(scale.unit_mm, NotMeasured)
    return scale.tibial_width * scale.unit_mm


def damaged(film: Radiograph, centre: tuple[float, float], damage: Damage) -> Radiograph:
    assert isinstance(film.spacing, Spacing)
    random = np.random.default_rng(0)
    return spoiled(film, np.array(centre), film.spacing.row_mm, damage, random)


def test_an_ordinary_film_is_good_and_the_same_film_blurred_is_not(
    read_sample: ReadSample, models: Models
) -> None:
    """Expected errors grow with the blur."""
    plain = read_sample("knee_right_normal.dcm")
    assert plain.knees[0].quality is Quality.GOOD
    readings = [
        read(damaged(plain.film, plain.knees[0].knee.placement.centre, Damage(blur_mm=mm)), models).knees[0]
        for mm in (0.5, 1.0, 2.0)
    ]
    errors = [
        np.inf if isinstance(one.expected_error, NotMeasured) else one.expected_error.percent
        for one in (plain.knees[0], *readings)
    ]
    assert errors == sorted(errors)
    assert readings[-1].quality is not Quality.GOOD
