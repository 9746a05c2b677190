"""A web server that misbehaves in many ways: each row is bounded in bytes and time and has its reason."""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from evaluation.hostile import places
from evaluation.hostile.answers import head_of, misbehaving, misbehaving_when_listed, whole
from evaluation.hostile.attack import Attack
from evaluation.hostile.server import HERE, Answer, Server, served
from kltool.batch import Batch, run_batch
from kltool.intake.sources import Access
from kltool.intake.sources.http import LONGEST_HEAD_S
from kltool.intake.sources.locations import LARGEST_FILE_BYTES
from kltool.tables.read import open_table

LIMIT_S: Final = 10.0  # --time-limit, in place of 120 s
LATE_S: Final = 4.0  # until a process that was killed has gone, on a machine that does other things
BUFFERS: Final = 64_000_000  # bytes under way; Linux keeps up to 38 MB for both ends of a connection
JOBS: Final = 4
ALLOWED: Final = Access(http=True, hosts=(HERE,))
BESIDE: Final = ("film of the server", "film of this machine")
NOT_TYPED: Final = "unexpected"  # begins the reason of an error that is not kltool's own
SAME: Final = "the same ETag"
HEADERS: Final = {  # by kind, of the film before and after it is replaced
    "another ETag": ('ETag: "1"', 'ETag: "2"'),
    "another Last-Modified": (
        "Last-Modified: Sat, 28 Nov 2026 18:00:00 GMT",
        "Last-Modified: Sat, 28 Nov 2026 18:00:01 GMT",
    ),
    "neither": ("X-Nothing: 1", "X-Nothing: 1"),
    SAME: ('ETag: "1"', 'ETag: "1"'),
}
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Misbehaved:
    """sent: bytes that the server could send. seconds: of its longest answer. longest_s: that are stated."""

    kind: str
    row: Row
    sent: int
    seconds: float
    longest_s: float

    @property
    def is_held(self) -> bool:
        """Whether the bar is kept."""
        is_bounded = self.sent <= LARGEST_FILE_BYTES + BUFFERS and self.seconds <= self.longest_s + LATE_S
        return is_bounded and is_unread_with_reason(self.row)

    def __str__(self) -> str:
        return f"{self.kind}: {self.row['code']}, {self.seconds:.1f} s, {self.sent / 1e6:.0f} MB"


@dataclass(frozen=True, slots=True)
class Found:
    """beside: rows of films that are as they should be. elsewhere: requests that came where none may come."""

    kinds: list[Misbehaved]
    beside: list[Row]
    elsewhere: int
    seconds: float


def attack_http() -> Attack:
    """All kinds in one batch, with films beside them; then films that are replaced between two starts."""
    with tempfile.TemporaryDirectory() as name:
        found = misbehave(Path(name))
    with tempfile.TemporaryDirectory() as name:
        replaced = read_anew(Path(name))
    missed = [str(one) for one in found.kinds if not one.is_held]
    missed += [f"{row['path']} not read" for row in found.beside if row["status"] != "ok"]
    missed += [f"{found.elsewhere} requests elsewhere"] * bool(found.elsewhere)
    missed += [f"{kind}: not read anew" for kind, is_read in replaced.items() if is_read == (kind == SAME)]
    held = sum(one.is_held for one in found.kinds)
    slowest, largest = max(one.seconds for one in found.kinds), max(one.sent for one in found.kinds)
    return Attack(
        f"web server that misbehaves in {len(found.kinds)} ways (slow, endless, silent, lying, closing, "
        f"packed, redirecting), in one batch of {JOBS} workers; films replaced by others of equal size",
        f"at most {LARGEST_FILE_BYTES / 1e9:g} GB and --time-limit ({LIMIT_S:g} s here; {LONGEST_HEAD_S:g} s "
        "while listed); a typed reason; no other host reached; films beside read; changed ones read again",
        f"{held} of {len(found.kinds)} bounded with a reason, slowest {slowest:.1f} s, "
        f"{largest / 1e6:.0f} MB at most, {found.seconds:.0f} s in all; {found.elsewhere} requests "
        f"elsewhere; {sum(replaced.values())} of {len(replaced) - 1} replaced films read again "
        f"{'; '.join(missed)}".strip(),
        not missed,
    )


