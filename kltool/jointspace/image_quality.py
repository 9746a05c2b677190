"""Image quality around the joint: clipped pixels, width of the femoral edge, contrast-to-noise ratio."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np

from kltool.geometry.joint_axes import JointAxes, location_range
from kltool.geometry.points import bilinear, resample
from kltool.typing import Float32, Float64, Points
from kltool.values.joint_space import Margins, TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.normal import normal_cdf
from kltool.values.scale import Scale

REGION: Final = (0.15, 0.55)  # half its height and width, of the tibial width; docs/choices.md#image-quality
REACH: Final = 0.03  # of an edge profile to either side, of the tibial width; docs/choices.md#edge-width
SAMPLES: Final = 61  # of such a profile
SEGMENT: Final = 0.06  # of the margin for one profile, of the tibial width; docs/choices.md#edge-width
STATION: Final = 0.004  # between the lines averaged in a profile, likewise
EDGE_OFFSETS: Final = np.linspace(-0.02, 0.02, 41)  # of the edge from the traced margin, tibial widths
SIGMAS: Final = np.geomspace(0.001, 0.03, 96)  # of the edge's blur, tibial widths
TEN_TO_NINETY: Final = 2.5631  # standard deviations of a Gaussian's integral from 10% to 90%
COARSE: Final = 200.0  # pixels per tibial width (0.4 mm each) for noise; docs/choices.md#image-quality
LAPLACIAN: Final = np.array([[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]])
LAPLACIAN_GAIN: Final = 6.0  # it turns white noise of deviation 1 into 6; Immerkaer 1996
MEDIAN_OVER_SD: Final = 0.6745  # of the absolute value of a normal variable


@dataclass(frozen=True, slots=True)
class ImageQuality:
    """clipped: share of the joint's pixels at the film's darkest or brightest value.

    edge_width_percent: from 10 to 90% of the femoral edge, per cent of the tibial width.
    contrast_to_noise: the step of that edge over the noise of pixels of 0.4 mm.
    """

    clipped: float
    edge_width_percent: float | NotMeasured
    contrast_to_noise: float | NotMeasured


@dataclass(frozen=True, slots=True)
class _Edge:
    """The edge in one profile: a step blurred by a Gaussian. sigma: tibial widths."""

    sigma: float
    step: float


def measure_image_quality(knee: Knee, traced: TracedJoint, axes: JointAxes, scale: Scale) -> ImageQuality:
    region, corner = _joint_region(knee.pixels, knee, scale)
    clipped = _clipped_share(region, knee.film.pixels)
    edges = list(_fitted_edges(region, corner, traced, axes, scale))
    if not edges:
        absent = NotMeasured("no femoral margin was found")
        return ImageQuality(clipped, absent, absent)
    width = 100 * TEN_TO_NINETY * float(np.median([edge.sigma for edge in edges]))
    step, noise = (
        float(np.median([edge.step for edge in edges])),
        _noise_sd(_downsampled(region, scale.tibial_width)),
    )
    if noise <= 0.0:
        return ImageQuality(clipped, width, NotMeasured("the film shows no noise"))
    return ImageQuality(clipped, width, max(step, 0.0) / noise)


def _joint_region(film: Float32, knee: Knee, scale: Scale) -> tuple[Float64, Points]:
    """The film around the joint, and its top left corner."""
    half = np.array(REGION) * scale.tibial_width / scale.pixel_size
    centre, limit = np.array(knee.placement.centre), np.array(film.shape)
    low = np.clip(np.floor(centre - half).astype(int), 0, limit - 4)
    high = np.clip(np.ceil(centre + half).astype(int) + 1, low + 4, limit)
    part = film[low[0] : high[0], low[1] : high[1]]
    return np.ascontiguousarray(part, dtype=np.float64), low.astype(float)


def _clipped_share(region: Float64, film: Float32) -> float:
    return float(((region <= film.min()) | (region >= film.max())).mean())


def _downsampled(region: Float64, tibia: float) -> Float64:
    """Averaged to COARSE pixels per tibial width where it is finer: noise refers to pixels of one size."""
    if tibia <= COARSE:
        return region
    rows, columns = (max(round(side * COARSE / tibia), 4) for side in region.shape)
    return np.asarray(cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA), np.float64)


def _noise_sd(region: Float64) -> float:
    """Standard deviation of the noise of single pixels, insensitive to edges and slopes.

    Source: Immerkaer 1996, Fast Noise Variance Estimation; with the median, so that bone texture and
    edges have little influence.
    """
    residual = cv2.filter2D(region, cv2.CV_64F, LAPLACIAN)[1:-1, 1:-1]
    return float(np.median(np.abs(residual))) / MEDIAN_OVER_SD / LAPLACIAN_GAIN


def _fitted_edges(
    region: Float64, corner: Points, traced: TracedJoint, axes: JointAxes, scale: Scale
) -> Iterator[_Edge]:
    """The edge of every segment of the weight-bearing femoral margin."""
    depth = _profile_depths() * scale.tibial_width
    for compartment in Compartment:
        margins = traced.of(compartment)
        if isinstance(margins, NotMeasured):
            continue
        for margin, down in _margin_segments(margins, location_range(compartment), axes, scale):
            isotropic = margin[None] + depth[:, None, None] * down[None]  # (depths, stations, 2)
            points = isotropic / scale.pixel_size - corner
            if (points >= 0).all() and (points <= np.array(region.shape) - 1).all():
                values = bilinear(region, points)
                yield _fit_edge(values.mean(axis=1))


def _margin_segments(
    margins: Margins, span: tuple[float, float], axes: JointAxes, scale: Scale
) -> Iterator[tuple[Points, Points]]:
    """Segments of a margin: (n, 2) points and (n, 2) unit normals towards the tibia, isotropic units."""
    isotropic = scale.to_isotropic(margins.femur)
    x, _ = axes.to_axes(isotropic)
    bearing = isotropic[(x >= span[0]) & (x <= span[1])]
    if len(bearing) < 3:
        return
    length = float(np.hypot(*np.diff(bearing, axis=0).T).sum())
    segments = max(int(length / (SEGMENT * scale.tibial_width)), 1)
    stations = max(round(length / (STATION * scale.tibial_width) / segments), 4)
    margin = resample(bearing, segments * stations)
    along = np.gradient(margin, axis=0)
    along /= np.hypot(*along.T)[:, None]
    down = np.column_stack([along[:, 1], -along[:, 0]])
    down *= np.where(down @ axes.down < 0, -1.0, 1.0)[:, None]
    for first in range(0, len(margin), stations):
        yield margin[first : first + stations], down[first : first + stations]


def _fit_edge(profile: Float64) -> _Edge:
    """The falling step, blurred by a Gaussian, that fits a profile best together with a level and a slope."""
    templates, lengths, sigmas = _edge_templates()
    explained = templates @ profile
    best = int(explained.argmax())
    return _Edge(float(sigmas[best]), float(explained[best] / lengths[best]))


@cache
def _edge_templates() -> tuple[Float64, Float64, Float64]:
    """All blurred steps: (n, SAMPLES) without level and slope, as unit vectors; their lengths (n,) at a
    height of 1; their blur (n,), tibial widths.
    """
    offset, sigma = (grid.ravel() for grid in np.meshgrid(EDGE_OFFSETS, SIGMAS))
    steps = 1.0 - normal_cdf((_profile_depths() - offset[:, None]) / sigma[:, None])
    linear, _ = np.linalg.qr(np.column_stack([np.ones(SAMPLES), _profile_depths()]))
    residual = steps - steps @ linear @ linear.T
    lengths = np.linalg.norm(residual, axis=1)
    return residual / lengths[:, None], lengths, sigma


def _profile_depths() -> Float64:
    """(SAMPLES,) positions across the margin, tibial widths."""
    return np.linspace(-REACH, REACH, SAMPLES)
