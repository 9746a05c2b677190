"""The finder: where knees are, natural or replaced, and where their tibial plateaux end."""

from torch import Tensor, nn

from kltool.training.networks.blocks import Hourglass

STRIDE = 4


class Finder(nn.Module):
    """Heat of knee centres and of replaced knees, and both ends of the plateau at each place."""

    def __init__(self) -> None:
        super().__init__()
        self.hourglass = Hourglass((16, 32, 48, 64, 96), 32, STRIDE)
        self.heat = nn.Conv2d(32, 2, 1)
        nn.init.constant_(self.heat.bias, -4.0)  # type: ignore[arg-type]
        self.ends = nn.Conv2d(32, 4, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W), H and W multiples of 32.

        Returns the logits of (knee, replaced knee), (B, 2, H/4, W/4), and the offsets of the
        plateau's left and right end, (B, 4, H/4, W/4): left row, left column, right row, right
        column, in cells.
        """
        features = self.hourglass(image)  # (B, 1, H, W) -> (B, 32, H/4, W/4)
        return self.heat(features), self.ends(features)
