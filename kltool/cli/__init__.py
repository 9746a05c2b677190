"""The verbs of the command line: parse, call, print, exit code; nothing else."""
