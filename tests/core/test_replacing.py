"""Files that appear complete or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from touchpoints._core.replacing import replacing


def test_a_file_takes_its_name_when_it_is_complete(tmp_path: Path) -> None:
    """The old content is there until then."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """What was there stays."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as file:
            file.write(b"new")
            raise RuntimeError("no more room")

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
