"""What cannot be listed is said, and what is no image of its own is not listed."""

import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from kltool.errors import UsageError
from kltool.intake import find_images, load

from .films import grey8, png


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.png").write_bytes(png(grey8()))
    scan = os.scandir

    def refusing(place: Any) -> Any:
        if str(place).endswith("/b"):
            raise PermissionError(13, "Permission denied", str(place))
        return scan(place)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(UsageError, match=r"/b cannot be listed \(Permission denied\)"):
        list(find_images(tmp_path))


@pytest.fixture
def store() -> Any:
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

    def refusing(self: Any, path: str, **asked: Any) -> Any:
        if path.endswith("/b"):
            raise PermissionError("no")
        return ls(self, path, **asked)

    monkeypatch.setattr(type(store), "ls", refusing)
    with pytest.raises(UsageError, match="cannot be listed"):
        list(find_images("memory://knees"))


def test_a_hard_link_of_a_tar_is_its_target(tmp_path: Path) -> None:
    film = tmp_path / "film.png"
    film.write_bytes(png(grey8()))
    os.link(film, tmp_path / "same.png")
    with tarfile.open(tmp_path / "a.tar", "w") as bundle:
        bundle.add(film, "film.png")
        bundle.add(tmp_path / "same.png", "same.png")
    first, second = find_images(tmp_path / "a.tar")
    assert first.read() == second.read() == film.read_bytes()
