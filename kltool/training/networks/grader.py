"""The grading network: an EfficientNet-Lite (Tan & Le 2019) with five outputs, one a KL grade."""

from typing import Any, Final

from torch import Tensor, nn

from kltool.training.networks.backbone import FEATURES, imagenet, lite
from kltool.training.networks.heads import HEADS

WIDTHS: Final = 4


class Grader(nn.Module):
    """One-channel view of a knee to the logits of KL 0 to 4, and to its joint space.

    The joint space is learned beside the grade because the grade rests on it; reading does not use it.
    backbone: a key of kltool.training.networks.backbone.IMAGENET; head: one of HEADS.
    """

    def __init__(self, backbone: str = "lite0", head: str = "softmax", dropout: float = 0.2) -> None:
        super().__init__()
        self.kind = backbone
        self.backbone = lite(backbone)
        self.dropout = nn.Dropout(dropout)
        self.head = HEADS[head](FEATURES)
        self.widths = nn.Linear(FEATURES, WIDTHS)

    def features(self, image: Tensor) -> Tensor:
        """(B, 1, H, W) to (B, 1280, H/32, W/32)."""
        features: Tensor = self.backbone.extract_features(image.expand(-1, 3, -1, -1))
        return features

    def centres(self, count: int) -> list[float]:
        """Rows of the image, from above, on which so many rows of the features are centred.

        Padding is uneven, so that they do not follow from the sizes.
        """
        step, first = 1, 0.0
        for layer in self.backbone.modules():  # in the order of the data
            if isinstance(layer, nn.Conv2d):
                padding = getattr(layer.static_padding, "padding", (0, 0, 0, 0))  # left, right, top, bottom
                first += step * ((layer.kernel_size[0] - 1) / 2 - padding[2])
                step *= layer.stride[0]
        return [first + step * row for row in range(count)]

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W) to logits (B, 5) and widths (B, 4), standardized."""
        pooled = self.dropout(self.features(image).mean((2, 3)))
        return self.head(pooled), self.widths(pooled)


def packed(grader: Grader) -> dict[str, Any]:
    """What a grader is restored from; for torch.save."""
    return {"backbone": grader.kind, "weights": grader.state_dict()}


def restored(state: dict[str, Any]) -> Grader:
    """The grader of a packed one."""
    grader = Grader(state["backbone"])
    grader.load_state_dict(state["weights"])
    return grader


def imagenet_grader(backbone: str, head: str = "softmax") -> Grader:
    """A grader whose backbone carries ImageNet weights."""
    grader = Grader(backbone, head)
    grader.backbone = imagenet(backbone)
    return grader
