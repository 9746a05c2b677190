"""Whether films are like those that the grader learned from."""
