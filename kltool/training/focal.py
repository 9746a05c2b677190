"""The loss of networks that show where things are by heat maps of their centres."""

import torch
from torch import Tensor
from torch.nn import functional


def focal_loss(logits: Tensor, heat: Tensor, counts: Tensor | None = None) -> Tensor:
    """Penalty-reduced focal loss on centre heat (Law & Deng 2018), a mean over the centres.

    logits, heat: (B, C, H, W); heat 0 to 1, 1 at a centre. counts: 0 or 1, where it counts; None: all.
    """
    positive = heat.eq(1.0).float()
    probability = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    hit = positive * (1 - probability) ** 2 * functional.logsigmoid(logits)
    miss = (1 - positive) * (1 - heat) ** 4 * probability**2 * functional.logsigmoid(-logits)
    each = hit + miss if counts is None else (hit + miss) * counts
    return -each.sum() / positive.sum().clamp(min=1)
