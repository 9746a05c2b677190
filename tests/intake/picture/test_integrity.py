"""A picture that is damaged or was cut off is refused, never half read."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph
from tests.intake.films import grey8, picture, png, saved, tiff


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("film", data))


WHOLE = {
    "PNG": png(grey8()),
    "JPEG": picture(grey8(), ".jpg"),
    "TIFF": tiff(grey8()),
    "BMP": picture(grey8(), ".bmp"),
    "TIFF packed": tiff(grey8(), compression="zlib"),
    "JPEG progressive": saved(Image.fromarray(grey8()), "JPEG", progressive=True),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97, 0.999])
def test_a_picture_that_was_cut_off_is_undecodable(kind: str, share: float) -> None:
    data = WHOLE[kind]
    with pytest.raises(Undecodable) as caught:
        read(data[: int(len(data) * share)])
    assert str(caught.value) == (
        f"a {kind.split()[0]} picture that is damaged or ends too early was found, a whole one was expected; "
        "copy or export it again"
    )


def test_a_png_with_rows_missing_behind_good_checksums_is_undecodable() -> None:

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 160, 200, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in grey8()[:150])
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Undecodable):
        read(data)


def test_a_tiff_with_an_offset_too_few_is_undecodable() -> None:
    """Ten strips by their lengths, nine by their offsets (tag 273)."""
    data = bytearray(tiff(grey8(), rowsperstrip=20))
    entry = data.index(struct.pack("<H", 273))
    assert struct.unpack_from("<I", data, entry + 4) == (10,)
    struct.pack_into("<I", data, entry + 4, 9)
    with pytest.raises(Undecodable):
        read(bytes(data))


def test_a_picture_that_claims_to_be_huge_is_refused_undecoded() -> None:

    data = bytearray(png(grey8()))
    data[16:24] = struct.pack(">II", 19_000, 19_000)
    with pytest.raises((NotARadiograph, Undecodable)):
        read(bytes(data))


def test_several_pages_are_refused() -> None:
    with pytest.raises(NotARadiograph, match="2 frames were found"):
        read(tiff(np.stack([grey8(), grey8()]), photometric="minisblack"))
