"""What the finder's candidate shows: a natural knee, a replaced one or none; metal; an open growth plate."""

from typing import Final, Self

from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from kltool.training.networks.backbone import FEATURES, imagenet, lite

CLASSES: Final = 4
FINDINGS: Final = 5  # four places of metal, and an open growth plate


class KneeClassifier(nn.Module):
    """One-channel picture of a candidate, upright, to the logits of its class and of its findings.

    norms_stay: whether its norms keep their statistics while it learns.
    """

    def __init__(self, backbone: EfficientNet | None = None, norms_stay: bool = False) -> None:
        super().__init__()
        self._norms_stay = norms_stay
        self.backbone = backbone or lite("lite0")
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(FEATURES, CLASSES)
        self.findings = nn.Linear(FEATURES, FINDINGS)

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        if self._norms_stay:
            for norm in self.modules():
                if isinstance(norm, nn.BatchNorm2d):
                    norm.eval()
        return self

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W) to the logits (B, 4) of classes and (B, 5) of findings.

        Classes: lateral on the left, lateral on the right, replaced, no frontal knee. Findings: metal in the
        left compartment of the picture, in the right one, of a patellofemoral replacement, elsewhere; an open
        growth plate.
        """
        features: Tensor = self.backbone.extract_features(image.expand(-1, 3, -1, -1))
        pooled = self.dropout(features.mean((2, 3)))
        return self.head(pooled), self.findings(pooled)


def imagenet_knee_classifier() -> KneeClassifier:
    """Whose backbone carries ImageNet weights."""
    return KneeClassifier(imagenet("lite0"))
