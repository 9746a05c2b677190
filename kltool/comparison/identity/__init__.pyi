from .match import LogisticCoefficients, match_identity, probability_same_knee, texture_features

__all__ = ["LogisticCoefficients", "match_identity", "probability_same_knee", "texture_features"]
