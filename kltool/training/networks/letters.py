"""The network that finds the letters R and L, as they are or mirrored, and their heights and turns."""

from torch import Tensor, nn

from kltool.training.networks.blocks import Hourglass


class LetterNetwork(nn.Module):
    """Heat of the letters' centres by kind, and the pose of the letter at each place."""

    def __init__(self) -> None:
        super().__init__()
        self.hourglass = Hourglass((12, 24, 40, 64, 64), 24, 4)
        self.heat = nn.Conv2d(24, 4, 1)
        nn.init.constant_(self.heat.bias, -4.0)  # type: ignore[arg-type]
        self.pose = nn.Conv2d(24, 3, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W), H and W multiples of 32.

        Returns the logits of (R, L, mirrored R, mirrored L), (B, 4, H/4, W/4), and the logarithm of the
        height relative to the typical one, the sine and the cosine of the turn, (B, 3, H/4, W/4).
        """
        features = self.hourglass(image)
        return self.heat(features), self.pose(features)
