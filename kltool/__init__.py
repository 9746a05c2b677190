"""Knee joint space and Kellgren-Lawrence grade on plain radiographs, with their error.

The road: a file becomes a Radiograph (intake), its knees are found and turned to one hand (localize),
measured (jointspace) and graded (grade) into a Reading (read); two readings of a knee make a change
(compare).

    import kltool

    models = kltool.load_models()
    before = kltool.read(kltool.load("before.dcm"), models)
    after = kltool.read(kltool.load("after.dcm"), models)
    for change in kltool.compare(before, after, models):
        print(change.sentence)

Research software, not a medical device. Heavy libraries are imported where they are used, so that this
import, and with it the command line, starts fast.
"""

from kltool.comparison import compare
from kltool.intake import load
from kltool.reading import read
from kltool.values.change import GradeChange, KneeChange, Verdict, WidthChange
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.reading import Grade, JointSpace, KneeReading, Reading
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from kltool.weights import Models, load_models

__all__ = [
    "Calibration",
    "Compartment",
    "Grade",
    "GradeChange",
    "JointSpace",
    "Knee",
    "KneeChange",
    "KneeReading",
    "Models",
    "NoSpacing",
    "NotMeasured",
    "Radiograph",
    "Reading",
    "Side",
    "SideSource",
    "Spacing",
    "Verdict",
    "Width",
    "WidthChange",
    "compare",
    "load",
    "load_models",
    "read",
]
