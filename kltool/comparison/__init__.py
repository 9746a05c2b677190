"""Readings of the same knees to what changed, with its error: two films, or any number of visits."""

from kltool.comparison.change import compare
from kltool.comparison.error import REPOSITIONING_MM, ErrorModel
from kltool.comparison.timeline import timelines

__all__ = ["REPOSITIONING_MM", "ErrorModel", "compare", "timelines"]
