"""A file that is written anew keeps all but its text."""

import os
from pathlib import Path

import pytest

from cellwright import rewriting
from cellwright.rewriting import rewrite

MARK = b"\xef\xbb\xbf"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.intent").write_bytes(MARK + b"mve a to b\n")
    return tmp_path / "a.intent"


def test_a_byte_order_mark_stays_and_none_is_put_in(file: Path) -> None:
    rewrite(file, "move a to b\n")
    assert file.read_bytes() == MARK + b"move a to b\n"
    file.write_bytes(b"mve a to b\n")
    rewrite(file, "move a to b\n")
    assert file.read_bytes() == b"move a to b\n"


def test_a_file_of_two_names_is_the_same_file_under_both(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    os.link(file, other)
    rewrite(file, "short\n")
    assert other.read_bytes() == MARK + b"short\n"
    assert file.samefile(other)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.intent", "other"]


@pytest.mark.parametrize("is_linked", [False, True])
def test_where_the_text_does_not_fit_the_old_one_stays(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_linked: bool
) -> None:
    if is_linked:
        os.link(file, tmp_path / "other")
    before, filled = file.read_bytes(), rewriting._filled

    def full(open_file: object, content: bytes) -> None:
        if content != before:
            filled(open_file, content[:3])  # type: ignore[arg-type]
            raise OSError("no room")
        filled(open_file, content)  # type: ignore[arg-type]

    monkeypatch.setattr(rewriting, "_filled", full)
    monkeypatch.setattr(os, "replace", _no_room)
    with pytest.raises(OSError, match="no room"):
        rewrite(file, "another text\n")
    assert file.read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def _no_room(*_: object) -> None:
    raise OSError("no room")


def test_permissions_stay_and_a_link_is_followed(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    (tmp_path / "link").symlink_to(file)
    rewrite(tmp_path / "link", "x\n")
    assert (tmp_path / "link").is_symlink()
    assert file.read_bytes() == MARK + b"x\n"
    assert file.stat().st_mode & 0o777 == 0o640
