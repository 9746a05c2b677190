from .dataset import listed_files as listed_files
from .film import read as read