def misbehave(folder: Path, is_tried: Callable[[str], bool] = lambda kind: True) -> Found:
    """is_tried: which kinds."""
    film = places.SMALL_FILM.read_bytes()
    with served({}) as other, served({}) as server:
        of_get = {kind: one for kind, one in misbehaving(film, _port(other)).items() if is_tried(kind)}
        of_head = {kind: one for kind, one in misbehaving_when_listed().items() if is_tried(kind)}
        server.answers = {
            **{f"GET {_path(kind)}": answer for kind, answer in of_get.items()},
            **{f"HEAD {_path(kind)}": head_of(film, 'ETag: "1"') for kind in of_get},
            **{f"HEAD {_path(kind)}": answer for kind, answer in of_head.items()},
            **_of_film(BESIDE[0], places.FILM.read_bytes(), 'ETag: "1"'),
        }
        began = time.perf_counter()
        paths = [f"{server.address}{_path(kind)}" for kind in (*of_get, *of_head, BESIDE[0])]
        rows = _read([*paths, str(places.FILM.with_name("knee_left_moderate.dcm"))], folder)
        seconds = time.perf_counter() - began
    kinds = [
        _misbehaved(kind, row, server, LONGEST_HEAD_S if kind in of_head else LIMIT_S)
        for kind, row in zip((*of_get, *of_head), rows, strict=False)
    ]
    return Found(kinds, rows[len(kinds) :], len(other.seen), seconds)


def read_anew(folder: Path) -> dict[str, bool]:
    """By kind of change, whether the film of the second start is that of the server then."""
    films = [places.film_of(number, places.SMALL_FILM) for number in (1, 2)]
    assert len(films[0]) == len(films[1])
    with served({}) as server:
        for number, film in enumerate(films):
            server.answers = {
                request: answer
                for kind, headers in HEADERS.items()
                for request, answer in _of_film(kind, film, headers[number]).items()
            }
            rows = _read([f"{server.address}{_path(kind)}" for kind in HEADERS], folder)
    return {
        kind: row["input_sha256"] == sha256(films[1]).hexdigest()
        for kind, row in zip(HEADERS, rows, strict=True)
    }


def is_unread_with_reason(row: Row) -> bool:
    """Whether the row says why, and not that kltool has a fault."""
    is_unread = row["status"] in ("failed", "refused") and bool(row["code"])
    return is_unread and bool(row["reason"]) and not row["reason"].startswith(NOT_TYPED)


def _misbehaved(kind: str, row: Row, server: Server, longest_s: float) -> Misbehaved:
    asked = [*server.requests("GET", _path(kind)), *server.requests("HEAD", _path(kind))]
    sent, seconds = (max((getattr(one, name) for one in asked), default=0) for name in ("sent", "seconds"))
    return Misbehaved(kind, row, sent, seconds, longest_s)


def _read(paths: list[str], folder: Path) -> list[Row]:
    """The rows of a batch over a manifest of these paths, in their order."""
    folder.mkdir(exist_ok=True)
    manifest = places.table(folder / "manifest.csv", ("path",), [(path,) for path in paths])
    run_batch(Batch((str(manifest),), folder / "out", jobs=JOBS, limit_s=LIMIT_S, access=ALLOWED))
    table = open_table(folder / "out" / "readings.csv")
    return [dict(zip(table.headings, line.cells, strict=True)) for line in table.lines]


def _of_film(kind: str, film: bytes, header: str) -> dict[str, Answer]:
    return {f"GET {_path(kind)}": whole(film, header), f"HEAD {_path(kind)}": head_of(film, header)}


def _path(kind: str) -> str:
    return "/" + "".join(letter if letter.isalnum() else "-" for letter in kind)


def _port(server: Server) -> str:
    return server.address.rpartition(":")[2]
