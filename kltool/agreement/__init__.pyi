from .agree import agreement_of
from .bootstrap import REPLICATES, SEED, Resampling
from .match import MatchOptions, ratings_of
from .results import Agreement

__all__ = ["REPLICATES", "SEED", "Agreement", "MatchOptions", "Resampling", "agreement_of", "ratings_of"]
