"""What the quality of a reading predicts: errors of widths and of grades."""
