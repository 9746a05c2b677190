"""What the errors of widths and the probabilities of grades are worth, fitted on knees not trained on."""
