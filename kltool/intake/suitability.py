"""What is refused by its tags, before a pixel is decoded: no radiograph, not of a knee, not from the front.

Messages name the word that decided, never a tag's free text: people write names there.
"""

from typing import TYPE_CHECKING

from kltool.errors import NotARadiograph, WrongBodyPart, WrongView
from kltool.intake import words
from kltool.intake.bounds import check_frames
from kltool.intake.tags import items_of, text_of, texts_of, whole_number_of, words_in

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Computed Radiography, Digital X-Ray for presentation and for processing, Secondary Capture and its
# multi-frame forms, PS3.4 B.5; docs/choices-intake.md#sop-classes
RADIOGRAPH_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.1",
        "1.2.840.10008.5.1.4.1.1.1.1",
        "1.2.840.10008.5.1.4.1.1.1.1.1",
        "1.2.840.10008.5.1.4.1.1.7",
        "1.2.840.10008.5.1.4.1.1.7.1",
        "1.2.840.10008.5.1.4.1.1.7.2",
        "1.2.840.10008.5.1.4.1.1.7.3",
        "1.2.840.10008.5.1.4.1.1.7.4",
    }
)
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
SERIES_TEXTS = ("SeriesDescription", "ProtocolName", "PerformedProcedureStepDescription")
STUDY_TEXTS = ("StudyDescription", "RequestedProcedureDescription")


def refuse_unsuitable(dataset: "Dataset") -> None:
    """Raises NotARadiograph, WrongBodyPart or WrongView; passes whatever the tags leave open."""
    _refuse_other_modality(dataset)
    _refuse_without_pixels(dataset)
    check_frames(whole_number_of(dataset, "NumberOfFrames") or 1)
    _refuse_other_part(dataset)
    _refuse_other_view(dataset)


def _refuse_other_modality(dataset: "Dataset") -> None:
    modality = text_of(dataset, "Modality").upper()
    if modality not in words.RADIOGRAPHS:
        found = words.MODALITY_NAMES.get(modality, "an image of another modality")
        raise NotARadiograph(
            f"{found} was found, a radiograph (CR, DX or its secondary capture) was expected; "
            "give the radiograph of the knee"
        )
    found = _other_class(text_of(dataset, "SOPClassUID"))
    if found:
        raise NotARadiograph(
            f"a DICOM object of the class {found} was found, a radiograph (CR, DX or its secondary capture) "
            "was expected; give the radiograph of the knee"
        )


def _other_class(sop_class: str) -> str:
    """The name of a standard class that is no radiograph; empty for radiographs and private classes."""
    from pydicom.uid import UID

    if not sop_class or sop_class in RADIOGRAPH_CLASSES:
        return ""
    uid = UID(sop_class)
    return uid.name if uid.is_valid and not uid.is_private and uid.name != sop_class else ""


def _refuse_without_pixels(dataset: "Dataset") -> None:
    if not any(keyword in dataset for keyword in PIXELS):
        raise NotARadiograph(
            "a DICOM object without pixels was found, a radiograph was expected; give the image, not the "
            "document or report about it"
        )


def _refuse_other_part(dataset: "Dataset") -> None:
    """BodyPartExamined and AnatomicRegionSequence decide; where both are silent, the descriptions do."""
    regions = (text_of(item, "CodeMeaning") for item in items_of(dataset, "AnatomicRegionSequence"))
    coded = _words_and_wholes((text_of(dataset, "BodyPartExamined"), *regions))
    described = _words_and_wholes(text_of(dataset, keyword) for keyword in (*SERIES_TEXTS, *STUDY_TEXTS))
    found = _other_part(coded, words.OTHER_PARTS | words.OTHER_PARTS_AS_CODE_ONLY)
    if not coded:
        found = _other_part(described, words.OTHER_PARTS)
    if found:
        raise WrongBodyPart(
            f"body part {found} was found in the tags, KNEE was expected; if it is a knee all the same, "
            "correct the body part of the image"
        )


def _other_part(found: frozenset[str], others: frozenset[str]) -> str:
    if found & (words.KNEE_WORDS | words.LOWER_LIMB_WORDS):
        return ""
    return min(found & others, default="")


def _refuse_other_view(dataset: "Dataset") -> None:
    found = _other_position(dataset) or _other_described_view(dataset) or _sagittal(dataset)
    if found:
        raise WrongView(
            f"{found}, a frontal view (AP or PA) was expected: the joint space is not shown; "
            "give the frontal radiograph, or correct the view if it is one"
        )


def _other_position(dataset: "Dataset") -> str:
    position = "".join(words_in(text_of(dataset, "ViewPosition")))
    for positions, name in (
        (words.LATERAL_POSITIONS, "a lateral view"),
        (words.SKYLINE_POSITIONS, "a skyline view of the patella"),
        (words.OBLIQUE_POSITIONS, "an oblique view"),
    ):
        if position in positions:
            return f"{name} (view position {position}) was found"
    return ""


def _other_described_view(dataset: "Dataset") -> str:
    """By the view code, then by the description of the series; one that names a frontal view too is open."""
    codes = " ".join(
        text_of(item, keyword)
        for item in items_of(dataset, "ViewCodeSequence")
        for keyword in ("CodeMeaning",)
    )
    series = " ".join(text_of(dataset, keyword) for keyword in SERIES_TEXTS)
    for text, where in ((codes, "view code"), (series, "description of the series")):
        found = set(words_in(text))
        if found & words.FRONTAL_WORDS:
            continue
        for others, name in (
            (words.LATERAL_WORDS, "a lateral view"),
            (words.SKYLINE_WORDS, "a skyline view of the patella"),
            (words.OBLIQUE_WORDS, "an oblique view"),
        ):
            if found & others:
                return f"{name} ({where}: {min(found & others)}) was found"
    return ""


def _sagittal(dataset: "Dataset") -> str:
    """Rows that run to the patient's front or back show a knee from its side; a stated view outweighs it."""
    orientation = texts_of(dataset, "PatientOrientation")
    stated = set(words_in(text_of(dataset, "ViewPosition"))) & words.FRONTAL_WORDS
    if not stated and orientation and orientation[0].upper() in ("A", "P"):
        return "a lateral view (rows run between front and back of the patient) was found"
    return ""


def _words_and_wholes(texts: object) -> frozenset[str]:
    """Words, and each text as one word: 'UPPER EXTREMITY' gives UPPER, EXTREMITY and UPPEREXTREMITY."""
    found: set[str] = set()
    for text in texts:  # type: ignore[attr-defined]
        each = words_in(text)
        found.update(each, ("".join(each),) if each else ())
    return frozenset(found)
