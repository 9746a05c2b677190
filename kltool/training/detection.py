"""The knee of a film of one knee, for training and scoring, where a film without one is no error."""

from kltool.errors import Refusal
from kltool.localize import find_knees
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph
from kltool.weights import Models


def first_knee(film: Radiograph, models: Models) -> Knee | None:
    """The first natural knee that is found."""
    try:
        knees = find_knees(film, models).knees
    except Refusal:
        return None
    return knees[0] if knees else None
