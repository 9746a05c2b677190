"""Knee to Grade: the probability of each Kellgren-Lawrence grade."""

from kltool.grading.classify import grade

__all__ = ["grade"]
