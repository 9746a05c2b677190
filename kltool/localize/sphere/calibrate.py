"""A spacing from the sphere that the user states, where its disc is found beside the leg.

What contradicts it is said: the tags, a second disc, a place far from the joint. Where there is no disc, or
where it cannot be told which one it is, the spacing of the film stays. docs/choices.md#sphere
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import hypot, log
from typing import Final

import numpy as np

from kltool.errors import SpacingError
from kltool.geometry.points import mirror
from kltool.localize.spacing import AT_DETECTOR, POSSIBLE_MM
from kltool.localize.sphere.discs import Disc, Limits, find_discs
from kltool.values.decimals import decimal
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import TIER_SD, Calibration, NoSpacing, Spacing
from kltool.values.sphere import NoSphere, Sphere, given_sphere_mm

BESIDE: Final = 0.5  # tibial widths off the axis of the leg; docs/choices.md#sphere
BESIDE_DIAMETERS: Final = 0.35  # and diameters of the disc
FAR: Final = 1.0  # tibial widths above or below the joint; docs/choices.md#sphere
SAME_SIZE: Final = 0.02  # relative, of two discs; docs/choices.md#sphere
MOST_MAGNIFIED: Final = 1.25  # of a knee on its detector; docs/choices.md#magnification
ALLOWED_SD: Final = 2.0  # docs/choices.md#sphere

Notes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SphereSettings:
    """The calibration sphere beside the leg.

    Attributes
    ----------
    diameter_mm : float or None
        Of the ball, 5 to 60; None where none is stated, and none is looked for.

    Raises
    ------
    UsageError
        Where it is out of range.
    """

    diameter_mm: float | None = None

    def __post_init__(self) -> None:
        if self.diameter_mm is not None:
            object.__setattr__(self, "diameter_mm", given_sphere_mm(self.diameter_mm))


NO_SPHERE: Final = SphereSettings()


@dataclass(frozen=True, slots=True)
class _Place:
    """A disc beside the leg. below: how far below the joint of the nearest knee, tibial widths."""

    disc: Disc
    below: float


def calibrate_by_sphere(
    film: Radiograph, knees: Sequence[Knee], settings: SphereSettings
) -> tuple[Radiograph, Notes]:
    """The film with the sphere and its spacing, or why there is none, and what is to be said of it."""
    if settings.diameter_mm is None or not knees:
        return film, ()
    found = _sphere(film, knees, settings.diameter_mm)
    if isinstance(found, NoSphere):
        return replace(film, sphere=found), (f"{found.reason}; {_instead(film.spacing)}",)
    sphere, notes = found
    spacing = Spacing(sphere.spacing_mm, sphere.spacing_mm, Calibration.SPHERE)
    notes = (_found(sphere), *notes, *_contradiction(spacing, film.spacing))
    others = () if isinstance(film.spacing, NoSpacing) else (film.spacing,)
    calibrated = replace(film, spacing=spacing, sphere=sphere, other_spacings=(*others, *film.other_spacings))
    return calibrated, notes


def _sphere(film: Radiograph, knees: Sequence[Knee], diameter_mm: float) -> tuple[Sphere, Notes] | NoSphere:
    width = float(np.median([knee.placement.tibial_width_px for knee in knees]))
    discs = find_discs(film.pixels, _diameters(diameter_mm, width))
    places = sorted(_beside(discs, knees), key=lambda place: abs(place.below))
    if not places:
        reason = (
            f"no calibration sphere was found, a bright disc of {diameter_mm:g} mm beside the leg expected"
        )
        return NoSphere("no_disc", reason)
    if not _all_alike([place.disc for place in places]):
        return NoSphere("several_discs", _several(places))
    nearest = places[0]
    sphere = _sphere_of(nearest.disc, diameter_mm)
    try:
        Spacing(sphere.spacing_mm, sphere.spacing_mm, Calibration.SPHERE)
    except SpacingError:
        reason = f"a disc of {decimal(sphere.diameter_px, 1)} pixels was found, too large or small for "
        return NoSphere("impossible_spacing", f"{reason}{diameter_mm:g} mm")
    return sphere, (*_of_several(places), *_too_far(nearest, sphere, width))


def _diameters(diameter_mm: float, tibial_width_px: float) -> Limits:
    """Pixels, by the tibiae that are possible at all: whether the size fits is judged as of every spacing."""
    least, most = POSSIBLE_MM
    return diameter_mm * tibial_width_px / most, diameter_mm * tibial_width_px / least


def _sphere_of(disc: Disc, diameter_mm: float) -> Sphere:
    at = disc.outline
    return Sphere(
        float(at.row),
        float(at.column),
        float(disc.diameter),
        float(at.elongation),
        at.angle_rad,
        diameter_mm,
    )


def _beside(discs: Sequence[Disc], knees: Sequence[Knee]) -> Iterator[_Place]:
    """The discs that lie beside every leg of the film."""
    for disc in discs:
        seen = [_seen_from(knee, disc) for knee in knees]
        clear = (
            off >= BESIDE + BESIDE_DIAMETERS * disc.diameter / knee.placement.tibial_width_px
            for (off, _), knee in zip(seen, knees, strict=True)
        )
        if all(clear):
            yield _Place(disc, min(seen)[1])


def _seen_from(knee: Knee, disc: Disc) -> tuple[float, float]:
    """How far off the axis of the leg, and how far below the joint, tibial widths."""
    at = knee.placement
    place = np.array([[disc.outline.row, disc.outline.column]])
    if at.mirrored:
        place = mirror(place, knee.film.pixels.shape[1])
    down, across = (place[0] - at.centre) / at.tibial_width_px
    sine, cosine = np.sin(at.tilt_rad), np.cos(at.tilt_rad)
    return abs(float(across * cosine + down * sine)), float(down * cosine - across * sine)


def _all_alike(discs: Sequence[Disc]) -> bool:
    diameters = [disc.diameter for disc in discs]
    return max(diameters) <= (1 + SAME_SIZE) * min(diameters)


def _several(places: Sequence[_Place]) -> str:
    sizes = " and ".join(decimal(place.disc.diameter, 1) for place in places)
    return (
        f"{len(places)} bright discs of {sizes} pixels were found beside the leg, one expected, and which is "
        "the sphere is not known"
    )


def _of_several(places: Sequence[_Place]) -> Notes:
    if len(places) == 1:
        return ()
    return (
        f"{len(places)} bright discs of one size were found beside the leg: the nearest the joint is used",
    )


def _too_far(place: _Place, sphere: Sphere, tibial_width_px: float) -> Notes:
    if abs(place.below) <= FAR:
        return ()
    millimetres = decimal(abs(place.below) * tibial_width_px * sphere.spacing_mm, 0)
    where = "below" if place.below > 0 else "above"
    return (
        f"the calibration sphere lies {millimetres} mm {where} the joint: it is a measure of the joint only "
        "if it is as far from the detector",
    )


def _found(sphere: Sphere) -> str:
    return (
        f"calibration sphere of {sphere.diameter_mm:g} mm found, {decimal(sphere.diameter_px, 1)} pixels "
        f"wide at row {decimal(sphere.row, 0)}, column {decimal(sphere.column, 0)}: "
        f"{decimal(sphere.spacing_mm, 4)} mm a pixel"
    )


def _instead(spacing: Spacing | NoSpacing) -> str:
    if isinstance(spacing, NoSpacing):
        return "there are no millimetres"
    return f"the pixel spacing {_named(spacing)} is used"


def _named(spacing: Spacing) -> str:
    by_user = spacing.tier is Calibration.USER
    millimetres = f"{spacing.row_mm:g} x {spacing.column_mm:g} mm"
    return (
        f"{millimetres} given by the user" if by_user else f"{millimetres} of the tags ({spacing.tier.label})"
    )


def _contradiction(sphere: Spacing, stated: Spacing | NoSpacing) -> Notes:
    """A knee is larger on the detector than it is: millimetres there may be so, too."""
    if isinstance(stated, NoSpacing):
        return ()
    ratio = log(sphere.column_mm / stated.column_mm)
    allowed = ALLOWED_SD * hypot(TIER_SD[Calibration.SPHERE], TIER_SD[stated.tier])
    magnified = log(MOST_MAGNIFIED) if stated.tier in AT_DETECTOR else 0.0
    if -allowed - magnified <= ratio <= allowed:
        return ()
    differs = decimal(100 * (sphere.column_mm / stated.column_mm - 1), 1)
    return (
        f"the calibration sphere contradicts the pixel spacing {_named(stated)}: its own differs by "
        f"{differs}%, more than the errors of both allow; check the diameter given, and that the disc is "
        "the sphere",
    )
