"""A DICOM file → the content of its film."""

from dataclasses import replace

from kltool.intake.content import ImageContent, ratio
from kltool.intake.dicom import identity
from kltool.intake.dicom.dataset import read_dataset, without_warnings
from kltool.intake.dicom.header import header_of
from kltool.intake.dicom.laterality import laterality_of
from kltool.intake.dicom.missing import fill_missing
from kltool.intake.dicom.pixels import displayed_pixels
from kltool.intake.dicom.spacing import spacing_of
from kltool.intake.dicom.suitability import refuse_unsuitable


def read(data: bytes) -> ImageContent:
    """Raises NotAnImage, Undecodable, NotARadiograph, WrongBodyPart, WrongView, InstallationError."""
    with without_warnings():
        dataset = read_dataset(data)
        notes = fill_missing(dataset)
        header = header_of(dataset)
        refuse_unsuitable(header)
        displayed = displayed_pixels(dataset, header)
        return ImageContent(
            replace(displayed, notes=(*notes, *displayed.notes)),
            spacing_of(header.spacing),
            laterality_of(header),
            identity.subject(header),
            identity.study_date(header),
            identity.projection(header),
            identity.instance_uid(header),
            ratio(*header.spacing.aspect_ratio),
        )
