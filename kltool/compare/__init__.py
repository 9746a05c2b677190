"""Readings of the same knees to what changed, with its error: two films, or any number of visits."""

from kltool.compare.change import compare
from kltool.compare.error import REPOSITIONING_MM, ErrorModel
from kltool.compare.timeline import timelines

__all__ = ["REPOSITIONING_MM", "ErrorModel", "compare", "timelines"]
