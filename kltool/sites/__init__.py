"""Calibration of the grade for one site: cut points of its readers, sets and intervals, and their worth.

films.py      matched ratings → films with probabilities and grades; agreement of the readers
fit.py        cut points and scale of a reader, partially pooled towards the shipped ones
conformal.py  thresholds of sets, reach of intervals;    cross_fit.py  each knee by others' calibration
curve.py      how many films are enough;    chance.py    whether readings and grades belong together
gain.py       rise of kappa, coverage;      grades.py     one grade for each knee
limits.py     what limits a calibration;    results.py   data classes of the output
calibrate.py  all of it: ratings → SiteCalibration;      models.py     by which grader a table was made
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
