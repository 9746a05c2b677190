"""Knee to Grade: the probability of each Kellgren-Lawrence grade."""

from kltool.grade.classify import grade

__all__ = ["grade"]
