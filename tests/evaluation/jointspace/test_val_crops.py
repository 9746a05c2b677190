"""Scores of `val` crops compare like with like: the same compartments, the same unit."""

from evaluation.jointspace.val_crops import MM_PER_PERCENT, Narrowest, ValKnee, minima, of_grade, sds_mm

from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment


def knee(grade: int, medial: float | NotMeasured, lateral: float | NotMeasured, sd: float = 0.1) -> ValKnee:
    of_both = {Compartment.MEDIAL: medial, Compartment.LATERAL: lateral}
    return ValKnee("p", grade, of_both, dict.fromkeys(Compartment, sd), dict.fromkeys(Compartment, 20))


def test_the_narrower_compartment_needs_both_and_the_medial_one_only_itself() -> None:
    absent = NotMeasured("no clear edge")
    knees = [knee(1, 5.0, 6.0), knee(3, 4.0, 1.0), knee(4, absent, 2.0), knee(3, 2.0, absent)]
    medial: Narrowest = minima(knees, (Compartment.MEDIAL,))
    assert of_grade(medial, 3).tolist() == [4.0, 2.0]
    assert of_grade(medial, 4).tolist() == []
    assert minima(knees, tuple(Compartment)).percent.tolist() == [5.0, 1.0]


def test_a_deviation_in_per_cent_is_given_in_millimetres_of_a_76_mm_tibia() -> None:
    assert MM_PER_PERCENT == 0.76
    assert sds_mm([knee(1, 5.0, 6.0, sd=0.5)], Compartment.MEDIAL).tolist() == [0.38]
