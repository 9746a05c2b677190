"""Statistics of agreement, computed from sums over knees: a bootstrap replicate is one matrix product."""
