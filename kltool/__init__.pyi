from . import errors
from .agreement import Agreement, MatchOptions, Resampling, agreement_of, ratings_of
from .batch import Batch, run_batch
from .comparison import REPOSITIONING_MM, ErrorModel, compare, timelines
from .grading import SiteSettings, read_site
from .intake import Access, ImageSource, find_images, load
from .reading import Settings, read, read_source
from .report.pages import write_page
from .samples import sample_path
from .values.change import Comparability, KneeChange, Verdict
from .values.grade import Grade
from .values.grade_change import GradeChange, GradeClaim
from .values.joint_space import CompartmentSpace, JointSpace, Positioning
from .values.knee import Knee
from .values.length import Area, Length, NotMeasured, Width
from .values.measure import Compartment, Measure, PictureSide
from .values.radiograph import Radiograph, Side, SideSource
from .values.reading import KneeReading, Provenance, Quality, Reading, RefusedKnee, Status, Unread
from .values.spacing import Calibration, NoSpacing, Spacing
from .values.sphere import NoSphere, Sphere
from .values.timeline import Slope, Timeline, Visit
from .values.width_change import WidthChange
from .version import __version__
from .weights import Models, default_models, load_models

__all__ = [
    "REPOSITIONING_MM",
    "Access",
    "Agreement",
    "Area",
    "Batch",
    "Calibration",
    "Comparability",
    "Compartment",
    "CompartmentSpace",
    "ErrorModel",
    "Grade",
    "GradeChange",
    "GradeClaim",
    "ImageSource",
    "JointSpace",
    "Knee",
    "KneeChange",
    "KneeReading",
    "Length",
    "MatchOptions",
    "Measure",
    "Models",
    "NoSpacing",
    "NoSphere",
    "NotMeasured",
    "PictureSide",
    "Positioning",
    "Provenance",
    "Quality",
    "Radiograph",
    "Reading",
    "RefusedKnee",
    "Resampling",
    "Settings",
    "Side",
    "SideSource",
    "SiteSettings",
    "Slope",
    "Spacing",
    "Sphere",
    "Status",
    "Timeline",
    "Unread",
    "Verdict",
    "Visit",
    "Width",
    "WidthChange",
    "__version__",
    "agreement_of",
    "compare",
    "default_models",
    "errors",
    "find_images",
    "load",
    "load_models",
    "ratings_of",
    "read",
    "read_site",
    "read_source",
    "run_batch",
    "sample_path",
    "timelines",
    "write_page",
]
