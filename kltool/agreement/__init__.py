"""Readings against readers: tables of several raters to figures of agreement, each with its interval."""

from kltool.agreement.bootstrap import DRAWS, SEED, Resampling
from kltool.agreement.figures import agree
from kltool.agreement.findings import Agreement
from kltool.agreement.matching import ratings_of
from kltool.agreement.raters import Wanted

__all__ = ["DRAWS", "SEED", "Agreement", "Resampling", "Wanted", "agree", "ratings_of"]
