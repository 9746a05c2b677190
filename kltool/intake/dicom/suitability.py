"""Refuses by its header, before a pixel is decoded, what is no radiograph, not of a knee or no frontal view.

Messages name the word that decided, never a tag's free text: people write names there.
"""

from collections.abc import Iterable

from kltool.errors import NotARadiograph, WrongBodyPart, WrongView
from kltool.intake.dicom import vocabulary
from kltool.intake.dicom.header import Anatomy, Descriptions, Header, ObjectType, View
from kltool.intake.dicom.vocabulary import words_in
from kltool.intake.limits import check_frames

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


def refuse_unsuitable(header: Header) -> None:
    """Raises NotARadiograph, WrongBodyPart or WrongView; passes whatever the header leaves open."""
    _refuse_other_modality(header.object_type)
    _refuse_without_pixels(header.object_type)
    check_frames(header.object_type.frames)
    _refuse_other_part(header.anatomy, header.descriptions)
    _refuse_other_view(header.view, header.descriptions)


def _refuse_other_modality(object_type: ObjectType) -> None:
    if object_type.modality not in vocabulary.RADIOGRAPHS:
        found = vocabulary.MODALITY_NAMES.get(object_type.modality, "an image of another modality")
        raise NotARadiograph(
            f"{found} was found, a radiograph (CR, DX or its secondary capture) was expected; "
            "give the radiograph of the knee"
        )
    if object_type.sop_class_name and object_type.sop_class not in RADIOGRAPH_CLASSES:
        raise NotARadiograph(
            f"a DICOM object of the class {object_type.sop_class_name} was found, "
            "a radiograph (CR, DX or its secondary capture) was expected; give the radiograph of the knee"
        )


def _refuse_without_pixels(object_type: ObjectType) -> None:
    if not object_type.has_pixels:
        raise NotARadiograph(
            "a DICOM object without pixels was found, a radiograph was expected; give the image, not the "
            "document or report about it, or copy it again if it ends after its header"
        )


def _refuse_other_part(anatomy: Anatomy, descriptions: Descriptions) -> None:
    """BodyPartExamined and AnatomicRegionSequence decide; where both are absent, the descriptions do."""
    coded = _words_and_wholes((anatomy.body_part, *anatomy.regions))
    described = _words_and_wholes(
        (*_series_texts(descriptions), descriptions.study, descriptions.requested_procedure)
    )
    found = _other_part(coded, vocabulary.OTHER_PARTS | vocabulary.OTHER_PARTS_AS_CODE_ONLY)
    if not coded:
        found = _other_part(described, vocabulary.OTHER_PARTS)
    if found:
        raise WrongBodyPart(
            f"body part {found} was found in the tags, KNEE was expected; if it is a knee all the same, "
            "correct the body part of the image"
        )


def _other_part(found: frozenset[str], others: frozenset[str]) -> str:
    if found & (vocabulary.KNEE_WORDS | vocabulary.LOWER_LIMB_WORDS):
        return ""
    return min(found & others, default="")


def _refuse_other_view(view: View, descriptions: Descriptions) -> None:
    found = _other_position(view) or _other_described_view(view, descriptions) or _sagittal(view)
    if found:
        raise WrongView(
            f"{found}, a frontal view (AP or PA) was expected: the joint space is not shown; "
            "give the frontal radiograph, or correct the view if it is one"
        )


def _other_position(view: View) -> str:
    for positions, name in (
        (vocabulary.LATERAL_POSITIONS, "a lateral view"),
        (vocabulary.SKYLINE_POSITIONS, "a skyline view of the patella"),
        (vocabulary.OBLIQUE_POSITIONS, "an oblique view"),
    ):
        if view.position_code in positions:
            return f"{name} (view position {view.position_code}) was found"
    return ""


def _other_described_view(view: View, descriptions: Descriptions) -> str:
    """By the view code, then by the description of the series; one that names a frontal view too is open."""
    codes, series = " ".join(view.codes), " ".join(_series_texts(descriptions))
    for text, where in ((codes, "view code"), (series, "description of the series")):
        found = set(words_in(text))
        if found & vocabulary.FRONTAL_WORDS:
            continue
        for others, name in (
            (vocabulary.LATERAL_WORDS, "a lateral view"),
            (vocabulary.SKYLINE_WORDS, "a skyline view of the patella"),
            (vocabulary.OBLIQUE_WORDS, "an oblique view"),
        ):
            if found & others:
                return f"{name} ({where}: {min(found & others)}) was found"
    return ""


def _sagittal(view: View) -> str:
    """Rows that run to the patient's front or back show a knee from its side; a stated view outweighs it."""
    stated = set(words_in(view.position)) & vocabulary.FRONTAL_WORDS
    if not stated and view.orientation and view.orientation[0] in ("A", "P"):
        return "a lateral view (rows run between front and back of the patient) was found"
    return ""


def _series_texts(descriptions: Descriptions) -> tuple[str, ...]:
    return descriptions.series, descriptions.protocol, descriptions.procedure_step


def _words_and_wholes(texts: Iterable[str]) -> frozenset[str]:
    """Words, and each text as one word: 'UPPER EXTREMITY' gives UPPER, EXTREMITY and UPPEREXTREMITY."""
    found: set[str] = set()
    for text in texts:
        each = words_in(text)
        found.update(each, ("".join(each),) if each else ())
    return frozenset(found)
