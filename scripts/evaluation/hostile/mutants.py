"""Small films damaged at random: the seeds of tests/corpus, and a whole film whose tags are changed."""

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from evaluation.hostile.elements import patched
from evaluation.hostile.patches import drawn_patch
from kltool.samples import sample_path

CORPUS: Final = Path(__file__).resolve().parents[3] / "tests" / "corpus"
WHOLE: Final = "knee_right_normal.dcm"  # of which the seeds are small copies: on them no knee is found
SHARE_OF_WHOLE: Final = 0.15
EXTREMES: Final = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
TEXT_OF_EXTREMES: Final = (
    b"00000000000",
    b"77777777777",
    b"-0000000001",
    b"99999999999",
    b"\x80" + b"\xff" * 10,
)
PACKED: Final[Mapping[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]]] = {
    ".gz": (gzip.decompress, lambda data: gzip.compress(data, 1, mtime=0)),
    ".bz2": (bz2.decompress, lambda data: bz2.compress(data, 1)),
    ".xz": (lzma.decompress, lambda data: lzma.compress(data, preset=0)),
}
SIGNATURE_OF_PNG: Final = b"\x89PNG\r\n\x1a\n"
BLOCK: Final = 512  # bytes, of a tar archive

Damage = Callable[[bytearray, Random], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """seed: name of the file it was made of, whose suffix it keeps. how: the names of what was done to it."""

    seed: str
    how: tuple[str, ...]
    data: bytes


def mutant(seed: int, number: int) -> Mutant:
    """The same for the same seed and number."""
    random = Random(f"{seed}-{number}")
    name = WHOLE if random.random() < SHARE_OF_WHOLE else random.choice(list(seeds()))
    if name.endswith(".dcm") and (name == WHOLE or random.random() < 0.5):
        return _patched(name, random)
    return _damaged(name, random)


@cache
def seeds() -> Mapping[str, bytes]:
    """By name, in the order of the names."""
    return {path.name: path.read_bytes() for path in sorted(CORPUS.iterdir())}


@cache
def _data(name: str) -> bytes:
    return sample_path(WHOLE).read_bytes() if name == WHOLE else seeds()[name]


def _patched(name: str, random: Random) -> Mutant:
    data, patches = _data(name), [drawn_patch(random) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    for patch in sorted(patches, key=lambda patch: -patch.tag):  # those before it can still be found
        data = patched(data, patch)
    return Mutant(name, tuple(f"tag {patch.tag:08x}" for patch in patches), data)


def _damaged(name: str, random: Random) -> Mutant:
    """Of a packed archive half of the time what is packed; sums that are checked first are made right."""
    unpack, pack = PACKED.get(Path(name).suffix, (_same, _same))
    if random.random() < 0.5:
        unpack, pack = _same, _same
    data = bytearray(unpack(_data(name)))
    damages = [random.choice(DAMAGES) for _ in range(random.choice((1, 1, 2, 4)))]
    for damage in damages:
        damage(data, random)
    if random.random() < 0.7:
        _right_sums(data)
    return Mutant(name, tuple(damage.__name__.strip("_") for damage in damages), pack(bytes(data)))


def _same(data: bytes) -> bytes:
    return data


def _replaced_bytes(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 2, 8, 64))):
        at = _place(data, random)
        data[at : at + 1] = random.randbytes(1)


def _flipped_bits(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 1, 2, 8)) if data else 0):
        data[_place(data, random)] ^= 1 << random.randrange(8)


def _extreme_length(data: bytearray, random: Random) -> None:
    form = random.choice(("<H", ">H", "<I", ">I"))
    value = random.choice(EXTREMES) & (0xFFFF if form.endswith("H") else 0xFFFFFFFF)
    _overwrite(data, _place(data, random), struct.pack(form, value))


def _extreme_text(data: bytearray, random: Random) -> None:
    """Lengths of a tar archive are octal digits."""
    places = [at for at in range(0, len(data), BLOCK) if data[at + 257 : at + 262] == b"ustar"]
    at = random.choice(places) + random.choice((100, 124, 136)) if places else _place(data, random)
    _overwrite(data, at, random.choice(TEXT_OF_EXTREMES))


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


def _hole(data: bytearray, random: Random) -> None:
    at = _place(data, random)
    del data[at : at + random.choice((1, 2, 7, 100, 4_000))]


def _doubled(data: bytearray, random: Random) -> None:
    """A stretch again and again."""
    at, length = _place(data, random), random.choice((1, 8, 100, 2_000))
    data[at:at] = data[at : at + length] * random.choice((1, 2, 30))


def _whole_doubled(data: bytearray, random: Random) -> None:
    data += bytes(data)


def _spliced(data: bytearray, random: Random) -> None:
    """Its beginning, and another seed's end."""
    other = random.choice(list(seeds().values()))
    data[_place(data, random) :] = other[random.randrange(len(other)) :]


def _swapped(data: bytearray, random: Random) -> None:
    length = random.choice((1, 4, 64, 1_000))
    one, other = _place(data, random), _place(data, random)
    first, second = bytes(data[one : one + length]), bytes(data[other : other + length])
    _overwrite(data, one, second)
    _overwrite(data, other, first)


def _filled(data: bytearray, random: Random) -> None:
    """A stretch of zeros, ones or noise."""
    length = random.choice((2, 16, 300, 5_000))
    fill = random.choice((bytes(length), b"\xff" * length, random.randbytes(length)))
    _overwrite(data, _place(data, random), fill)


DAMAGES: Final[tuple[Damage, ...]] = (
    *(_replaced_bytes, _flipped_bits, _extreme_length, _extreme_length, _extreme_text, _cut, _hole),
    *(_doubled, _whole_doubled, _spliced, _swapped, _filled),
)


def _place(data: bytearray, random: Random) -> int:
    """Headers stand at the beginning, directories at the end."""
    size = len(data)
    where = random.choice((size, size, min(size, 400), min(size, 64)))
    at = random.randrange(max(where, 1))
    return size - 1 - at if size and random.random() < 0.2 else at


def _overwrite(data: bytearray, at: int, value: bytes) -> None:
    """The size stays."""
    data[at : at + len(value)] = value[: max(len(data) - at, 0)]


def _right_sums(data: bytearray) -> None:
    """Of the chunks of a PNG and the headers of a tar archive: otherwise their readers go no further."""
    if data.startswith(SIGNATURE_OF_PNG):
        _right_chunks(data)
    for at in range(0, len(data) - BLOCK + 1, BLOCK):
        if data[at + 257 : at + 262] == b"ustar":
            header = data[at : at + 148] + b" " * 8 + data[at + 156 : at + BLOCK]
            data[at + 148 : at + 156] = b"%06o\0 " % sum(header)


def _right_chunks(data: bytearray) -> None:
    at = len(SIGNATURE_OF_PNG)
    while at + 12 <= len(data):
        end = at + 8 + int(struct.unpack_from(">I", data, at)[0])
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
