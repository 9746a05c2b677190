"""A film that takes too long is reported with its reason, and the next one is read."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kltool.cli import overlays
from tests.cli.conftest import Said

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no such timer")


def test_the_next_film_is_read(
    kltool: Callable[..., Said], samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = samples / "knee_right_severe.dcm", samples / "knee_right_normal.dcm"
    read_source = overlays.read_source

    def reading(source: Any, *arguments: Any, **options: Any) -> Any:
        if slow.name in source.name:
            time.sleep(30.0)
        return read_source(source, *arguments, **options)

    monkeypatch.setattr(overlays, "read_source", reading)
    said = kltool("read", slow, quick, "--time-limit", "5")
    assert said.code == 4
    assert "no answer within 5 s; raise --time-limit" in said.words
    assert f"{quick.name} right" in said.words
