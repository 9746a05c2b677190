"""Gradients of depthwise convolutions are those that PyTorch finds."""

import pytest

torch = pytest.importorskip("torch")
package = pytest.importorskip("efficientnet_lite_pytorch")

from kltool.training.networks.depthwise import Depthwise


def convolutions() -> list[object]:
    """All kinds that occur: 3 x 3 and 5 x 5, steps of one and two, even and uneven padding."""
    blocks = package.EfficientNet.from_name("efficientnet-lite1")._blocks
    return [block._depthwise_conv for block in blocks]


@pytest.mark.parametrize("number", range(len(convolutions())))
@pytest.mark.parametrize("size", [pytest.param((23, 30), marks=pytest.mark.slow), (8, 9), (5, 6)])
def test_gradients_are_those_of_pytorch(number: int, size: tuple[int, int]) -> None:
    torch.manual_seed(number)
    usual = convolutions()[number].double()
    ours = Depthwise(usual).train()
    image = torch.randn(2, usual.in_channels, *size, dtype=torch.float64)
    found = []
    for convolution in (usual, ours):
        seen = image.clone().requires_grad_()
        usual.weight.grad = None
        out = convolution(seen)
        torch.manual_seed(1)
        out.backward(torch.randn_like(out))
        found.append((out, seen.grad, usual.weight.grad.clone()))
    for theirs, own in zip(*found, strict=True):
        torch.testing.assert_close(own, theirs, rtol=0, atol=1e-10)


def test_training_and_reading_agree() -> None:
    usual = convolutions()[3]
    image = torch.randn(1, usual.in_channels, 12, 14)
    assert torch.equal(Depthwise(usual).train()(image), Depthwise(usual).eval()(image))
