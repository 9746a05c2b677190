"""python -m kltool."""

from kltool.cli.main import run

if __name__ == "__main__":
    run()
