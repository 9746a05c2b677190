"""python -m kltool."""

from kltool.cli.entry import run

if __name__ == "__main__":
    run()
