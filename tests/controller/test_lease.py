"""A key is held by presses that come again, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

from cell.jog import LEASE, Jog
from controller.lease import SPENT, Key, Lease, LetGo, Press

AHEAD = Jog("r1", "joint", "1", True, 0.1)
LASTS = round(LEASE * 1e9)


def press(at: int, jog: Jog = AHEAD, terminal: int = 1, is_held: bool = True) -> Press:
    return Press(jog, is_held, "ann", terminal, at)


def heard(lease: Lease, key: Key, now: int) -> list[Key]:
    return list(lease.hear(key, now))


def test_only_the_first_press_of_a_key_is_told() -> None:
    lease = Lease()
    assert heard(lease, press(0), 0) == [press(0)]
    assert [heard(lease, press(at), at) for at in range(LASTS // 2, 10 * LASTS, LASTS // 2)] == [[]] * 19


def test_a_key_of_which_no_more_is_heard_is_let_go_at_the_end_of_its_time() -> None:
    lease = Lease()
    heard(lease, press(0), 0)
    assert list(lease.pass_time(LASTS - 1)) == []
    assert list(lease.pass_time(LASTS)) == [LetGo(1, SPENT)]
    assert list(lease.pass_time(2 * LASTS)) == []


def test_a_press_counts_from_when_it_came_and_not_from_when_it_is_looked_at() -> None:
    lease = Lease()
    assert heard(lease, press(0), LASTS) == []
    assert lease.held is None
    heard(lease, press(LASTS), LASTS + 1)
    heard(lease, press(LASTS + 2), 2 * LASTS - 1)
    assert list(lease.pass_time(2 * LASTS + 2)) == [LetGo(1, SPENT)]


def test_a_press_after_the_end_is_a_new_one() -> None:
    lease = Lease()
    heard(lease, press(0), 0)
    late = press(3 * LASTS)
    assert heard(lease, late, 3 * LASTS) == [LetGo(1, SPENT), late]


def test_a_key_that_is_let_go_is_told_at_once_and_by_who_has_it_alone() -> None:
    lease = Lease()
    heard(lease, press(0), 0)
    assert heard(lease, LetGo(2), 1) == []
    assert heard(lease, LetGo(1), 1) == [LetGo(1)]


def test_another_terminal_gets_no_key_while_one_is_held() -> None:
    lease = Lease()
    heard(lease, press(0), 0)
    assert heard(lease, press(1, terminal=2), 1) == []
    assert heard(lease, press(LASTS, terminal=2), LASTS) == [LetGo(1, SPENT), press(LASTS, terminal=2)]


def test_another_key_of_the_same_terminal_is_told() -> None:
    lease, back = Lease(), replace(AHEAD, is_forward=False)
    heard(lease, press(0), 0)
    assert heard(lease, press(1, back), 1) == [press(1, back)]


def test_who_only_looks_holds_nothing() -> None:
    lease = Lease()
    assert heard(lease, press(0, is_held=False), 0) == [press(0, is_held=False)]
    assert lease.held is None
