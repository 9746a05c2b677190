"""Depthwise convolutions whose gradients are found by kernels that are fast on a CPU.

Of the kernels of oneDNN that find gradients, those for steps of two and for 5 x 5 weights take ten times as
long as the forward pass; kernels that are as fast as it give the same gradients. Training takes half the time
(docs/choices.md#depthwise-gradients).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Depthwise(nn.Conv2d):
    """In place of a depthwise convolution of an EfficientNet, weights and padding included.

    convolution: 3 x 3 or 5 x 5, by steps of 1 or 2, without bias, padded by its `static_padding`.
    """

    def __init__(self, convolution: Any) -> None:
        channels, (side, _), (step, _) = (
            convolution.in_channels,
            convolution.kernel_size,
            convolution.stride,
        )
        super().__init__(channels, channels, side, step, groups=channels, bias=False)
        self.weight, self.static_padding = convolution.weight, convolution.static_padding

    def forward(self, image: Tensor) -> Tensor:
        """(B, C, H, W), channels last for speed."""
        padded = self.static_padding(image)
        if not self.training:
            return functional.conv2d(padded, self.weight, None, self.stride, groups=self.groups)
        found: Tensor = _Convolution.apply(padded, self.weight, self.stride[0])
        return found


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, image: Tensor, weight: Tensor, stride: int) -> Tensor:
        if torch.is_autocast_enabled("cpu"):
            precision = torch.get_autocast_dtype("cpu")
            image, weight = image.to(precision), weight.to(precision)
        ctx.save_for_backward(image, weight)
        ctx.stride = stride
        return functional.conv2d(image, weight, None, stride, groups=weight.shape[0])

    @staticmethod
    def backward(ctx: Any, output: Tensor) -> tuple[Tensor, Tensor, None]:
        image, weight = ctx.saved_tensors
        output = output.contiguous(memory_format=torch.channels_last)
        return (
            _of_image(output, image, weight, ctx.stride),
            _of_weight(output, image, weight, ctx.stride),
            None,
        )


def _of_image(output: Tensor, image: Tensor, weight: Tensor, stride: int) -> Tensor:
    """The gradient of the output, spread out by the step, under the reversed weights."""
    channels, reach = weight.shape[0], weight.shape[2] - 1
    rows, columns = image.shape[2:]
    spread = torch.zeros((len(image), rows + reach, columns + reach, channels), dtype=output.dtype).permute(
        0, 3, 1, 2
    )
    to = spread[:, :, reach::stride, reach::stride]
    to[:, :, : output.shape[2], : output.shape[3]] = output
    return functional.conv2d(spread, weight.flip(2, 3), groups=channels)


def _of_weight(output: Tensor, image: Tensor, weight: Tensor, stride: int) -> Tensor:
    """3 x 3 weights at a time; of 5 x 5, four such blocks that overlap in the middle."""
    found = torch.empty(weight.shape, dtype=weight.dtype)
    block = weight[:, :, :3, :3].contiguous(memory_format=torch.channels_last)
    rows, columns = (stride * (side - 1) + 3 for side in output.shape[2:])
    for row in range(0, weight.shape[2] - 2, 2):
        for column in range(0, weight.shape[3] - 2, 2):
            part = image[:, :, row : row + rows, column : column + columns]
            found[:, :, row : row + 3, column : column + 3] = torch.ops.aten.convolution_backward(
                output,
                part.contiguous(memory_format=torch.channels_last),
                block,
                None,
                (stride, stride),
                (0, 0),
                (1, 1),
                False,
                (0, 0),
                weight.shape[0],
                (False, True, False),
            )[1]
    return found
