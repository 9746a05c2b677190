"""The grade calibrated for a site: another hospital, and simulated readers."""
