"""Acceptance criteria: what a figure has to reach, and whether it does."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """The range that a figure has to be in, in its unit; both ends belong to it."""

    least: float = -math.inf
    most: float = math.inf

    def __str__(self) -> str:
        if self.least == -self.most:
            return f"within ±{self.most:g}"
        if math.isinf(self.least):
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if math.isinf(self.most) else f"{self.least:g} to {self.most:g}"

    def verdict(self, value: float) -> str:
        """Whether it is met, and if not by how much; what is not a number does not meet it."""
        if math.isnan(value):
            return "missed: no figure"
        away = max(self.least - value, value - self.most)
        return "met" if away <= 0 else f"missed by {away:.2g}"


@dataclass(frozen=True, slots=True)
class Result:
    """One figure and its criterion. spec: how the figure is written, as in format()."""

    what: str
    value: float
    unit: str
    criterion: Criterion
    spec: str = ".3f"

    @property
    def cells(self) -> tuple[str, ...]:
        unit = f" {self.unit}" if self.unit else ""
        return (
            self.what,
            f"{formatted(self.value, self.spec)}{unit}",
            f"{self.criterion}{unit}",
            f"**{self.criterion.verdict(self.value)}**",
        )


def formatted(value: float, spec: str = ".3f") -> str:
    """As format() writes it; a dash where there is none."""
    return "-" if math.isnan(value) else f"{value:{spec}}"
