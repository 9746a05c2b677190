"""From the features of a knee to the logarithms of the probabilities of KL 0 to 4: three models of grades."""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

GRADES: Final = 5


class Continuation(nn.Module):
    """At least the next grade, given at least this one: four answers (CORN; Shi, Cao & Raschka 2023)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.further = nn.Linear(features, GRADES - 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C) to (B, 5)."""
        further = self.further(features).float()
        start = torch.zeros_like(further[:, :1])
        reached = torch.cat([start, functional.logsigmoid(further).cumsum(1)], 1)
        stopped = torch.cat([functional.logsigmoid(-further), start], 1)
        return reached + stopped


class Cumulative(nn.Module):
    """One severity, cut by four ordered thresholds (proportional odds; McCullagh 1980)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.severity = nn.Linear(features, 1)
        self.first = nn.Parameter(torch.tensor(-1.5))
        self.steps = nn.Parameter(torch.zeros(GRADES - 2))

    def forward(self, features: Tensor) -> Tensor:
        """(B, C) to (B, 5)."""
        cuts = self.first + torch.cat([torch.zeros(1), functional.softplus(self.steps + 1.0).cumsum(0)])
        above = torch.sigmoid(self.severity(features).float() - cuts)
        full = torch.ones_like(above[:, :1])
        between = torch.cat([full, above], 1) - torch.cat([above, full - 1], 1)
        return torch.log(between.clamp_min(1e-7))


HEADS: Final[dict[str, Callable[[int], nn.Module]]] = {
    "softmax": lambda features: nn.Linear(features, GRADES),
    "continuation": Continuation,
    "cumulative": Cumulative,
}
