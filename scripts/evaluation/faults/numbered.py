"""The faults that users of 0.1.0 found, by number, each with a check of what is right."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.faults import commands, films_read
from evaluation.faults.trial import Finding


@dataclass(frozen=True, slots=True)
class Fault:
    """before: what 0.1.0 did. run: is given shared/cases and an empty folder."""

    number: int
    inputs: str
    before: str
    right: str
    run: Callable[[Path, Path], Finding]


GOOD: Final = "medial 4.50, lateral 5.90 mm"
FAULTS: Final = (
    Fault(
        1,
        "reference, read and compared with itself",
        "read KL 1, compared KL 0 to 0",
        "one rule: the median",
        films_read.one_grade,
    ),
    Fault(
        2,
        "rescaled-follow-up, compared",
        "0.71 in the sentence, 0.70 in the table",
        "one number, one rounding",
        commands.one_rounding,
    ),
    Fault(3, "one DICOM file twice", "not said", "said first, `same_film`", commands.same_film("film.dcm")),
    Fault(
        3,
        "one PNG twice",
        "nothing says that both show the same person",
        "said first, `same_film`",
        commands.same_film("film.png"),
    ),
    Fault(3, "one film as two visits of a manifest", "a slope", "refused", commands.same_visit),
    Fault(
        4,
        "20 OAI crops of `val`: errors taken 1.01 times as large",
        "every crop warned",
        "no warning that fires on all",
        films_read.warnings,
    ),
    Fault(
        5,
        "20 OAI crops of `val`",
        "50 of 186 good",
        "mostly good (errors: [joint space](jointspace.md))",
        films_read.quality,
    ),
    Fault(
        6,
        "20 OAI crops of `val`",
        "a mean without a minimum",
        "no mean where a third of its range was not found",
        films_read.means,
    ),
    Fault(
        6,
        "reference with plates, nails and screws drawn in",
        "KL 4 with 0.99",
        "no certain grade",
        films_read.hardware,
    ),
    Fault(
        7,
        "three sample films, attribution maps",
        "glows over air beside the bone",
        "at most 10% of what is shown over air",
        films_read.attribution,
    ),
    Fault(8, "a long file name at 80 columns", "six letters a line", "one line a knee", commands.narrow),
    Fault(
        8,
        "rescaled-follow-up, not comparable",
        "296 lines, the reason 18 times",
        "no table of reasons",
        commands.incomparable,
    ),
    Fault(
        8,
        "kltool models, piped to head",
        "Broken pipe",
        "ends by SIGPIPE, without a word",
        commands.closed_pipe,
    ),
    Fault(8, "a folder with an SVG", "a row, exit 3", "passed over, exit 0", commands.other_files),
    Fault(10, '`kltool.read("film.dcm")`', "TypeError", "reads", films_read.no_models),
    Fault(11, "the README's test command", "neither time nor disk", "names both", commands.readme),
    Fault(
        12,
        "reliability of few knees",
        "15 bins of equal width",
        "bins of equal count",
        commands.reliability_bins,
    ),
    Fault(
        13,
        "timelines of a manifest",
        "no table",
        "a row a visit, and a row a change",
        commands.timeline_tables,
    ),
    Fault(
        14,
        "spacing-placeholder-1-1/alone",
        "medial 11.35 mm, no word",
        "no millimetres, or a warning",
        films_read.no_wrong_millimetres("spacing-placeholder-1-1", "alone.dcm"),
    ),
    Fault(
        14,
        "spacing-placeholder-1-1/with_imager_spacing",
        "medial 11.35 mm",
        GOOD,
        films_read.reads_as_reference("spacing-placeholder-1-1", "with_imager_spacing.dcm"),
    ),
    Fault(
        14,
        "spacing-stale-after-resize",
        "medial 2.25 mm, good",
        "no millimetres, or a warning",
        films_read.no_wrong_millimetres("spacing-stale-after-resize", "film.dcm"),
    ),
    Fault(
        14,
        "spacing-larger-than-detector",
        "medial 5.05 mm, `corrected`",
        GOOD,
        films_read.reads_as_reference("spacing-larger-than-detector", "film.dcm"),
    ),
    Fault(14, "rescaled-follow-up", "with caution, a verdict", "not comparable", films_read.rescaled),
    Fault(
        15,
        "manifest-headings/space",
        "side and spacing dropped",
        "taken, or refused by name",
        commands.of_manifest("manifest-headings", "space.csv"),
    ),
    Fault(
        15,
        "manifest-headings/capitals",
        "side and spacing dropped",
        "taken, or refused by name",
        commands.of_manifest("manifest-headings", "capitals.csv"),
    ),
    Fault(15, "manifest-headings/visits", "improved", "worsened", commands.visits),
    Fault(
        15, "csv-dialects/sep_line", "refused", "read", commands.of_manifest("csv-dialects", "sep_line.csv")
    ),
    Fault(
        15, "csv-dialects/backslash", "refused", "read", commands.of_manifest("csv-dialects", "backslash.csv")
    ),
    Fault(
        15,
        "csv-dialects/decimal_comma",
        "refused",
        "read",
        commands.of_manifest("csv-dialects", "decimal_comma.csv"),
    ),
    Fault(
        15,
        "csv-dialects/semicolons_and_comma_in_heading",
        "refused",
        "read",
        commands.of_manifest("csv-dialects", "semicolons_and_comma_in_heading.csv"),
    ),
    Fault(
        16,
        "nonsquare-pixels/spacing_1.55_to_1",
        "medial 4.32, lateral 6.33 mm, KL 0",
        "as a twin of square pixels (OpenCV) within 0.05 mm and 0.1 of a grade; the whole film: "
        "4.50, 5.90 mm",
        films_read.as_its_twin("spacing_1.55_to_1.dcm", 0.61415094 / 0.396226415, 0.396226415),
    ),
    Fault(
        16,
        "nonsquare-pixels/pixel_aspect_ratio_2_1",
        "medial 3.86%, lateral 5.99%",
        "as such a twin; the whole film: 6.81%, 8.92%",
        films_read.as_its_twin("pixel_aspect_ratio_2_1.dcm", 2.0, None),
    ),
    Fault(
        17,
        "unsigned32-monochrome1",
        "lateral 6.00 mm, KL 0",
        f"{GOOD}, KL 1",
        films_read.reads_as_reference("unsigned32-monochrome1", "film.dcm", grade=True),
    ),
    Fault(
        17,
        "float-monochrome1",
        "refused",
        f"{GOOD}, KL 1",
        films_read.reads_as_reference("float-monochrome1", "film.dcm", grade=True),
    ),
    Fault(
        17,
        "overlay-bits-in-jpeg2000/film",
        "refused: no knee",
        GOOD,
        films_read.reads_as_reference("overlay-bits-in-jpeg2000", "film.dcm"),
    ),
    Fault(
        17,
        "overlay-bits-in-jpeg2000/measuring_line",
        "medial 4.59 mm",
        GOOD,
        films_read.reads_as_reference("overlay-bits-in-jpeg2000", "measuring_line.dcm"),
    ),
    Fault(
        18,
        "missing-code-99",
        "bias -8.05 mm, exit 0",
        "99 refused by name",
        commands.of_agreement(
            "missing-code-99", "sentinel_mm.csv", lambda code, said: code == 2 and "99" in said
        ),
    ),
    Fault(
        18,
        "oai-ascii-table",
        "refused",
        "read",
        commands.of_agreement("oai-ascii-table", "kxr_sq_bu00_ascii.txt", lambda code, _: code == 0),
    ),
    Fault(
        18,
        "oai-ascii-table, of SAS",
        "refused",
        "read",
        commands.of_agreement("oai-ascii-table", "bu00_sas.csv", lambda code, _: code == 0),
    ),
    Fault(
        19,
        "png-orientation, PNG",
        "left knee",
        "right knee",
        films_read.right_only("png-orientation", "mirrored.png"),
    ),
    Fault(
        19,
        "png-orientation, JPEG",
        "right knee",
        "right knee",
        films_read.right_only("png-orientation", "mirrored.jpg"),
    ),
    Fault(
        20,
        "two-exposures-of-one-knee",
        "a right and a left knee",
        "no left knee",
        films_read.right_only("two-exposures-of-one-knee", "film.dcm"),
    ),
    Fault(
        21,
        "stale-transfer-syntax",
        "called damaged",
        GOOD,
        films_read.reads_as_reference("stale-transfer-syntax", "film.dcm"),
    ),
    Fault(
        21,
        "ybr-full-jpeg2000",
        "called a colour picture",
        "medial 4.50 mm",
        films_read.reads_as_reference("ybr-full-jpeg2000", "film.dcm"),
    ),
    Fault(22, "palette colour secondary capture", "untried", "read as grey", films_read.palette),
    Fault(
        22,
        "encapsulated PDF",
        "untried",
        "refused by name",
        films_read.with_tags("document", SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", Modality="DOC"),
    ),
    Fault(
        22,
        "enhanced XA",
        "untried",
        "refused by name",
        films_read.with_tags("angiogram", SOPClassUID="1.2.840.10008.5.1.4.1.1.12.1.1", Modality="XA"),
    ),
    Fault(
        22,
        "a bilateral film stored as two frames",
        "untried",
        "both read, or refused by name",
        films_read.with_tags("2 frames", NumberOfFrames=2),
    ),
)
