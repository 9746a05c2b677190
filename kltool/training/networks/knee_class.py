"""The class of the finder's candidate (a natural knee, a replaced one, or none), and the metal on it."""

from typing import Final

from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from kltool.training.networks.backbone import FEATURES, imagenet, lite

CLASSES: Final = 4
METAL: Final = 4  # the places of metal


class KneeClassifier(nn.Module):
    """One-channel picture of a candidate, upright, to the logits of its class."""

    def __init__(self, backbone: EfficientNet | None = None) -> None:
        super().__init__()
        self.backbone = backbone or lite("lite0")
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(FEATURES, CLASSES)
        self.metal = nn.Linear(FEATURES, METAL)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W) to two logits of (B, 4).

        Classes: lateral on the left, lateral on the right, replaced, no frontal knee. Metal: in the left
        compartment of the picture, in the right one, of a patellofemoral replacement, elsewhere.
        """
        features: Tensor = self.backbone.extract_features(image.expand(-1, 3, -1, -1))
        pooled = self.dropout(features.mean((2, 3)))
        return self.head(pooled), self.metal(pooled)


def imagenet_knee_classifier() -> KneeClassifier:
    """Whose backbone carries ImageNet weights."""
    return KneeClassifier(imagenet("lite0"))
