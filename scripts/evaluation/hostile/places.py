"""Text put into the places where text of others enters kltool: tags, names, archives, manifests, raters."""

import csv
import shutil
import tarfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import pydicom

ROOT: Final = Path(__file__).resolve().parents[3]
FILM: Final = ROOT / "sample_images" / "knee_right_normal.dcm"
SMALL_FILM: Final = ROOT / "tests" / "corpus" / "explicit-little.dcm"
VISITS: Final = ROOT / "sample_images" / "case"
TEXT: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})  # value representations
IN_LATIN: Final = frozenset({"AE", "CS"})  # of them without a character set
DECISIVE: Final = frozenset(  # a film in which they are unknown is refused
    {"Modality", "PhotometricInterpretation", "PresentationIntentType", "SpecificCharacterSet", "ImageType"}
)
ADDED: Final = (
    *("PatientID", "PatientName", "PatientComments", "StudyID", "AccessionNumber", "StudyDescription"),
    *("SeriesDescription", "ProtocolName", "ImageComments", "Manufacturer", "ManufacturerModelName"),
    *("StationName", "InstitutionName", "BodyPartExamined", "ViewPosition", "Laterality", "ImageLaterality"),
    *("AcquisitionDeviceProcessingDescription", "DetectorID", "DetectorDescription", "SoftwareVersions"),
    *("DeviceSerialNumber", "ReferringPhysicianName", "OperatorsName"),
)
LONGEST_NAME: Final = 200  # bytes of a file's name without its ending
LONGEST_MEMBER: Final = 500  # characters of the name of a member of an archive
MINUS: Final = "-1.5"  # a number that must stay one


def tagged(film: Path, text: str, but: frozenset[str] = frozenset()) -> bytes:
    """The film with this text in every tag of text. but: keywords of those that stay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that the standard does not allow
        dataset, out = pydicom.dcmread(film), BytesIO()
        dataset.SpecificCharacterSet = "ISO_IR 192"
        for keyword in ADDED:
            if keyword not in dataset:
                setattr(dataset, keyword, "")
        for element in dataset:
            if element.VR in TEXT and element.keyword not in {"SpecificCharacterSet", *but}:
                element.value = text.encode().decode("latin-1") if element.VR in IN_LATIN else text
        pydicom.dcmwrite(out, dataset)
    return out.getvalue()


def film_of(number: int, film: Path = FILM) -> bytes:
    """The film as another one: with one pixel changed, and an identity of its own."""
    dataset, out = pydicom.dcmread(film), BytesIO()
    pixels = dataset.pixel_array.copy()
    pixels.flat[number] ^= 1
    dataset.PixelData = pixels.tobytes()
    dataset.SOPInstanceUID = f"2.25.{10**9 + number}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    pydicom.dcmwrite(out, dataset)
    return out.getvalue()


def as_name(text: str) -> str:
    """As near to the text as a file may be called."""
    return text.replace("/", "\u2215").encode()[:LONGEST_NAME].decode(errors="ignore")


def named_films(folder: Path, texts: Sequence[str]) -> list[Path]:
    """A small film for each text, which stands in its tags, its name and the name of its folder."""
    films = []
    for text in texts:
        inside = folder / as_name(text)
        inside.mkdir(parents=True)
        films.append(inside / f"{as_name(text)}.dcm")
        films[-1].write_bytes(tagged(SMALL_FILM, text, but=DECISIVE))
        (inside / "refused.dcm").write_bytes(tagged(SMALL_FILM, text))
    return films


def archives(folder: Path, texts: Sequence[str]) -> tuple[Path, Path]:
    """A zip and a tar archive whose members, no films, have the texts as names."""
    names = [f"{text[:LONGEST_MEMBER]}.dcm" for text in texts]
    with warnings.catch_warnings(), zipfile.ZipFile(folder / "a.zip", "w") as bundle:
        warnings.simplefilter("ignore")
        for name in names:
            bundle.writestr(name, b"no film")
    with tarfile.open(folder / "b.tar", "w", format=tarfile.PAX_FORMAT) as tape:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(b"no film")
            tape.addfile(member, BytesIO(b"no film"))
    return folder / "a.zip", folder / "b.tar"


def manifest(file: Path, texts: Sequence[str], films: Sequence[Path]) -> Path:
    """Rows that state each text of a film, and rows whose path is the text; each text is a heading, too."""
    headings = ("path", "subject", "visit", "note", "number", *texts)
    rows = [(str(film), text, text, text, MINUS, *texts) for film, text in zip(films, texts, strict=True)]
    rows += [(text, text, text, text, MINUS, *texts[:1]) for text in texts]
    return table(file, headings, rows)


def table(file: Path, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A CSV whose rows may be shorter than its headings."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(headings)
        writer.writerows([*row, *[""] * (len(headings) - len(row))] for row in rows)
    return file


def visits(folder: Path, texts: Sequence[str], subjects: int) -> Path:
    """Subjects with two visits each, whose labels hold all texts, and rows of a film that is none."""
    folder.mkdir()
    labels = list(_shared(texts, 2 * subjects))
    rows: list[tuple[str, ...]] = []
    for number, label in enumerate(labels):
        film = VISITS / ("after.dcm" if number % 2 else "before.dcm")
        (folder / f"{number}.dcm").write_bytes(film_of(number, film))
        rows.append((f"{number}.dcm", labels[number - number % 2], label, f"202{number % 2}-01-01"))
    (folder / "none.dcm").write_bytes(b"no film")
    rows += [("none.dcm", f"{text} {number}", text, "2020-01-01") for number, text in enumerate(texts)]
    return table(folder / "visits.csv", ("path", "subject", "visit", "date", *texts), rows)


def two_films(folder: Path, texts: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Films that can be compared, and their names, which hold as many of the texts as there is room for."""
    folder.mkdir()
    names = [f"{as_name(' '.join(texts[part::2]))}.dcm" for part in (0, 1)]
    films = [
        copied(VISITS / f"{when}.dcm", folder, name)
        for when, name in zip(("before", "after"), names, strict=True)
    ]
    return films, names


def _shared(texts: Sequence[str], parts: int) -> Iterator[str]:
    """All texts in so many labels, which begin with the first of them."""
    for part in range(parts):
        yield " | ".join(texts[part::parts])


def readers(file: Path, texts: Sequence[str], knees: int = 4) -> Path:
    """A table in which each text is a reader who graded the same knees."""
    rows = [
        (f"{knee}", "right", text, (knee + number) % 5)
        for number, text in enumerate(texts)
        for knee in range(knees)
    ]
    return table(file, ("subject", "side", "reader", "kl"), rows)


def measures(folder: Path, texts: Sequence[str], knees: int = 4) -> list[Path]:
    """Tables of two raters, named by the first texts, in which every text names a width."""
    headings = ("subject", "side", "kl", *(f"{text}_mm" for text in texts))
    return [
        table(
            folder / f"{as_name(name)}.csv",
            headings,
            [(knee, "right", knee % 5, *[2 + knee / 7 + rater / 3] * len(texts)) for knee in range(knees)],
        )
        for rater, name in enumerate(texts[:2])
    ]


def copied(film: Path, folder: Path, name: str) -> Path:
    return Path(shutil.copy(film, folder / name))
