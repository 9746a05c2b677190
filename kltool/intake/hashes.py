"""SHA-256 of a file as it is stored."""

import hashlib


def sha256_of_file(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
