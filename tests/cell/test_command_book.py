"""cell/command_book.py: what is under way is known however much comes after it; what is over does not heap up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cell.command_book import CommandBook
from cell.device import CommandStatus
from cell.driver_errors import Refusal, Refused

RUNNING, DONE = CommandStatus("running"), CommandStatus("done")


@pytest.fixture
def book() -> CommandBook:
    return CommandBook("r1", 3)


def done(book: CommandBook, *commands: str) -> None:
    for command in commands:
        book.take(command, ("grip",), RUNNING)
        book.change(command, DONE)


def test_what_is_under_way_is_known_however_much_comes_after_it(book: CommandBook) -> None:
    book.take("first", ("motion",), RUNNING)
    done(book, *map(str, range(20)))
    assert book.status("first") == RUNNING
    assert not book.is_new("first", ("motion",), 0)


def test_of_what_is_over_the_newest_are_known(book: CommandBook) -> None:
    book.take("slow", ("motion",), RUNNING)
    done(book, "a", "b", "c")
    book.change("slow", DONE)
    assert {name: book.status(name).state for name in ("a", "b", "c", "slow")} == {
        "a": "not seen", "b": "done", "c": "done", "slow": "done",
    }  # fmt: skip


def test_told_twice_that_it_is_over_it_counts_once(book: CommandBook) -> None:
    done(book, "a", "b", "c")
    book.change("c", DONE)
    assert book.status("a") == DONE


def test_an_id_that_is_known_is_not_taken_for_another(book: CommandBook) -> None:
    done(book, "a")
    with pytest.raises(Refused) as refused:
        book.is_new("a", ("release",), 5)
    assert refused.value.code is Refusal.ID_REUSED


def held_by_ur() -> tuple[Callable[[str], None], Callable[[], int]]:
    from cell_drivers.ur.commands import Commands

    commands = Commands()

    def run(command: str) -> None:
        commands.take(command, ("motion", "m"), CommandStatus("queued"))
        commands.change(command, DONE)

    return run, lambda: len(commands._asked) + len(commands._status)


def held_by_linuxcnc() -> tuple[Callable[[str], None], Callable[[], int]]:
    from cell_drivers.linuxcnc.commands import Commands

    commands = Commands()

    def run(command: str) -> None:
        commands.take(command, "scale", 1.0)
        commands.tell(command, DONE)

    return run, lambda: len(commands._asked) + len(commands._status) + len(commands._prepared)


def held_by_default() -> tuple[Callable[[str], None], Callable[[], int]]:
    book = CommandBook("g1")
    return lambda command: done(book, command), lambda: len(book._asked) + len(book.snapshot())


@pytest.mark.parametrize("held", [held_by_ur, held_by_linuxcnc, held_by_default])
def test_a_driver_holds_no_more_after_weeks_than_after_a_thousand(
    held: Callable[[], tuple[Callable[[str], None], Callable[[], int]]],
) -> None:
    run, count = held()
    for number in range(1000):
        run(f"c{number}")
    before = count()
    for number in range(1000, 3000):
        run(f"c{number}")
    assert count() == before == 2000
