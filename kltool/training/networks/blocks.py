"""The building blocks that the networks share."""

from torch import Tensor, nn


class Residual(nn.Module):
    """Two 3x3 convolutions and a short cut; halves the picture where stride is 2."""

    def __init__(self, inputs: int, outputs: int, stride: int | tuple[int, int] = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.short_cut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        )
        self.activate = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:  # (B, I, H, W) -> (B, O, H/stride, W/stride)
        out: Tensor = self.activate(self.body(x) + self.short_cut(x))
        return out


class Hourglass(nn.Module):
    """Down to 1/32 and back up to 1/`finest`, adding what each level saw on the way down."""

    def __init__(self, widths: tuple[int, ...], features: int, finest: int) -> None:
        super().__init__()
        inputs = (1, *widths[:-1])
        self.down = nn.ModuleList(Residual(i, o, 2) for i, o in zip(inputs, widths, strict=True))
        self.first = finest.bit_length() - 2  # the level at 1/finest; level 0 is at 1/2
        self.across = nn.ModuleList(nn.Conv2d(width, features, 1) for width in widths[self.first :])
        self.smooth = nn.ModuleList(Residual(features, features) for _ in widths[self.first : -1])
        self.up = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x: Tensor) -> Tensor:  # (B, 1, H, W) -> (B, features, H/finest, W/finest)
        seen = []
        for level in self.down:
            x = level(x)
            seen.append(x)
        kept = [convolve(x) for convolve, x in zip(self.across, seen[self.first :], strict=True)]
        out: Tensor = kept[-1]
        for smooth, finer in zip(reversed(self.smooth), reversed(kept[:-1]), strict=True):
            out = smooth(self.up(out) + finer)
        return out
