"""The margin network: four curves across one rectified joint."""

import torch
from torch import Tensor, nn

from kltool.training.networks.blocks import Residual

CURVES = 4  # femoral and tibial margin, upper and lower margin of the plateaus
ROW_STRIDE, COLUMN_STRIDE = 2, 2


class Rows(nn.Module):
    """Down to 1/16 and back up to every second row and column of the patch."""

    def __init__(self, films: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(films, 16, (5, 3), (2, 1), (2, 1), bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
        )
        self.fine = Residual(16, 24, (1, 2))
        self.down = nn.ModuleList([Residual(24, 48, 2), Residual(48, 80, 2), Residual(80, 128, 2)])
        self.context = Residual(128, 128)
        self.across = nn.ModuleList([nn.Conv2d(80, 64, 1), nn.Conv2d(48, 48, 1), nn.Conv2d(24, 32, 1)])
        self.narrow = nn.ModuleList([nn.Conv2d(128, 64, 1), nn.Conv2d(64, 48, 1), nn.Conv2d(48, 32, 1)])
        self.smooth = nn.ModuleList([Residual(64, 64), Residual(48, 48), Residual(32, 32)])
        self.up = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x: Tensor) -> Tensor:
        """(B, films, H, W), H and W multiples of 16, to (B, 32, H/2, W/2)."""
        x = self.fine(self.stem(x))
        seen = [x]
        for level in self.down:
            x = level(x)
            seen.append(x)
        x = self.context(x)
        for across, narrow, smooth, finer in zip(
            self.across, self.narrow, self.smooth, reversed(seen[:-1]), strict=True
        ):
            x = smooth(self.up(narrow(x)) + across(finer))
        return x


class MarginNet(nn.Module):
    """In every column of the patch a distribution over its rows for each curve: where, and how sure.

    films: 1, the film itself; or 2, then another, registered film of the same knee: curves are those of
    the first.
    """

    def __init__(self, films: int = 1) -> None:
        super().__init__()
        self.rows = Rows(films)
        self.heat = nn.Conv2d(32, CURVES, 1)

    def logits(self, patch: Tensor) -> Tensor:
        """(B, films, H, W) to the distributions' logits, (B, 4, H/2, W/2)."""
        heat: Tensor = self.heat(self.rows(patch))
        return heat.float()

    def forward(self, patch: Tensor) -> tuple[Tensor, Tensor]:
        """(B, films, H, W) to rows (B, 4, W/2) and spreads (B, 4, W/2).

        Rows are in patch pixels, pixel centres; spread is the standard deviation of the distribution,
        in the same pixels.
        """
        return moments(self.logits(patch))


def moments(heat: Tensor) -> tuple[Tensor, Tensor]:
    """(B, 4, H/2, W/2) logits to the mean row and its standard deviation, patch pixels, (B, 4, W/2)."""
    weight = torch.softmax(heat, 2)
    at = torch.arange(heat.shape[2], dtype=weight.dtype, device=weight.device) * ROW_STRIDE + 0.5
    mean = torch.einsum("bchw,h->bcw", weight, at)
    variance = torch.einsum("bchw,h->bcw", weight, at * at) - mean * mean
    return mean, torch.sqrt(torch.clamp(variance, min=1e-6))
