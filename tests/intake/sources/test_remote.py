"""A store is listed in order and whole, or an error names what cannot be listed."""

from typing import Any

import pytest

from kltool.errors import UsageError
from kltool.intake import find_images, load
from kltool.intake.sources import access, remote
from tests.intake.films import grey8, png


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(access, "STORES", {"memory"})
    memory = pytest.importorskip("fsspec").filesystem("memory")
    memory.pipe(
        {"/knees/b/2.png": png(grey8()), "/knees/a/1.png": png(grey8()), "/knees/3.png": png(grey8())}
    )
    yield memory
    memory.rm("/knees", recursive=True)


def test_a_store_is_listed_folder_by_folder_in_order(store: Any) -> None:
    names = [source.name for source in find_images("memory://knees")]
    assert names == ["memory:///knees/3.png", "memory:///knees/a/1.png", "memory:///knees/b/2.png"]
    assert load(next(iter(find_images("memory://knees/a")))).pixels.shape == (200, 160)


def test_a_folder_of_a_store_that_cannot_be_listed_is_not_passed_over(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ls = type(store).ls

    def refusing(self: Any, path: str, **options: Any) -> Any:
        if path.endswith("/b"):
            raise PermissionError("no")
        return ls(self, path, **options)

    monkeypatch.setattr(type(store), "ls", refusing)
    with pytest.raises(UsageError, match="cannot be listed"):
        list(find_images("memory://knees"))


def test_a_name_that_is_a_chain_of_addresses_is_not_opened(store: Any) -> None:
    """fsspec would open what stands behind the colons, as a file of this machine."""
    store.pipe({"/knees/a/x::memory:": b"x"})
    (source,) = [source for source in find_images("memory://knees/a") if "::" in source.name]
    with pytest.raises(UsageError, match="a name with '::'"):
        source.read()
    with pytest.raises(UsageError, match="not opened"):
        remote.fetch("file:///etc/hostname", 10)
