"""The statistics of agreement, each from sums over knees, so that a bootstrap replicate costs one product."""
