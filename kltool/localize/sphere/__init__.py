"""A calibration sphere beside the leg: found, outlined, made a spacing."""
