"""The values of a simulated film: the knee, the film, and the truth.

Millimetres are those of the plane of the joint: pixel distance times `Film.joint_spacing_mm`, which a
DICOM file states as its calibrated PixelSpacing. A width on the detector is larger by the magnification.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from kltool.errors import UsageError
from kltool.typing import Float64
from kltool.values.radiograph import Side

Pixels = npt.NDArray[np.uint16]
Pair = tuple[tuple[float, float], tuple[float, float]]  # two points, (row, column)


@dataclass(frozen=True, slots=True)
class Osteophytes:
    """Marginal osteophytes, 0 (none) to 1 (large), at the four sites graded by atlases."""

    medial_femoral: float = 0.0
    lateral_femoral: float = 0.0
    medial_tibial: float = 0.0
    lateral_tibial: float = 0.0

    def __post_init__(self) -> None:
        _require_range(self, 0.0, 1.0, *asdict(self))


@dataclass(frozen=True, slots=True)
class Sclerosis:
    """Subchondral sclerosis, 0 (none) to 1 (marked), in each compartment."""

    medial: float = 0.0
    lateral: float = 0.0

    def __post_init__(self) -> None:
        _require_range(self, 0.0, 1.0, *asdict(self))


@dataclass(frozen=True, slots=True)
class KneeScene:
    """One knee and its positioning.

    shape: standard deviations along the first components of the shape model; None samples them from seed.
    medial_gap_mm, lateral_gap_mm: minimum joint space, mm in the plane of the joint; 0 is bone
    on bone. The femorotibial angle follows from the two.
    flexion_deg: of the knee, 0 as the model was scanned, supine. rotation_deg: of the leg about its
    axis, positive externally. beam_tilt_deg: of the beam against the medial plateau, 0 is parallel,
    positive from above. varus_deg: of the whole leg in the picture, positive is varus.
    seed: of the shape and of the trabeculae. body: thickness of the soft tissue, 1 is average.
    bone_density: of the trabecular bone, 1 is average. spines: heights of the medial and the lateral
    tibial spine, 1 is average. hollow_mm: how much deeper than the shape's own the medial and the lateral
    plateau are in their middle. plate_mm: thickness of the subchondral plate of femur and tibia. texture:
    amplitude of the trabeculae, 1 is average. coarseness: of their size, likewise.
    """

    side: Side = Side.RIGHT
    medial_gap_mm: float = 4.5
    lateral_gap_mm: float = 5.5
    flexion_deg: float = 15.0
    rotation_deg: float = 0.0
    beam_tilt_deg: float = 0.0
    varus_deg: float = 0.0
    osteophytes: Osteophytes = field(default_factory=Osteophytes)
    sclerosis: Sclerosis = field(default_factory=Sclerosis)
    shape: tuple[float, ...] | None = None
    seed: int = 0
    body: float = 1.0
    bone_density: float = 1.0
    spines: tuple[float, float] = (1.0, 1.0)
    hollow_mm: tuple[float, float] = (0.0, 0.0)
    plate_mm: tuple[float, float] = (1.1, 1.6)
    texture: float = 1.0
    coarseness: float = 1.0

    def __post_init__(self) -> None:
        _require_range(self, 0.0, 12.0, "medial_gap_mm", "lateral_gap_mm")
        _require_range(self, 0.0, 45.0, "flexion_deg")
        _require_range(self, -25.0, 25.0, "rotation_deg")
        _require_range(self, -15.0, 15.0, "beam_tilt_deg", "varus_deg")
        _require_range(self, 0.6, 1.8, "body")
        _require_range(self, 0.4, 1.6, "bone_density")
        _require_range(self, 0.0, 3.0, "spines", "texture")
        _require_range(self, -2.0, 4.0, "hollow_mm")
        _require_range(self, 0.75, 3.5, "plate_mm")
        _require_range(self, 0.4, 2.5, "coarseness")
        if any(not abs(sd) <= 3.0 for sd in self.shape or ()):
            raise UsageError(f"shape {self.shape} found; every coefficient must lie within 3 deviations")


@dataclass(frozen=True, slots=True)
class Collimator:
    """The exposed rectangle.

    centre_mm: (down, right) from the middle of the film to the middle of the rectangle, in the plane of
    the joint, as all lengths here. half_mm: (half its height, half its width). turn_deg: clockwise on the
    picture. penumbra_mm: width of its edge. white: grey value of the unexposed film, 1 white, 0 black.
    Source: docs/choices-simulate.md#collimator.
    """

    centre_mm: tuple[float, float] = (0.0, 0.0)
    half_mm: tuple[float, float] = (60.0, 55.0)
    turn_deg: float = 0.0
    penumbra_mm: float = 0.6
    white: float = 0.0

    def __post_init__(self) -> None:
        _require_range(self, -400.0, 400.0, "centre_mm")
        _require_range(self, 5.0, 400.0, "half_mm")
        _require_range(self, -45.0, 45.0, "turn_deg")
        _require_range(self, 0.01, 20.0, "penumbra_mm")
        _require_range(self, 0.0, 1.0, "white")


@dataclass(frozen=True, slots=True)
class Marker:
    """A lead letter that marks the side.

    at_mm: (down, right) from the middle of the film to the middle of the letter, in the plane of the
    joint. height_mm: of the letter. turn_deg: clockwise on the picture. mirrored: seen from behind.
    brightness: 1 is white, 0 is transparent. framed: with a ring around it.
    """

    letter: str = "R"
    at_mm: tuple[float, float] = (-50.0, -45.0)
    height_mm: float = 12.0
    turn_deg: float = 0.0
    mirrored: bool = False
    brightness: float = 1.0
    framed: bool = False

    def __post_init__(self) -> None:
        if self.letter not in ("L", "R"):
            raise UsageError(f"marker {self.letter!r} found, L or R expected")
        _require_range(self, -400.0, 400.0, "at_mm")
        _require_range(self, 2.0, 60.0, "height_mm")
        _require_range(self, -360.0, 360.0, "turn_deg")
        _require_range(self, 0.0, 1.0, "brightness")


@dataclass(frozen=True, slots=True)
class Ball:
    """A calibration ball beside the leg.

    at_mm: (down, right) from the middle of the film to its centre as the film shows it, in the plane of the
    joint. diameter_mm: of the ball. nearer_mm: how much nearer to the source than the joint its centre lies.
    attenuation_mm: linear attenuation. brightness: of a ray that it stops; above 1 it is burnt out.
    Source: docs/choices-simulate.md#ball.
    """

    at_mm: tuple[float, float] = (0.0, -70.0)
    diameter_mm: float = 25.0
    nearer_mm: float = 0.0
    attenuation_mm: float = 1.2
    brightness: float = 1.0

    def __post_init__(self) -> None:
        _require_range(self, -400.0, 400.0, "at_mm")
        _require_range(self, 2.0, 80.0, "diameter_mm")
        _require_range(self, -150.0, 150.0, "nearer_mm")
        _require_range(self, 0.05, 10.0, "attenuation_mm")
        _require_range(self, 0.0, 2.0, "brightness")


@dataclass(frozen=True, slots=True)
class Film:
    """The detector, the beam and the processing.

    spacing_mm: pitch of the detector. magnification: detector over joint. source_mm: source to detector.
    blur_mm: standard deviation of focal spot and detector, on the detector. noise: 1 is a usual exposure,
    0 is none. scatter: scattered over primary radiation behind the leg. latitude: 1 shows the whole range of
    attenuation, 0 removes low frequencies. window: line integrals that are shown black and white.
    separation_mm: between the two knees of a bilateral film. seed: of the noise.
    joint_at_mm: (down, right) on the picture, from the middle of the film to where the central ray meets
    the joint, in the plane of the joint. sharpening, sharpening_mm: strength of the unsharp mask, 0 is
    none, and its width on the detector. toe: of the characteristic curve, 0 linear, 1 sigmoid.
    """

    rows: int = 640
    columns: int = 560
    spacing_mm: float = 0.2
    magnification: float = 1.06
    source_mm: float = 1830.0
    blur_mm: float = 0.15
    noise: float = 1.0
    scatter: float = 0.25
    latitude: float = 0.55
    window: tuple[float, float] = (1.1, 3.6)
    bits: int = 12
    separation_mm: float = 190.0
    seed: int = 0
    joint_at_mm: tuple[float, float] = (0.0, 0.0)
    sharpening: float = 0.0
    sharpening_mm: float = 1.0
    toe: float = 0.0
    collimator: Collimator | None = None
    marker: Marker | None = None
    ball: Ball | None = None

    def __post_init__(self) -> None:
        _require_range(self, 64, 6000, "rows", "columns")
        _require_range(self, 0.05, 1.0, "spacing_mm")
        _require_range(self, 1.0, 1.5, "magnification")
        _require_range(self, 800.0, 5000.0, "source_mm")
        _require_range(self, 0.0, 2.0, "blur_mm", "scatter")
        _require_range(self, 0.0, 10.0, "noise")
        _require_range(self, 0.0, 1.0, "latitude", "toe")
        _require_range(self, 8, 16, "bits")
        _require_range(self, -200.0, 200.0, "joint_at_mm")
        _require_range(self, 0.0, 10.0, "sharpening")
        _require_range(self, 0.05, 20.0, "sharpening_mm")
        _require_range(self, 100.0, 300.0, "separation_mm")
        if not self.window[0] < self.window[1]:
            raise UsageError(f"window {self.window} found; black below white expected")

    @property
    def joint_spacing_mm(self) -> float:
        """Width of a pixel in the plane of the joint: true millimetres of the knee."""
        return self.spacing_mm / self.magnification


@dataclass(frozen=True, slots=True, eq=False)
class CompartmentTruth:
    """The truth of one compartment on the film.

    femoral_margin, tibial_margin: (n, 2) (row, column) pixels from the medial to the lateral end, one
    point a column. Femoral: lower edge of the projected condyle. Tibial: upper edge of the subchondral
    plate where the condyle bears, in the middle half of the depth of the plateau; not a margin of the plateau
    that tilt projects above it. minimum_mm: smallest Euclidean distance between them, within the range of the
    minimum. narrowest: its ends, (row, column) on the femur and on the tibia.
    area_mm2: of the joint space over area_x, of the widths along the normal of the x axis. mean_mm: the
    same over the length of that range. area_x: the OAI's range of x (medial 0.150 to 0.300, lateral 0.700
    to 0.900), or the part of it that the margins reach.
    anterior_margin, posterior_margin: (n, 2) (row, column), of the plateau, one point a column.
    inter_margin_distance_mm: mean absolute distance between them along the normal of the x axis over area_x.
    inter_margin_offset_mm: its signed mean, positive where the posterior margin is shown below the anterior.
    """

    femoral_margin: Float64
    tibial_margin: Float64
    minimum_mm: float
    narrowest: Pair
    area_mm2: float
    mean_mm: float
    area_x: tuple[float, float]
    anterior_margin: Float64
    posterior_margin: Float64
    inter_margin_distance_mm: float
    inter_margin_offset_mm: float


@dataclass(frozen=True, slots=True)
class FixedWidth:
    """Joint space at a fraction x of the femoral width (0 medial to 1 lateral), along the normal of x."""

    x: float
    mm: float


@dataclass(frozen=True, slots=True, eq=False)
class KneeTruth:
    """The true values of one knee of the film.

    x_axis: (row, column) at x = 0 and at x = 1, on the tangent of both distal condyles. centre: (row,
    column) midway between the margins of the two compartments. tilt_deg: of the x axis on the
    picture, positive where it falls towards the right of the picture. femoral_ends: (row, column) of the
    medial and the lateral widest point of the condyles, osteophytes excluded, which x = 0 and x = 1 stand
    for. tibial_ends: of the outermost points of the tibia, osteophytes included, whose distance along the
    x axis is tibial_width_px.
    """

    side: Side
    medial: CompartmentTruth
    lateral: CompartmentTruth
    widths: tuple[FixedWidth, ...]
    x_axis: Pair
    femoral_ends: Pair
    tibial_ends: Pair
    centre: tuple[float, float]
    tibial_width_px: float
    tilt_deg: float
    spacing_mm: float
    magnification: float
    scene: KneeScene

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary; points rounded to a hundredth of a pixel, widths to a thousandth of a mm."""
        return {
            "simulated": True,
            "side": self.side.value,
            "spacing_mm": round(self.spacing_mm, 6),
            "magnification": self.magnification,
            "medial": _compartment_json(self.medial),
            "lateral": _compartment_json(self.lateral),
            "widths_mm": {f"{width.x:.3f}": round(width.mm, 3) for width in self.widths},
            "x_axis": _points_json(np.array(self.x_axis)),
            "femoral_ends": _points_json(np.array(self.femoral_ends)),
            "tibial_ends": _points_json(np.array(self.tibial_ends)),
            "centre": _points_json(np.array([self.centre]))[0],
            "tibial_width_px": round(self.tibial_width_px, 2),
            "tilt_deg": round(self.tilt_deg, 3),
            "scene": _scene_json(self.scene),
        }


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedFilm:
    """A DX image and its truth.

    pixels: (rows, columns) uint16, bone bright (MONOCHROME2), as displayed: the patient's right on the left.
    truth: of one knee, or of the right and then the left.
    """

    pixels: Pixels
    film: Film
    truth: tuple[KneeTruth, ...]


