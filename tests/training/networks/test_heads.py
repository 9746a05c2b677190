"""Heads of the grader give logarithms of probabilities, and the ordinal ones are what they are named."""

import pytest

torch = pytest.importorskip("torch")

from kltool.training.networks.heads import HEADS, Continuation, Cumulative


@pytest.mark.parametrize("name", ["continuation", "cumulative"])
def test_probabilities_add_up_to_one(name: str) -> None:
    torch.manual_seed(0)
    found = HEADS[name](8)(torch.randn(20, 8)).exp()
    assert found.shape == (20, 5)
    torch.testing.assert_close(found.sum(1), torch.ones(20), rtol=0, atol=1e-5)


def test_continuation_goes_on_with_the_probability_of_each_answer() -> None:
    head = Continuation(1)
    with torch.no_grad():
        head.further.weight.zero_()
        head.further.bias.copy_(torch.logit(torch.tensor([0.8, 0.5, 0.25, 0.1])))
    found = head(torch.zeros(1, 1)).exp()[0]
    expected = torch.tensor([0.2, 0.8 * 0.5, 0.8 * 0.5 * 0.75, 0.1 * 0.9, 0.1 * 0.1])
    torch.testing.assert_close(found, expected)


def test_a_higher_severity_makes_every_higher_grade_likelier() -> None:
    head = Cumulative(1)
    with torch.no_grad():
        head.severity.weight.fill_(1.0)
    low, high = head(torch.tensor([[-1.0], [1.0]])).exp()
    above = [found.flip(0).cumsum(0).flip(0)[1:] for found in (low, high)]
    assert (above[1] > above[0]).all()
