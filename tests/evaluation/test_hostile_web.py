"""A web server that misbehaves costs its row, in stated time and bytes, and no other row."""

from pathlib import Path

import pytest
from evaluation.hostile import web
from evaluation.hostile.web import Misbehaved

QUICK = frozenset(
    {
        *("a byte every 3 s", "endless header", "chunk of 16 EiB", "length too large", "closing at once"),
        *("gzip of 1,000 : 1", "redirect to itself", "redirect to another host", "headers of no HTTP"),
    }
)
ROW = {"status": "failed", "code": "UsageError", "reason": "the server answered 404", "path": "a"}


def test_a_server_that_misbehaves_costs_its_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "JOBS", 2)
    found = web.misbehave(tmp_path, QUICK.__contains__)
    assert {one.kind for one in found.kinds} == QUICK
    assert [str(one) for one in found.kinds if not web.is_unread_with_reason(one.row)] == []
    assert [row["status"] for row in found.beside] == ["ok", "ok"]
    assert found.elsewhere == 0
    slow = next(one for one in found.kinds if one.kind == "a byte every 3 s")
    assert slow.row["code"] == "time_limit"


def test_a_film_that_was_replaced_is_read_again_and_no_other(tmp_path: Path) -> None:
    assert web.read_anew(tmp_path) == {kind: kind != web.SAME for kind in web.HEADERS}


def test_what_is_not_bounded_or_has_no_reason_is_found() -> None:
    assert Misbehaved("a", ROW, 10**9, 8.0, 8.0).is_held
    assert not Misbehaved("a", ROW, 2 * 10**9, 8.0, 8.0).is_held
    assert not Misbehaved("a", ROW, 10, 20.0, 8.0).is_held
    for wrong in ({"status": "ok"}, {"reason": ""}, {"reason": "unexpected ValueError; please report it"}):
        assert not Misbehaved("a", {**ROW, **wrong}, 10, 1.0, 8.0).is_held
