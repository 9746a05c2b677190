"""Readings against readers: tables of several raters to figures of agreement, each with its interval."""

from kltool.agreement.agree import agree
from kltool.agreement.bootstrap import DRAWS, SEED, Resampling
from kltool.agreement.match import ratings_of
from kltool.agreement.raters import Wanted
from kltool.agreement.results import Agreement

__all__ = ["DRAWS", "SEED", "Agreement", "Resampling", "Wanted", "agree", "ratings_of"]
