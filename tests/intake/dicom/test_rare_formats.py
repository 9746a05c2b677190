"""Rare formats are read right, or refused with what was found, what was expected and what to do."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGBaseline8Bit

from kltool.errors import NotAnImage, NotARadiograph, Undecodable
from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph
from tests.intake.films import as_bytes, data_set, grey8, knee, saved

# 64 x 64 pixels of 16 bits by OpenJPH (imagecodecs.htj2k_encode, reversible)
HTJ2K = b64decode(
    "/0//UQApQAAAAABAAAAAQAAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAABDwEB/1AACAACAAAACv9SAAwAAgABAAUEBEAB/1wA"
    "EyCIkJCQkJCQkJCQkJCQiIiI/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAADaEAAf+TwAArAKf+nfl3/MH2AoG0"
    "AMAAFRAABPAABGAAsGn7Agh0ALa17QCjVAAAQwDAABaEAAFZAABOGoYwQKd2AFu1AH50IrC3AGqrTZu2AEIB7LDnAJv8Dqc2"
    "NQDAABdDAABd7AABdsCzBi7b/wEBGu3/QACN9g8EaLZhOMaZwBeMWLTEOvXo3wCzhJOEk4STLruImYiZiJkiu4iZiJmImSIL"
    "YBiCGVYYghlWGIIZVhJ8AAAAIIAAAx/Xr9ZPr1+smkpqMrUBJuOYxJjEWJmeyDkiMyIzUr4nco7IjMiMlO+JmyE+Q3yGdC/9"
    "AM57eL52v1l87X6y6SxqMbIBwAAX2LAABfdkAAF9jt2GPbRPhj20T4Y9tE+GnQgWDlNpNIdSaTSHUmk0h1KpSTUOU2k0h1Jp"
    "NIdSaTSHUqlJNQ5TaTSHUmk0h1JpNIdSqUk1DlNpNIdSaTSHUmk0h1KpSTUOU2k0h1JpNIdSaTSHUqlJNQ5TaTSHUmk0h1Jp"
    "NIdSqUk1zhOpNYcTqTWHE6k1hxOpRlX+AzhYhYhYqc5HRR0UdEPnI6KOijoh85HRR0UdEPnI6KOijoh85HRR0UdEPnI6KOij"
    "oh8lqtbVa2q1tzwDaRgRA1K9KRIDUr0pEgNSvSkSgxdvGNECUUJTSAtECU0hLRAlNIW0oMUbRrRAlNAU0gJRQlNIC0QJTSEt"
    "aPGGES0QJTSFtECU0BTSAlFCU0gLWrxhRAtECU0hLRAlNIW0QJTQFNKCFm8Y0QJRQlNIC0QJTSEtECU0hbSgxRtGtECU0BTS"
    "AlFCU0gLRAlNIS1o8fAZjA0CyRiyKZANAskYsimQDQLJGLIpkA2ChvgAEgIJICCSAgkgMfU9wvcL3Cjqe4XuF7hR1PcL3C9w"
    "o6nuF7he4UdT3C9wvcKOp7he4XuFEkxCTZCTZCTbnwP/IEvjeQq0NJ6nQEvjeQq0lCgQ/vBKLIfwSiyH8Eosh/CKOMUfXonl"
    "EF6J5RBeieUQXhGn+MMrsRzCK7EcwiuxHMIr4hR/eCWWQ3gllkN4JZZDeEWc4g+vxHIIr8RyCK/EcgiviFP84ZVYDuGVWA7h"
    "lVgO4RVxin/4FGqJSB6hlojkEWqJSB6hpv0F5rstdlrqUN5dg3YN2DnvLsG7Buwc95dg3YN2DnvLsG7Buwc95dg3YN2DnvLs"
    "G7Buwc9JEKZYUywplp0DwAAv7XoAAX9nUAAL+2/ffOOO+4277vz3zTfuuN+4685/33zjjvuNu+7898037rjfuOvOO+Zlzn3H"
    "vMY4zTEvc+475jXGaY55mXPfMa8xTnPMy5z7jnmNcXrOMV5jnOaYlzn3HfMa4zTHvMy575jXGKc55mXOfce8xjjNMS9z/Dvm"
    "Zc59x7zGOM0xL3PuO+Y1xmmOeZlz3zGvMU5zzMuc+455jXF6zjFeY5zmmJc59x3zGuM0x7zMue+Y1xinOeZlzn3HvMY4zTEv"
    "c/w75mXOfce8xjjNMS9z7jvmNcZpjnmZc98xrzFOc8zLnPuOeY1xes4xXmOc5piXOfcd8xrjNMe8zLnvmNcYpznmZc59x7zG"
    "OM0xL3P8O+Zlzn3HvMY4zTEvc+475jXGaY55mXPfMa8xTnPMy5z7jnmNcXrOMV5jnOaYlzn3HfMa4zTHvMy575jXGKc55mXO"
    "fce8xjjNMS9z/DvmZc59x7zGOM0xL3PuO+Y1xmmOeZlz3zGvMU5zzMuc+455jXF6zjFeY5zmmJc59x3zGuM0x7zMue+Y1xin"
    "OeZlzn3HvMY4zTEvc/w75mXOfce8xjjNMS9z7jvmNcZpjnmZc98xrzFOc8zLnPuOeY1xes4xXmOc5piXOfcd8xrjNMe8zLnv"
    "mNcYpznmZc59x7zGOM0xL3P8O+Zlzn3HvMY4zTEvc+475jXGaY55mXPfMa8xTnPMy5z7jnmNcXrOMV5jnOaYlzn3HfMa4zTH"
    "vMy575jXGKc55mXOfce8xjjNMS9z/DveZc795/XMNef4a8795/XMNef4a8795/XMNef4a8795/WMy3P+AAC8D6Jf4H0S/wPo"
    "l/gfRn6OfnvcvPz3uXn573Lz88vePcvPz3uXn573Lz897lz9HPz3uXn573Lz897l5+eXvHuXn573Lz897l5+e9y5+jn573Lz"
    "897l5+e9y8/PL3j3Lz897l5+e9y8/Pe5c/Rz897l5+e9y8/Pe5efnl7x7l5+e9y8/Pe5efnvcufo5+e9y8/Pe5efnvcvPzy9"
    "49y8/Pe5efnvcvPz3uXP0c/Pe5efnvcvPz3uXn55e8e5efnvcvPz3uXn573Ln6OfnvcvPz3uXn573Lz88vePcvPz3uXn573L"
    "z897lzySFGSJ1iQSMkTrEgkZInWJBIyROr8P38d1zNOc9lv3P+6Ypzntt+5/3DFPc9pv3f84xzzNab/x/Hvab7v/aR3zNKf9"
    "bfc/3TFPc9rfdv9TO+ZpTvvb7n+6Y8z/PlzHPM1pf9v9T3fM05z2t93/dI55mtP+tvuf7pinOe1vev497bfd/3SOeZrT/rb7"
    "n+6Ypzntb7v/aR3zNKf9bfc/3THmfx/XMU9z2t92/1M75mlO+9vuf7pjnua0v+3+pzvmaU77m55/T/tt9z/dMU9z2t92/1M7"
    "5mlO+9vuf7pjnua0v+3+pzvG/O/jOuZpTvvb7n+6Y57mtL/t/qc75mlO+9vuf7pjnua0v+n597Tfdv9TO+ZpTvvb7n+6Y57m"
    "tL/t/qc75mlO+9vuf7pjzP8+XMc8zWl/2/1Pd8zTnPa33f90jnma0/62+5/umKc57W96/j3tt93/dI55mtP+tvuf7pinOe1v"
    "u/9pHfM0p/1t9z/dMeZ/H9cxT3Pa33b/UzvmaU772+5/umOe5rS/7f6nO+ZpTvubnn9P+233P90xT3Pa33b/UzvmaU772+5/"
    "umOe5rS/7f6nO8b87+M65mlO+9vuf7pjnua0v+3+pzvmaU772+5/umOe5rS/6fn3tN92/1M75mlO+9vuf7pjnua0v+3+pzvm"
    "aU772+5/umPM/z5cxzzNaX/b/U93zNOc9rfd/3SOeZrT/rb7n+6Ypzntb3q+f7o2/29z3dP1mO7p2vy/57qn6zHd07X5f891"
    "T9djuqdr8/8e1z1dw/0AUqVMg0LKmQaFlTINCyplHth/PP7Yfzz+2H88/th9nV0Z/bD+ef2w/nn9sP55/bL9sP55/bD+ef2w"
    "/nn9sPs6ujP7Yfzz+2H88/th/PP7Zfth/PP7Yfzz+2H88/th9nV0Z/bD+ef2w/nn9sP55/bL9sP55/bD+ef2w/nn9sPs6ujP"
    "7Yfzz+2H88/th/PP7Zfth/PP7Yfzz+2H88/th9nV0Z/bD+ef2w/nn9sP55/bL9sP55/bD+ef2w/nn9sPs6ujP7Yfzz+2H88/"
    "th/PP7Zfth/PP7Yfzz+2H88/th9nV0Z/bD+ef2w/nn9sP55/bLki3WSR85It1kkfOSLdZJHzki3WyRzXEL/36329z/N9v/97"
    "vt7X+zzf9/u/9/W+3uf5vt//PV/v632e7/v/T9f3/f7vfb2v9/P6vt//PV/v6/28vu/3f+/rfb2f1/f9/u99vZ//d/16X+/n"
    "9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/c/V9v/97vt7X+3l93+//Xq/39X5e3/f7v/f1vt7P6/t+/3d9vZ//"
    "d/16X+/n9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/c/V9v/97vt7X+3l93+//Xq/39X5e3/f7v/f1vt7P6/t+"
    "/3d9vZ//d/16X+/n9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/c/V9v/97vt7X+3l93+//Xq/39X5e3/f7v/f1"
    "vt7P6/t+/3d9vZ//d/16X+/n9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/c/V9v/97vt7X+3l93+//Xq/39X5e"
    "3/f7v/f1vt7P6/t+/3d9vZ//d/16X+/n9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/c/V9v/97vt7X+3l93+//"
    "Xq/39X5e3/f7v/f1vt7P6/t+/3d9vZ//d/16X+/n9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/c/V9v/97vt7X"
    "+3l93+//Xq/39X5e3/f7v/f1vt7P6/t+/3d9vZ//d/16X+/n9X2//3u+3tf7eX3f7/9er/f1fl7f9/u/9/W+3s/r+/7/d/V9"
    "v+//ft/zP/939X2/7/9+3/M//3f1fb/v/37f8z//d/V9v+//ft/zf/4AAK97xW+73it93vFb7veKvl7eHFzbeHFzbeHFzbeH"
    "1ocXNt4cXNt4cXNt4cXNr5e3hxc23hxc23hxc23h9aHFzbeHFzbeHFzbeHFza+Xt4cXNt4cXNt4cXNt4fWhxc23hxc23hxc2"
    "3hxc2vl7eHFzbeHFzbeHFzbeH1ocXNt4cXNt4cXNt4cXNr5e3hxc23hxc23hxc23h9aHFzbeHFzbeHFzbeHFza+Xt4cXNt4c"
    "XNt4cXNt4fWhxc23hxc23hxc23hxc2vl7eHFzbeHFzbeHFzbeH1ocXNt4cXNt4cXNt4cXNr8nNbyayeQlbyayeQlbyayeQlb"
    "yaybD//Z"
)
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
COLOURS = ("Red", "Green", "Blue")


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("film", data))


def encapsulated(film: Any, codestream: bytes, syntax: str) -> bytes:
    film.PixelData = encapsulate([codestream])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = UID(syntax)
    return as_bytes(film)


def palette(pixels: Any, tables: list[Any], bits: int) -> bytes:
    tags: dict[str, Any] = {}
    for colour, table in zip(COLOURS, tables, strict=True):
        tags[f"{colour}PaletteColorLookupTableDescriptor"] = [len(table), 0, bits]
        tags[f"{colour}PaletteColorLookupTableData"] = table.tobytes()
    kind = {"PhotometricInterpretation": "PALETTE COLOR", "SOPClassUID": SECONDARY_CAPTURE, "Modality": "OT"}
    return as_bytes(data_set(pixels, **kind, **tags))


@pytest.mark.parametrize("last", ["201", "202", "203"])
def test_high_throughput_jpeg_2000_is_read_exactly(last: str) -> None:
    y, x = np.mgrid[0:64, 0:64]
    ramp = ((y * 40 + x * 20) // 64 * 64 + 200).astype(np.uint16)
    film = read(encapsulated(data_set(ramp, BitsStored=16, HighBit=15), HTJ2K, f"1.2.840.10008.1.2.4.{last}"))
    expected = ramp.astype(np.float32)
    assert np.array_equal(film.pixels, expected) or np.array_equal(
        film.pixels, expected.min() + expected.max() - expected
    )


@pytest.mark.parametrize(
    ("pixels", "table", "bits", "step"),
    [
        (grey8(), np.arange(256, dtype=np.uint8), 8, 1),
        (grey8(), np.arange(256, dtype="<u2") * 257, 16, 257),
        (knee(), np.arange(4096, dtype="<u2") * 16, 16, 16),
    ],
)
def test_a_palette_of_greys_is_grey(pixels: Any, table: Any, bits: int, step: int) -> None:
    film = read(palette(pixels, [table] * 3, bits))
    assert np.array_equal(film.pixels, pixels.astype(np.float32) * step)
    assert film.notes == ()


def test_a_palette_of_colours_is_refused_as_a_colour_picture() -> None:
    ramp = np.arange(256, dtype="<u2") * 257
    with pytest.raises(NotARadiograph, match=r"a colour picture was found.*expected; "):
        read(palette(grey8(), [ramp, ramp // 3, ramp[::-1]], 16))


@pytest.mark.parametrize("last", ["110", "111", "112"])
def test_jpeg_xl_in_dicom_is_refused_by_name(last: str) -> None:
    other = encapsulated(data_set(), b"\xff\x0a\0\0", "1.2.840.10008.1.2.4.201")
    with pytest.raises(Undecodable, match=r"pixels in JPEG XL were found; .* was expected; export"):
        read(other.replace(b"1.2.840.10008.1.2.4.201", f"1.2.840.10008.1.2.4.{last}".encode()))


@pytest.mark.parametrize("magic", [b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"])
def test_a_jpeg_xl_picture_is_refused_by_name(magic: bytes) -> None:
    with pytest.raises(NotAnImage, match=r"a JPEG XL picture was found.*expected; save it as PNG"):
        read(magic + bytes(64))


@pytest.mark.parametrize(
    ("sop_class", "modality", "found"),
    [
        ("12.1.1", "XA", "an angiogram"),
        ("12.2.1", "RF", "a fluoroscopy image"),
        ("104.1", "DOC", "a document"),
    ],
)
def test_other_objects_are_refused_by_name(sop_class: str, modality: str, found: str) -> None:
    with pytest.raises(NotARadiograph, match=f"{found} was found.*expected; "):
        read(as_bytes(data_set(SOPClassUID=f"1.2.840.10008.5.1.4.1.1.{sop_class}", Modality=modality)))


def test_a_grey_film_in_rgb_is_grey_although_its_jpeg_does_not_say_that_it_is_rgb() -> None:
    channels = np.dstack([grey8()] * 3)
    data = saved(Image.fromarray(channels), "JPEG", keep_rgb=True, quality=100)
    start = data.index(b"\xff\xee")
    unmarked = data[:start] + data[start + 16 :]
    for old, new in ((b"R", b"\1"), (b"G", b"\2"), (b"B", b"\3")):
        for after in (b"\x11\0", b"\0"):
            unmarked = unmarked.replace(old + after, new + after, 1)
    film = read(encapsulated(data_set(channels, Modality="OT"), unmarked, JPEGBaseline8Bit))
    assert np.abs(film.pixels - grey8()).max() <= 2
