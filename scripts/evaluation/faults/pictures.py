"""Pictures of unusual kinds, and files and folders with unusual names, from public threads."""

import os
import struct
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, PngImagePlugin

from evaluation.faults.films import grey8, grey16, picture, sample, tiff
from evaluation.faults.trial import EIGHT_BITS, LOSSY, Finding, Situation, alike, command, refused
from kltool.intake import find_images
from kltool.tables.manifest import manifest_rows


def _image() -> Image.Image:
    return Image.fromarray(grey8())


def _with_gamma() -> bytes:
    chunk = PngImagePlugin.PngInfo()
    chunk.add(b"gAMA", struct.pack(">I", 100_000))
    return picture(Image.fromarray(grey16()), "PNG", pnginfo=chunk)


def _by_palette() -> bytes:
    """Indices whose palette has them in reverse order, one of them transparent."""
    indexed = Image.fromarray(255 - grey8(), "P")
    indexed.putpalette([value for index in range(256) for value in [255 - index] * 3])
    return picture(indexed, "PNG", transparency=bytes([255] * 255 + [0]))


def _signed() -> bytes:
    signed = (grey16().astype(np.int32) - 32_768).astype(np.int16)
    return tiff((-1 - signed).astype(np.int16), photometric="miniswhite")


def _with_alpha() -> bytes:
    layers = np.stack((grey16(), np.full_like(grey16(), 65_535)), axis=-1)
    return tiff(layers, photometric="minisblack", extrasamples=["unassalpha"])


def _exact_or_refused(data: bytes) -> Finding:
    found = alike(data, sample())
    return found if found.holds else Finding(found.text, found.text.startswith("refused"))


def _listed(folder: Path) -> list[str]:
    return [Path(source.name).name for source in find_images(folder)]


def _resource_forks(folder: Path) -> Finding:
    (folder / "film.dcm").write_bytes(sample())
    (folder / "._film.dcm").write_bytes(b"\0\5\x16\7")
    found = _listed(folder)
    return Finding(f"{len(found)} image", found == ["film.dcm"])


def _umlaut(folder: Path) -> Finding:
    place = folder / "Sa\u0308ttiger" / "fu\u0308r \u819d.dcm"
    place.parent.mkdir()
    place.write_bytes(sample())
    (source,) = find_images(folder)
    return alike(source.read(), sample())


def _no_unicode(folder: Path) -> Finding:
    (folder / "in").mkdir()
    Path(os.fsdecode(os.fsencode(folder / "in") + b"/bad\xff.dcm")).write_bytes(b"no film")
    code, _ = command("batch", folder / "in", "--out", folder / "out")
    made = sorted(path.name for path in (folder / "out").glob("*.*") if path.suffix in (".csv", ".html"))
    return Finding(
        f"exit {code}, {' and '.join(made)} written", (code, made) == (3, ["readings.csv", "summary.html"])
    )


def _link_to_parent(folder: Path) -> Finding:
    (folder / "film.dcm").write_bytes(sample())
    (folder / "again").symlink_to(folder)
    found = _listed(folder)
    return Finding(f"{len(found)} image", found == ["film.dcm"])


def _broken_link(folder: Path) -> Finding:
    (folder / "film.dcm").write_bytes(sample())
    (folder / "gone.dcm").symlink_to(folder / "nowhere")
    code, said = command("read", folder)
    named = "no such file" in " ".join(said.split())
    return Finding(
        f"exit {code}, the film read, the link named: {'yes' if named else 'no'}", named and "right" in said
    )


def _byte_order_mark(folder: Path) -> Finding:
    table = folder / "films.csv"
    table.write_bytes(b'\xef\xbb\xbf"path","side"\nfilm.dcm,L\n')
    (row,) = manifest_rows(table)
    return Finding(
        f"path {row.cell('path')}, side {row.side}", (row.cell("path"), str(row.side)) == ("film.dcm", "left")
    )


SITUATIONS: Final = (
    Situation(
        "JPEG in four inks (CMYK)",
        "opencv/opencv#25274",
        "bone bright, grey",
        lambda _: alike(
            picture(Image.merge("RGB", [_image()] * 3).convert("CMYK"), "JPEG", quality=95), sample(), LOSSY
        ),
    ),
    Situation(
        "Progressive JPEG",
        "SixLabors/ImageSharp#18",
        "read",
        lambda _: alike(picture(_image(), "JPEG", quality=95, progressive=True), sample(), LOSSY),
    ),
    Situation(
        "Progressive JPEG without its end marker",
        "SixLabors/ImageSharp#18",
        "refused, the cause named",
        lambda _: refused(picture(_image(), "JPEG", progressive=True)[:-2], "ends too early"),
    ),
    Situation(
        "16-bit PNG with a gamma",
        "pnggroup/libpng#515",
        "values as stored",
        lambda _: alike(_with_gamma(), sample()),
    ),
    Situation(
        "PNG with a palette and transparency",
        "sksamuel/scrimage#722",
        "read, what is transparent is padding",
        lambda _: alike(_by_palette(), sample(), 2 * EIGHT_BITS),
    ),
    Situation(
        "TIFF that begins with a thumbnail",
        "BitMiracle/libtiff.net#118",
        "the film, not the thumbnail",
        lambda _: alike(tiff(grey16()[::4, ::4].copy(), grey16()), sample()),
        "the thumbnail was read",
    ),
    Situation(
        "TIFF of 16 bits, white is zero",
        "opencv/opencv#9550",
        "read, no level lost",
        lambda _: alike(tiff(65_535 - grey16(), photometric="miniswhite"), sample()),
    ),
    Situation(
        "TIFF of signed numbers, white is zero",
        "image-rs/image-tiff#129",
        "read",
        lambda _: alike(_signed(), sample()),
    ),
    Situation(
        "TIFF of 16 bits with transparency",
        "DanBloomberg/leptonica#426",
        "no level lost, or refused",
        lambda _: _exact_or_refused(_with_alpha()),
        "read at 8 bits",
    ),
    Situation(
        "Photograph of a telephone in HEIC",
        "python-pillow/Pillow#4163",
        "refused, the format named",
        lambda _: refused(b"\0\0\0\x18ftypheic" + bytes(1000), "HEIC"),
        "of unknown format",
    ),
    Situation(
        "Hidden files of macOS beside each film", "notmatthancock/pylidc#43", "passed over", _resource_forks
    ),
    Situation("Folder and file names beyond ASCII, decomposed", "SimpleITK/SimpleITK#1255", "read", _umlaut),
    Situation(
        "File name that is not UTF-8",
        "simonw/sqlite-utils#507",
        "every file of the batch is written",
        _no_unicode,
        "the batch ended with UnicodeEncodeError",
    ),
    Situation(
        "Link to the folder that holds it", "nanoporetech/ont_fast5_api#25", "the film once", _link_to_parent
    ),
    Situation(
        "Link to a file that is gone", "dgobbi/vtk-dicom#104", "named, the other films read", _broken_link
    ),
    Situation(
        "Manifest that begins with a byte order mark",
        "pandas-dev/pandas#4793",
        "the heading is known",
        _byte_order_mark,
    ),
)
