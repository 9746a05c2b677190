from . import polarity as polarity
from .dicom.decoders import decoders as decoders
from .loading import load as load
from .sources.given import Film as Film
from .sources.given import source_of as source_of
from .sources.listing import find_images as find_images
from .sources.locations import ImageSource as ImageSource
from .sources.passed_over import PassedOver as PassedOver
