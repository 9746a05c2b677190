"""The grader on one canonical crop."""

import numpy as np

from kltool.localize.brightness import standardize
from kltool.values.findings import Grade
from kltool.values.image import Knee
from kltool.weights import Network


def grade(knee: Knee, grader: Network) -> Grade:
    """Probabilities of KL 0 to 4, at the temperature the model was exported with.

    The knee's crop is the grader's input; its size is the network's, (224, 224).
    """
    (rows,) = grader(standardize(knee.crop)[None, None])
    p0, p1, p2, p3, p4 = (
        float(value) for value in rows[0].astype(np.float64) / rows[0].sum(dtype=np.float64)
    )
    return Grade((p0, p1, p2, p3, p4))
