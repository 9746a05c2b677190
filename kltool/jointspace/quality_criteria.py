"""The limits of a quality: beyond which a film is out of the ordinary, usable only, or poor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QualityCriteria:
    """Limits: a reading beyond a `good_` limit is usable, beyond a `usable_` limit poor.

    Beyond an `ordinary_` limit lies what is named as the cause of an expected error; docs/choices.md#quality
    and #positioning.

    Attributes
    ----------
    good_error_mm, usable_error_mm, good_error_percent, usable_error_percent : float
        Expected absolute error of a minimum width; per cent of the tibial width (of 76 mm) are used without
        millimetres.
    good_detection_score, usable_detection_score : float
        Of the finder, 0 to 1.
    good_spread, usable_spread : float
        Of the landmarks, a share of the crop.
    good_side_probability : float
        Of the given side, by the anatomy, 0 to 1.
    good_tibial_pixels : float
        Tibial width; 120 pixels are about 0.6 mm a pixel.
    good_tilt_deg : float
        Of the knee in the picture.
    ordinary_imd_percent : float
        Inter-margin distance, per cent of the tibial width.
    ordinary_rotation_deg, usable_rotation_deg : float
        Of the leg.
    ordinary_clipped, usable_clipped : float
        Share of the joint's pixels, 0 to 1.
    ordinary_edge_percent, usable_edge_percent : float
        Of the femoral edge from 10 to 90%, per cent of the tibial width.
    ordinary_contrast, usable_contrast : float
        Over the noise.
    """

    good_error_mm: float = 0.7
    usable_error_mm: float = 1.0
    good_error_percent: float = 70 / 76  # for a tibia of 76 mm; used without millimetres
    usable_error_percent: float = 100 / 76
    good_detection_score: float = 0.60
    usable_detection_score: float = 0.45
    good_spread: float = 0.024
    usable_spread: float = 0.035
    good_side_probability: float = 0.05
    good_tibial_pixels: float = 120.0
    good_tilt_deg: float = 15.0
    ordinary_imd_percent: float = 4.3
    ordinary_rotation_deg: float = 10.0
    usable_rotation_deg: float = 20.0
    ordinary_clipped: float = 0.02
    usable_clipped: float = 0.20
    ordinary_edge_percent: float = 2.0
    usable_edge_percent: float = 4.0
    ordinary_contrast: float = 10.0
    usable_contrast: float = 2.5
