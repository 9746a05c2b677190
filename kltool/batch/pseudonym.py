"""Pseudonyms of subjects: one a subject, by a secret key without which the subject cannot be found."""

import hashlib
import hmac
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kltool.errors import UsageError

FEWEST_BYTES: Final = 16  # docs/choices.md#pseudonyms
DIGITS: Final = 16  # docs/choices.md#pseudonyms
ANYBODY: Final = 0o007  # rights of those who are neither the owner nor in the group
LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """key: secret; without one subjects are named as in their files."""

    key: bytes = field(default=b"", repr=False)

    def __call__(self, subject: str) -> str:
        """HMAC-SHA-256 (RFC 2104) of the subject, its first DIGITS hexadecimal digits."""
        if not self.key:
            return subject
        return hmac.new(self.key, subject.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[
            :DIGITS
        ]

    @property
    def fingerprint(self) -> str:
        """Differs from key to key and does not reveal it; empty without a key."""
        return hmac.new(self.key, b"kltool", hashlib.sha256).hexdigest() if self.key else ""


def pseudonyms_of(key_file: Path | None) -> Pseudonyms:
    """Raises UsageError where the file cannot be read or holds too few bytes to be secret.

    Warns of a key that anybody can read; docs/choices.md#pseudonyms says why it is not refused.
    """
    if key_file is None:
        return Pseudonyms()
    try:
        key = key_file.read_bytes().strip()
    except OSError as error:
        raise UsageError(
            f"--pseudonyms {key_file} cannot be read ({error.strerror}); a file with a secret key expected"
        ) from error
    if len(key) < FEWEST_BYTES:
        raise UsageError(
            f"--pseudonyms {key_file}: a key of {len(key)} bytes found, {FEWEST_BYTES} at least expected; "
            "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    if os.name == "posix" and key_file.stat().st_mode & ANYBODY:
        LOG.warning(
            "--pseudonyms %s: a key that anybody here can read or change found, one of its owner "
            "expected; chmod 600 %s, and make a new one if others may have seen it",
            key_file,
            key_file,
        )
    return Pseudonyms(key)
