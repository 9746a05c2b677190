"""The commands of the command line: options → calls → what is printed, and the exit code."""
