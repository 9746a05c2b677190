"""Do two films show one knee? Outlines and trabecular texture, matched."""
