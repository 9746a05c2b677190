from . import errors
from .comparison import compare
from .intake import load
from .reading import read
from .values.change import (
    GradeChange,
    KneeChange,
    Verdict,
    WidthChange,
)
from .values.knee import Knee
from .values.length import NotMeasured, Width
from .values.measure import Compartment
from .values.radiograph import Radiograph, Side, SideSource
from .values.reading import (
    Grade,
    JointSpace,
    KneeReading,
    Reading,
)
from .values.spacing import Calibration, NoSpacing, Spacing
from .version import __version__
from .weights import Models, load_models

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
    "__version__",
    "compare",
    "errors",
    "load",
    "load_models",
    "read",
]
