"""The data elements of a DICOM file by their bytes: one is replaced by what no writer would write."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PREAMBLE: Final = 132  # bytes, with the prefix
LONG: Final = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
)
UNDEFINED: Final = 0xFFFFFFFF
END_OF_SEQUENCE: Final = bytes.fromhex("feffdde000000000")
TRANSFER_SYNTAX: Final = 0x00020010
IMPLICIT, BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"


@dataclass(frozen=True, slots=True)
class Element:
    """start, end: of the bytes of the whole element. value: its bytes."""

    tag: int
    representation: bytes
    start: int
    end: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Patch:
    """An element to be written. length: that is stated, None for the truth."""

    tag: int
    representation: bytes
    value: bytes
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How elements are written. order: of the bytes, `<` or `>`."""

    explicit: bool
    order: str

    def elements(self, data: bytes, at: int = 0) -> Iterator[Element]:
        """Of the top level, until the file ends or can no longer be understood."""
        while at + 8 <= len(data):
            group, number = struct.unpack_from(f"{self.order}HH", data, at)
            representation = data[at + 4 : at + 6] if self.explicit else b"UN"
            start, length = self._length(data, at, representation)
            end = _end(data, start, length)
            yield Element(group << 16 | number, representation, at, end, data[start:end])
            at = end

    def _length(self, data: bytes, at: int, representation: bytes) -> tuple[int, int]:
        """Where the value begins, and the length that is stated."""
        if not self.explicit:
            return at + 8, struct.unpack_from(f"{self.order}I", data, at + 4)[0]
        if representation in LONG and at + 12 <= len(data):
            return at + 12, struct.unpack_from(f"{self.order}I", data, at + 8)[0]
        return at + 8, struct.unpack_from(f"{self.order}H", data, at + 6)[0]

    def written(self, patch: Patch) -> bytes:
        length = len(patch.value) if patch.length is None else patch.length
        tag = struct.pack(f"{self.order}HH", patch.tag >> 16, patch.tag & 0xFFFF)
        if not self.explicit:
            return tag + struct.pack(f"{self.order}I", length & 0xFFFFFFFF) + patch.value
        if patch.representation in LONG:
            head = patch.representation + bytes(2) + struct.pack(f"{self.order}I", length & 0xFFFFFFFF)
        else:
            head = patch.representation + struct.pack(f"{self.order}H", length & 0xFFFF)
        return tag + head + patch.value


META: Final = Form(True, "<")


def patched(data: bytes, patch: Patch) -> bytes:
    """The file with the element in place of the one it has, or inserted in its order of tags."""
    start = PREAMBLE if data[PREAMBLE - 4 : PREAMBLE] == b"DICM" else 0
    meta = [one for one in META.elements(data, start) if one.tag >> 16 == 2] if start else []
    rest = meta[-1].end if meta else start
    if patch.tag >> 16 == 2:
        return data[:start] + _replaced(data[start:rest], META, patch) + data[rest:]
    syntax = next((_text(one.value) for one in meta if one.tag == TRANSFER_SYNTAX), IMPLICIT)
    if syntax == DEFLATED:
        content = _replaced(zlib.decompress(data[rest:], -zlib.MAX_WBITS), META, patch)
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return data[:rest] + packer.compress(content) + packer.flush()
    return data[:rest] + _replaced(data[rest:], _form(syntax), patch)


def _form(syntax: str) -> Form:
    return Form(syntax != IMPLICIT, ">" if syntax == BIG_ENDIAN else "<")


def _replaced(content: bytes, form: Form, patch: Patch) -> bytes:
    at, end = len(content), len(content)
    for one in form.elements(content):
        if one.tag >= patch.tag:
            at, end = one.start, one.end if one.tag == patch.tag else one.start
            break
    return content[:at] + form.written(patch) + content[end:]


def _end(data: bytes, start: int, length: int) -> int:
    if length != UNDEFINED:
        return min(start + length, len(data))
    found = data.find(END_OF_SEQUENCE, start)
    return len(data) if found < 0 else found + len(END_OF_SEQUENCE)


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").rstrip("\0 ")
