"""How the border of a ball may look, fitted to the mean profile across it.

Two kinds, of which the better fit counts. Processed: the ball is as bright as it stops radiation, blurred and
cut off at white. Windowed: the radiation is blurred, and its logarithm is cut off at black and at white, so
that the disc looks smaller than it is. What the profile leaves open, stated expectations fill up.
docs/choices.md#sphere-border
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import least_squares

from kltool.typing import Float64

GREY_SD: Final = 0.006  # of the mean profile, its contrast 1; docs/choices.md#sphere-border
OPACITY: Final = 30.0  # line integral across a ball of steel; docs/choices.md#sphere-border
WINDOWED_MARGIN: Final = 3.0  # by which a windowed border must fit better; docs/choices.md#sphere-border
PIXEL_VARIANCE: Final = 1 / 12  # of a pixel's width
NODES: Final = np.linspace(-4.0, 4.0, 81)  # blurs; a ball's border is nearly a step
SHARES: Final = np.exp(-(NODES**2) / 2) / np.sum(np.exp(-(NODES**2) / 2))


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Grey values, 0 outside and 1 inside, at offsets from the outline, pixels; weights; radius, pixels."""

    offsets: Float64
    grey: Float64
    weights: Float64
    radius: float


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of an appearance. expected, sd: what is expected of it; an infinite sd where nothing is."""

    lowest: float
    highest: float
    starts: tuple[float, ...]
    expected: float = 0.0
    sd: float = np.inf


@dataclass(frozen=True, slots=True)
class Appearance:
    """shown: grey values of a profile, by the parameters, of which the first is where the border lies."""

    shown: Callable[[Float64, Profile], Float64]
    parameters: Sequence[Parameter]

    def fit(self, profile: Profile) -> tuple[float, float]:
        """The misfit, and where the border lies, pixels outside of the outline."""
        expected = np.array([one.expected for one in self.parameters])
        sd = np.array([one.sd for one in self.parameters])

        def misfit(values: Float64) -> Float64:
            away = (self.shown(values, profile) - profile.grey) * profile.weights / GREY_SD
            return np.concatenate([away, (values - expected) / sd])

        bounds = [one.lowest for one in self.parameters], [one.highest for one in self.parameters]
        fits = [
            least_squares(misfit, start, bounds=bounds, loss="soft_l1") for start in _starts(self.parameters)
        ]
        best = min(fits, key=lambda fit: float(fit.cost))
        return float(best.cost), float(best.x[0])


def _starts(parameters: Sequence[Parameter]) -> list[Float64]:
    """Each parameter with several starts once at each of them, the others at their first."""
    most = max(len(one.starts) for one in parameters)
    return [np.array([one.starts[min(n, len(one.starts) - 1)] for one in parameters]) for n in range(most)]


def border_of(profile: Profile) -> float:
    """Where the border lies, pixels outside of the outline."""
    processed, windowed = PROCESSED.fit(profile), WINDOWED.fit(profile)
    return windowed[1] if windowed[0] + WINDOWED_MARGIN < processed[0] else processed[1]


def _processed(values: Float64, profile: Profile) -> Float64:
    border, log_blur, log_opacity, black, gain, white = values
    stopped = _blurred(lambda chord: 1.0 - np.exp(-np.exp(log_opacity) * chord), border, log_blur, profile)
    return np.asarray(np.minimum(black + gain * stopped, white))


def _windowed(values: Float64, profile: Profile) -> Float64:
    border, log_blur, log_veil, black, width = values
    passed = _blurred(lambda chord: np.exp(-OPACITY * chord), border, log_blur, profile)
    integral = -np.log(passed + np.exp(log_veil))
    return np.asarray(np.clip((integral - black) / width, 0.0, 1.0))


def _blurred(
    of_chord: Callable[[Float64], Float64], border: float, log_blur: float, profile: Profile
) -> Float64:
    """A function of the share of the diameter that a ray crosses, blurred across the border."""
    blur = np.sqrt(np.exp(2 * log_blur) + PIXEL_VARIANCE)
    at = profile.offsets[:, None] - border + blur * NODES
    chord = np.sqrt(np.maximum(0.0, 1.0 - ((profile.radius + at) / profile.radius) ** 2))
    return np.asarray(of_chord(chord) @ SHARES)


PROCESSED: Final = Appearance(
    _processed,
    (
        Parameter(-4.0, 4.0, (0.0,)),  # the border, pixels
        Parameter(-2.5, 1.5, (0.0, 0.0, -1.2, -2.0)),  # the blur, pixels, its logarithm
        Parameter(np.log(3.0), np.log(100.0), (np.log(OPACITY),), np.log(OPACITY), 0.35),
        Parameter(-0.1, 0.1, (0.0,)),  # black
        Parameter(0.5, 2.5, (1.0, 1.3, 1.0), 1.1, 0.3),  # the gain, over what is shown of it
        Parameter(0.9, 1.5, (1.0,)),  # white
    ),
)
WINDOWED: Final = Appearance(
    _windowed,
    (
        Parameter(-4.0, 8.0, (1.0,)),
        Parameter(-2.5, 1.5, (-0.3, 0.4, -0.3, 0.4)),
        Parameter(-7.0, -1.5, (-4.0,), -4.0, 1.0),  # scattered radiation over that in air, its logarithm
        Parameter(-0.5, 3.0, (0.3, 0.3, 1.3, 1.3), 1.1, 0.6),  # line integral that is shown black
        Parameter(0.3, 6.0, (2.0,), 2.0, 0.7),  # from black to white
    ),
)
