"""The landmark network: sixteen points on the margins of one canonical knee, and the femur's two ends."""

import torch
from torch import Tensor, nn

from kltool.training.networks.blocks import Hourglass

STRIDE = 4
POINTS = 18  # nine tibial, seven femoral, the two widest of the condyles; each from lateral to medial


class LandmarkNetwork(nn.Module):
    """Each point is the centre of mass of its own heat map, and its spread is its uncertainty."""

    def __init__(self) -> None:
        super().__init__()
        self.hourglass = Hourglass((16, 32, 64, 96, 128), 48, STRIDE)
        self.heat = nn.Conv2d(48, POINTS, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, S, S), S a multiple of 32, to points (B, 18, 2) and spreads (B, 18).

        Points are (row, column) as shares of the crop, pixel centres, 0 and 1 at its outer borders;
        spread is the standard deviation of the heat, the same shares.
        """
        heat = self.heat(self.hourglass(image)).float()  # (B, 18, S/4, S/4)
        cells = heat.shape[-1]
        weight = torch.softmax(heat.flatten(2), 2).view_as(heat)
        at = (torch.arange(cells, dtype=weight.dtype, device=weight.device) + 0.5) / cells
        across, down = weight.sum(2), weight.sum(3)  # (B, 18, cells)
        row, column = (down * at).sum(2), (across * at).sum(2)  # (B, 18)
        variance = (down * (at - row[..., None]) ** 2).sum(2) + (across * (at - column[..., None]) ** 2).sum(
            2
        )
        return torch.stack([row, column], 2), torch.sqrt(variance + 1e-8)
