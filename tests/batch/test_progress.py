"""A log tells how far the batch is, and no names."""

import io
import re
from collections import Counter

from kltool.batch.listing import Task
from kltool.batch.progress import LogLines, log_listing, progress
from kltool.intake import ImageSource


def test_a_line_tells_rate_time_left_and_what_went_wrong() -> None:
    stream = io.StringIO()
    lines = LogLines(1_000, Counter(ok=100, refused=1), stream, every_s=0.0)
    for status in ("ok", "refused", "failed"):
        lines.advance(status)
    last = stream.getvalue().splitlines()[-1]
    assert re.search(r"104 of 1,000 images, [\d,.]+ a second, .+ left, 2 refused, 1 failed", last), last


def test_lines_come_now_and_then_and_at_the_end() -> None:
    stream = io.StringIO()
    with progress(50, Counter(), stream) as shown:
        for _ in range(50):
            shown.advance("ok")
    (only,) = stream.getvalue().splitlines()
    assert "50 of 50 images" in only
    assert "left" not in only


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_with_the_same() -> None:
    stream = Terminal()
    with progress(3, Counter(failed=1), stream) as shown:
        shown.advance("ok")
        shown.advance("refused")
    assert "3/3" in stream.getvalue()
    assert "1 refused, 1 failed" in stream.getvalue()


def test_a_long_listing_is_told_while_it_lasts() -> None:
    stream = io.StringIO()
    tasks = [Task(ImageSource.in_memory(str(number), b"")) for number in range(3)]
    assert list(log_listing(tasks, stream, every_s=0.0)) == tasks
    assert "3 images" in stream.getvalue().splitlines()[-1]
    quiet = io.StringIO()
    assert list(log_listing(tasks, quiet)) == tasks
    assert quiet.getvalue() == ""
