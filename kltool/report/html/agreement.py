"""The page of an agreement, with its tables and pictures in the same folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool.agreement.results import Agreement
from kltool.report.agreement_record import agreement_csv
from kltool.report.agreement_text import counted, join_sentence, measure_name
from kltool.report.files import data_uri
from kltool.report.html.agreement_rows import (
    EstimateRow,
    MeasureTable,
    all_raters_table,
    estimate_rows,
    main_results,
    repositioning_table,
    width_table,
)
from kltool.report.html.page import render, save
from kltool.report.latex import agreement_tex
from kltool.report.plots.agreement import Drawing, drawings
from kltool.values.decimals import decimal
from kltool.values.length import NotMeasured

TEMPLATE: Final = "agreement.html.j2"
PAGE, TABLE, TEX = "agreement.html", "agreement.csv", "agreement.tex"
DECISIVE_WIDTH: Final = "medial_mjsw_mm"  # on which the verdict of kltool compare rests
SHOWN_AT_ONCE: Final = (DECISIVE_WIDTH, "lateral_mjsw_mm")  # pictures of other widths are collapsed
MOST_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Production:
    """version: of kltool. utc: date and time, ISO 8601."""

    version: str
    utc: str


@dataclass(frozen=True, slots=True)
class PictureShown:
    """address: a data URI. title: the name of the measure."""

    address: str
    title: str


@dataclass(frozen=True, slots=True)
class PairShown:
    """One rater against the reference, as the template shows it.

    grade_reasons: which estimates of the grade, or their intervals, are missing, and why.
    """

    rater: str
    reference: str
    sentences: list[str]
    grade_rows: list[EstimateRow]
    grade_reasons: list[str]
    grade_pictures: dict[str, PictureShown]
    widths: MeasureTable
    width_pictures: list[PictureShown]
    more_pictures: list[PictureShown]


@dataclass(frozen=True, slots=True)
class RepositioningShown:
    """Of repeats. option: for kltool compare; empty without a number."""

    table: MeasureTable
    option: str


def write_agreement(found: Agreement, production: Production, folder: Path) -> Path:
    """Page, tables and pictures into a folder that exists; returns the page's path.

    Raises UsageError where a file cannot be written.
    """
    pictures = drawings(found)
    for picture in pictures:
        save(picture.svg, folder / picture.file)
    save(agreement_csv(found), folder / TABLE)
    save(agreement_tex(found), folder / TEX)
    save(_page(found, production, pictures), folder / PAGE)
    return folder / PAGE


def agreement_page(found: Agreement, production: Production) -> str:
    """The page as HTML; the same agreement and time give the same text."""
    return _page(found, production, drawings(found))


def _page(found: Agreement, production: Production, pictures: Sequence[Drawing]) -> str:
    ratings = found.ratings
    raters = [rater.name for rater in ratings.raters if rater.name != ratings.reference]
    return render(
        TEMPLATE,
        title=_title(found, raters),
        pairs=[_pair(found, name, pictures) for name in raters],
        all_raters=all_raters_table(found.all_raters),
        repositioning=_repositioning(found),
        ratings=ratings,
        knees=counted(ratings.knees, "knee"),
        participants=counted(ratings.participants, "participant"),
        joins=list(map(join_sentence, ratings.joins)),
        resampling=found.resampling,
        production=production,
    )


def _title(found: Agreement, raters: Sequence[str]) -> str:
    if found.ratings.repeated:
        return f"Repeatability of {found.ratings.sources[0].file}"
    return f"Agreement of {', '.join(raters)} with {found.ratings.reference}"


def _pair(found: Agreement, rater: str, pictures: Sequence[Drawing]) -> PairShown:
    grades = next((one for one in found.grades if one.rater == rater), None)
    widths = [one for one in found.widths if one.rater == rater]
    own = [picture for picture in pictures if picture.rater == rater]
    of_widths = [picture for picture in own if picture.measure != "kl"]
    first = [picture for picture in of_widths if picture.measure in SHOWN_AT_ONCE] or of_widths[:MOST_AT_ONCE]
    rows, reasons = estimate_rows(grades.estimates if grades else ())
    return PairShown(
        rater,
        found.ratings.reference,
        list(main_results(found, rater)),
        rows,
        reasons,
        {picture.kind: _shown(picture) for picture in own if picture.measure == "kl"},
        width_table(widths),
        [_shown(picture) for picture in first],
        [_shown(picture) for picture in of_widths if picture not in first],
    )


def _shown(picture: Drawing) -> PictureShown:
    address = data_uri(picture.svg.encode(), "image/svg+xml")
    return PictureShown(address, measure_name(picture.measure))


def _repositioning(found: Agreement) -> RepositioningShown:
    """The option is for the medial minimum; without it among the widths there is none."""
    decisive = found.repositioning.get(DECISIVE_WIDTH)
    option = ""
    if decisive is not None and not isinstance(decisive.value, NotMeasured):
        option = f"--repositioning {decimal(decisive.value)}"
    return RepositioningShown(repositioning_table(found.repositioning), option)
