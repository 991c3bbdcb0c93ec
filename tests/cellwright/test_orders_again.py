"""A file of orders that grew, or lost lines, while no terminal looked: what is new is told of, and nothing twice."""

import shutil
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cell.codec import canonical
from cell.commands import Subject
from cell.diagnostic import Outcome
from cell.events import OrderArrived, OrderWithdrawn
from cell.orders import Item, Order, OrderAdded, OrderCancelled
from cellwright import service, start_file
from cellwright.order_files import FollowedOrders
from cellwright.orders_again import followed_again
from cellwright.start_file import FILE, VERSION, Start, read_start
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder
from controller.run_state import NOTHING_YET
from tui.commands import resume, run
from tui.exit_codes import INTERRUPTED
from tui.orders_again import looked_at_again

OF = Subject("run")


def order(id: str) -> Order:
    return Order(id, "orders", (Item("bracket", 1),))


def line(id: str) -> str:
    return f'{{"id": "{id}", "items": {{"bracket": 1}}}}\n'


@pytest.fixture
def folder(tmp_path: Path, repository: Path) -> RunFolder:
    """Of a run that was begun with A and B, was told of C, and that B is not wanted any more."""
    for file in (repository / "examples" / "05_kitting_with_a_person").glob("kitting.*"):
        shutil.copy(file, tmp_path)
    begun = Start(
        VERSION, "none", str(tmp_path), ".", "kitting.intent", None, {}, 0, (), False, (order("A"), order("B")), None, None, 1
    )
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    (folder.path / FILE).write_text(canonical(replace(begun, orders_file="orders.jsonl")), encoding="utf-8")
    journal = DiskJournal(folder.path, "run")
    journal.append((OrderArrived(0, OF, order("C")), OrderWithdrawn(0, OF, "B")), NOTHING_YET, is_durable=True)
    journal.close()
    return folder


def test_only_what_is_new_is_told_of_and_what_was_cut_out_stays(folder: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "orders.jsonl").write_text(
        line("B") + line("C") + line("D") + '{"id": "B", "withdrawn": true}\n{"id": "C", "withdrawn": true}\n'
    )
    orders = followed_again(folder, None).expect()
    changes, found = orders.changes()
    assert found == ()
    assert changes == (OrderCancelled("C"), OrderAdded(order("D")))


def test_another_file_may_be_named_and_one_that_is_not_there_yet_is_waited_for(
    folder: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = looked_at_again(folder, str(tmp_path / "late.jsonl"))
    assert orders is not None
    assert "late.jsonl is looked at as soon as it is there" in capsys.readouterr().err
    assert orders.changes() == ((), ())
    (tmp_path / "late.jsonl").write_text(line("A") + line("E"))
    assert orders.changes() == ((OrderAdded(order("E")),), ())


def test_where_the_cell_cannot_be_read_any_more_it_is_said_that_nobody_looks(
    folder: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kitting.cell").write_text("robot c1 {", encoding="utf-8")
    assert looked_at_again(folder, str(tmp_path / "orders.jsonl")) is None
    told = capsys.readouterr().err
    assert "error[E" in told
    assert "orders: nobody looks at their file" in told


def test_where_nothing_says_how_the_run_was_begun_that_is_said(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.path / FILE).unlink()
    assert looked_at_again(folder, None) is None
    told = capsys.readouterr().err
    assert "error[R724]" in told
    assert "orders: nobody looks at their file" in told


def test_a_run_without_a_file_of_orders_has_none(folder: RunFolder) -> None:
    begun = read_start(folder).expect()
    said = canonical(replace(begun, orders_file=None)).replace(',"orders_file":null', "")  # as a version of before has it
    (folder.path / FILE).write_text(said, encoding="utf-8")
    assert followed_again(folder, None) == Outcome(None)


def test_a_run_keeps_which_file_its_orders_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun = Start(VERSION, "none", str(tmp_path), ".", "x.intent", None, {}, 0, (), False, (), None, None, 1)
    started: list[Start] = []
    monkeypatch.setattr(start_file, "start_of", lambda *given: begun)
    monkeypatch.setattr(service, "start_run", lambda start, *given: started.append(start))
    ready = SimpleNamespace(released=SimpleNamespace(motion_plan=SimpleNamespace(plan_id="none")), reading=None, request=None)
    asked = Namespace(speed=None, jobs=1, manual=False, orders="today.jsonl")
    run._started(cast(Any, SimpleNamespace(ready=ready, scenario=None)), asked, cast(Any, None))
    assert [start.orders_file for start in started] == ["today.jsonl"]


def test_who_goes_on_looks_at_the_file_that_the_run_was_begun_with(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[object] = []
    confirmed, over = SimpleNamespace(to_an_end=lambda: None), SimpleNamespace(to_the_end=lambda: None)
    monkeypatch.setattr("tui.confirming.Confirming", lambda *given: confirmed)

    def watching(run: object, is_attended: bool, waits: bool, orders: object, **more: object) -> object:
        watched.append(orders)
        return over

    monkeypatch.setattr("tui.watching.Watching", watching)
    asked = Namespace(answer=[], yes=True, wait=False, orders=None)
    assert resume._settled(cast(Any, SimpleNamespace(folder=folder)), asked) == INTERRUPTED
    assert [orders.path for orders in watched if isinstance(orders, FollowedOrders)] == [str(folder.path.parent / "orders.jsonl")]
