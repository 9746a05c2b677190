from .dataset import encoded as encoded
from .dataset import is_dataset as is_dataset
from .dataset import listed_files as listed_files
from .film import read as read
