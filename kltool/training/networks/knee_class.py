"""The class of the finder's candidate: a natural knee, lateral left or right, a replaced one, or none."""

from typing import Final

from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from kltool.training.networks.backbone import FEATURES, imagenet, lite

CLASSES: Final = 4


class KneeClassifier(nn.Module):
    """One-channel picture of a candidate, upright, to the logits of its class."""

    def __init__(self, backbone: EfficientNet | None = None) -> None:
        super().__init__()
        self.backbone = backbone or lite("lite0")
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, image: Tensor) -> Tensor:
        """(B, 1, H, W) to (B, 4): lateral on the left, lateral on the right, replaced, no frontal knee."""
        features: Tensor = self.backbone.extract_features(image.expand(-1, 3, -1, -1))
        logits: Tensor = self.head(self.dropout(features.mean((2, 3))))
        return logits


def imagenet_knee_classifier() -> KneeClassifier:
    """Whose backbone carries ImageNet weights."""
    return KneeClassifier(imagenet("lite0"))
