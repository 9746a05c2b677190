"""How far prediction set and interval widen on films whose quality is less than good."""

from dataclasses import dataclass

from kltool.values.reading import Quality


@dataclass(frozen=True, slots=True)
class Widening:
    """Of one film.

    odds: by which the thresholds of the set are divided. reach: by which the interval is stretched about the
    expected grade. Both are 1 where nothing widens.
    """

    odds: float = 1.0
    reach: float = 1.0


@dataclass(frozen=True, slots=True)
class WideningSettings:
    """Of poor films; others keep set and interval as calibrated; docs/choices.md#widening.

    Attributes
    ----------
    poor_odds : float
        By which the thresholds of the prediction set are divided, at least 1.
    poor_reach : float
        By which the interval of the expected grade is stretched, at least 1.
    """

    poor_odds: float = 1.71
    poor_reach: float = 1.16

    def of(self, quality: Quality) -> Widening:
        """Of a film of this quality."""
        return Widening(self.poor_odds, self.poor_reach) if quality is Quality.POOR else Widening()
