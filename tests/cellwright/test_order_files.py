"""The file that `--orders` names: read whatever it is, and followed while it grows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cell.orders import OrderAdded, OrderCancelled
from cellwright.order_files import FollowedOrders, read_order_file
from tests.cell.test_order_file import cell

FIRST = '{"id": "A", "items": {"bracket": 1}}\n'
SECOND = '{"id": "B", "items": {"kit": 1}}\n'


def test_a_folder_or_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with pytest.raises(OSError, match=r"not a file|directory"):
            read_order_file(str(path), cell())


def test_a_line_that_is_no_text_is_told_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_bytes(FIRST.encode() + b"\xff\n")
    (found,) = read_order_file(str(path), cell()).diagnostics
    assert (found.code, found.spans[0].start.line) == ("E284", 2)


def followed(path: Path) -> FollowedOrders:
    known = {order.id: order for order in read_order_file(str(path), cell()).expect().orders}
    return FollowedOrders(str(path), cell(), known)


def test_a_line_that_is_appended_is_an_order_or_withdraws_one(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(FIRST)
    follow = followed(path)
    assert follow.changes() == ((), ())
    path.write_text(FIRST + SECOND + '{"id": "A", "withdrawn": true}\n')
    changes, found = follow.changes()
    assert [type(change) for change in changes] == [OrderCancelled, OrderAdded]
    assert found == ()
    assert follow.changes() == ((), ())


def test_the_word_that_no_more_come_is_heard_once_its_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(FIRST)
    follow = followed(path)
    path.write_text(FIRST + SECOND + '{"no_more": true}')
    assert len(follow.changes()[0]) == 1
    assert not follow.is_last
    path.write_text(FIRST + SECOND + '{"no_more": true}\n')
    assert follow.changes() == ((), ())
    assert follow.is_last


def test_a_line_that_is_still_being_written_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(FIRST)
    follow = followed(path)
    path.write_text(FIRST + SECOND[:12])
    assert follow.changes() == ((), ())
    path.write_text(FIRST + SECOND)
    (change,), _ = follow.changes()
    assert isinstance(change, OrderAdded)


def test_a_mistake_is_told_once_and_changes_nothing_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(FIRST)
    follow = followed(path)
    path.write_text(FIRST + SECOND + "oops\n")
    changes, (found,) = follow.changes()
    assert (changes, found.code) == ((), "E284")
    path.write_text(FIRST + SECOND + "oops\n\n")
    assert follow.changes() == ((), ())
    path.write_text(FIRST + SECOND)
    (change,), _ = follow.changes()
    assert isinstance(change, OrderAdded)


def test_a_file_that_is_gone_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(FIRST)
    follow = followed(path)
    path.unlink()
    assert follow.changes() == ((), ())
