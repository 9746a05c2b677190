"""The grade against readers, its calibration and stability, other hospitals: docs/results/grade.md."""
