"""docs/results/spheres.md: spacings from calibration spheres, and discs on films without one."""
