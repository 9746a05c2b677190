"""Values of a data set, read without trust: what cannot be read is absent, and nothing escapes.

pydicom converts a value when it is asked for it, and raises what the value deserves; a file's tags never
stop a reading here, they are judged by whoever asked.
"""

import logging
import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


@contextmanager
def silently() -> Iterator[None]:
    """pydicom warns and logs of what it repairs, quoting values that may be names; here it is judged."""
    log = logging.getLogger("pydicom")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before


def values_of(dataset: "Dataset", keyword: str) -> tuple[Any, ...]:
    """The values of an element, none where it is absent, empty or unreadable."""
    try:
        with silently():
            value = dataset.get(keyword)
    except Exception:  # a data set may raise anything on access; the value is then unreadable
        return ()
    if value is None or value == "":
        return ()
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        return (value,)
    return tuple(value)


def text_of(dataset: "Dataset", keyword: str) -> str:
    """The first value as text without padding; empty where there is none."""
    values = values_of(dataset, keyword)
    return str(values[0]).strip().strip("\0").strip() if values else ""


def texts_of(dataset: "Dataset", keyword: str) -> tuple[str, ...]:
    return tuple(str(value).strip() for value in values_of(dataset, keyword))


def numbers_of(dataset: "Dataset", keyword: str) -> tuple[float, ...]:
    """Finite or not, NaN where a value is there and is no number."""
    if not values_of(dataset, keyword):
        return (math.nan,) if _is_filled(dataset, keyword) else ()
    return tuple(_number(value) for value in values_of(dataset, keyword))


def number_of(dataset: "Dataset", keyword: str) -> float | None:
    """The first value where it is a finite number."""
    numbers = numbers_of(dataset, keyword)
    return numbers[0] if numbers and math.isfinite(numbers[0]) else None


def whole_number_of(dataset: "Dataset", keyword: str) -> int | None:
    number = number_of(dataset, keyword)
    return int(number) if number is not None and number == int(number) else None


def items_of(dataset: "Dataset", keyword: str) -> "tuple[Dataset, ...]":
    from pydicom.dataset import Dataset

    return tuple(item for item in values_of(dataset, keyword) if isinstance(item, Dataset))


def words_in(text: str) -> tuple[str, ...]:
    """Upper-case words of free text or of a code string, without punctuation: 'Knee_AP (L)' → KNEE AP L."""
    plain = re.sub(r"\b\w['\u2019]|\bR/O\b", " ", text.upper())  # l'articulation, r/o fracture: no sides
    return tuple(re.findall(r"[^\W\d_]+", plain))


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _is_filled(dataset: "Dataset", keyword: str) -> bool:
    """Whether an element that gave no value holds bytes all the same: it could not be read."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import BaseTag

    element = dataset._dict.get(BaseTag(tag_for_keyword(keyword) or 0))  # raw: converting it has failed
    return isinstance(element, RawDataElement) and bool((element.value or b"").strip(b" \0"))
