"""Probabilities as text."""


def format_probability(probability: float) -> str:
    """Two decimals; never 0 or 1, since no measurement is certain."""
    if probability < 0.005:
        return "< 0.01"
    return "> 0.99" if probability > 0.995 else f"{probability:.2f}"
