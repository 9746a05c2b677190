"""kltool in processes whose every opened connection, process and secret file is written down.

An audit hook (PEP 578) is set in each, the workers of a batch included, by the folder `audit` on their path.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOOK: Final = Path(__file__).parent / "audit"
LATE_S: Final = 300.0
PROCESSES: Final = ("kltool.batch.worker", "['uname', '-p']")
# Each address in one process, as the command names it and as a caller of the functions does
NAMED: Final = """
import json, sys
from kltool.cli.main import app
from kltool.errors import KltoolError
from kltool.intake import find_images
from kltool.intake.sources import Access
options, hosts, addresses = json.load(sys.stdin)
access = Access(http="--allow-http" in options, hosts=tuple(hosts))
for address in addresses:
    try:
        app(["read", "--json", *options, "--", address], standalone_mode=False)
    except (KltoolError, SystemExit):
        pass
    try:
        list(image.read() for image in find_images(address, access=access))
    except KltoolError:
        pass
    print("\\n<answered>")
"""
ANSWERED: Final = "<answered>"
OUTPUT: Final = "output.txt"


@dataclass(frozen=True, slots=True)
class Event:
    """name: of the audit event, as socket.connect. arguments: as text."""

    name: str
    arguments: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        """Whether it is a process that a batch starts itself: a worker, or one that names the processor."""
        return self.name == "subprocess.Popen" and any(own in self.arguments[1] for own in PROCESSES)

    def __str__(self) -> str:
        return f"{self.name} {' '.join(self.arguments)[:200]}"


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person at the command line allows. hosts: by name."""

    http: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def options(self) -> list[str]:
        named = [option for host in self.hosts for option in ("--allow-host", host)]
        return ["--allow-http"] * self.http + named


@dataclass(frozen=True, slots=True)
class Seen:
    """events: in every process. answers: how many addresses were answered, by a row or a line."""

    events: tuple[Event, ...]
    answers: int


Route = Callable[[Sequence[str], Rights, Path, Path], Seen]


def by_manifest(addresses: Sequence[str], rights: Rights, folder: Path, secret: Path) -> Seen:
    """As rows of a manifest of a batch. folder: of the results. secret: whose files are not to be opened."""
    manifest = folder / "manifest.csv"
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows([["path"], *([address] for address in addresses)])
    command = ("-m", "kltool", "batch", str(manifest), "--out", str(folder / "out"), "--jobs", "1")
    return Seen(_events((*command, *rights.options), "", folder, secret), _rows(folder))


def by_standard_input(addresses: Sequence[str], rights: Rights, folder: Path, secret: Path) -> Seen:
    """As names on the standard input of a batch, each ended by a zero byte."""
    command = ("-m", "kltool", "batch", "-", "--out", str(folder / "out"), "--jobs", "1", *rights.options)
    return Seen(_events(command, "\0".join(addresses), folder, secret), _rows(folder))


def by_name(addresses: Sequence[str], rights: Rights, folder: Path, secret: Path) -> Seen:
    """As arguments of `kltool read` and of `find_images`."""
    request = json.dumps([rights.options, rights.hosts, list(addresses)])
    events = _events(("-c", NAMED), request, folder, secret)
    return Seen(events, (folder / OUTPUT).read_text().count(ANSWERED))


ROUTES: Final[dict[str, Route]] = {
    "row of a manifest": by_manifest,
    "line of standard input": by_standard_input,
    "named": by_name,
}


def _events(arguments: Sequence[str], standard_input: str, folder: Path, secret: Path) -> tuple[Event, ...]:
    """Of Python with these arguments, and of the processes that it starts. Raises RuntimeError."""
    log = folder / "events.jsonl"
    path = os.pathsep.join(filter(None, (str(HOOK), os.environ.get("PYTHONPATH", ""))))
    environment = {"HOSTILE_AUDIT": str(log), "HOSTILE_SECRET": str(secret), "PYTHONPATH": path}
    ended = subprocess.run(
        [sys.executable, *arguments],
        input=standard_input.encode(),
        capture_output=True,
        env={**os.environ, **environment},
        timeout=LATE_S,
        check=False,
    )
    (folder / OUTPUT).write_bytes(ended.stdout + ended.stderr)
    if not log.exists():
        raise RuntimeError(f"nothing was watched: {ended.stderr.decode('utf-8', 'replace')[-500:]}")
    return tuple(Event(name, tuple(values)) for name, values in map(json.loads, log.read_text().splitlines()))


def _rows(folder: Path) -> int:
    """Of the table of a batch; none where the run ended without one."""
    table = folder / "out" / "readings.csv"
    if not table.exists():
        return 0
    with table.open(newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1