def _compartment_json(compartment: CompartmentTruth) -> dict[str, Any]:
    return {
        "minimum_mm": round(compartment.minimum_mm, 3),
        "narrowest": _points_json(np.array(compartment.narrowest)),
        "femoral_margin": _points_json(compartment.femoral_margin),
        "tibial_margin": _points_json(compartment.tibial_margin),
        "area_mm2": round(compartment.area_mm2, 3),
        "mean_mm": round(compartment.mean_mm, 4),
        "area_x": [round(x, 4) for x in compartment.area_x],
        "anterior_margin": _points_json(compartment.anterior_margin),
        "posterior_margin": _points_json(compartment.posterior_margin),
        "inter_margin_distance_mm": round(compartment.inter_margin_distance_mm, 3),
        "inter_margin_offset_mm": round(compartment.inter_margin_offset_mm, 3),
    }


def _scene_json(scene: KneeScene) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in {**asdict(scene), "side": scene.side.value}.items()
    }


def _points_json(points: Float64) -> list[list[float]]:
    return [[round(float(row), 2), round(float(column), 2)] for row, column in points]


def _require_range(noun: object, least: float, most: float, *names: str) -> None:
    for name in names:
        found = getattr(noun, name)
        values = found if isinstance(found, tuple) else (found,)
        if not all(math.isfinite(value) and least <= value <= most for value in values):
            raise UsageError(f"{type(noun).__name__}.{name} = {found} found, {least} to {most} expected")
