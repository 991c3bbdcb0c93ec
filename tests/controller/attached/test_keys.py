"""Keys that terminals hold, as far as the server: handed on with who and where, refused with the reason, let go with the line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from controller.attached.messages import Accepted, HoldKey, LetGoKey, Refused
from controller.run_state import RunState
from tests.controller.attached.at_a_socket import End, Site
from tests.controller.jogged import AHEAD, in_manual, in_production, moving


def answers(end: End) -> list[Accepted | Refused]:
    return [message for message in end.read() if isinstance(message, Accepted | Refused)]


def site(folder: Path, state: RunState) -> Site:
    found = Site(folder)
    found.tell([], state)
    found.turn()
    return found


def test_a_key_is_handed_on_with_who_holds_it_and_where(tmp_path: Path) -> None:
    at = site(tmp_path, in_manual())
    end = at.attach()
    end.say(HoldKey(7, AHEAD, True))
    end.say(LetGoKey(8))
    assert answers(end) == [Accepted(7), Accepted(8)]
    assert at.post.keys == [(AHEAD, True, "ann", 1), 1]


def test_a_line_that_breaks_lets_go_of_its_key(tmp_path: Path) -> None:
    at = site(tmp_path, in_manual())
    end, other = at.attach(), at.attach()
    end.say(HoldKey(7, AHEAD, True))
    end.read()
    other.socket.close()
    at.turn()
    assert at.post.keys == [(AHEAD, True, "ann", 1)]
    end.socket.close()
    at.turn()
    assert at.post.keys == [(AHEAD, True, "ann", 1), 1]


def test_a_line_that_breaks_without_a_key_says_nothing(tmp_path: Path) -> None:
    at = site(tmp_path, in_manual())
    end = at.attach()
    end.say(HoldKey(7, AHEAD, False))
    end.say(LetGoKey(8))
    end.read()
    end.socket.close()
    at.turn()
    assert at.post.keys == [(AHEAD, False, "ann", 1)]


def test_a_viewer_holds_no_key(tmp_path: Path) -> None:
    at = site(tmp_path, in_manual())
    end = at.attach("view")
    end.say(HoldKey(7, AHEAD, True))
    (refused,) = answers(end)
    assert isinstance(refused, Refused)
    assert refused.code == "R752"
    assert at.post.keys == []


def test_a_key_in_production_mode_or_too_fast_or_beside_another_one_is_refused_with_the_reason(tmp_path: Path) -> None:
    at = site(tmp_path, in_production())
    end = at.attach()
    end.say(HoldKey(1, AHEAD, True))
    (refused,) = answers(end)
    at.tell([], in_manual())
    at.turn()
    end.say(HoldKey(2, replace(AHEAD, speed=0.251), True))
    (fast,) = answers(end)
    at.tell([], moving(in_manual()))
    at.turn()
    end.say(HoldKey(3, AHEAD, True))
    end.read()
    other = at.attach()
    other.say(HoldKey(4, AHEAD, True))
    (second,) = answers(other)
    reasons = [f"{m.code} {m.reason}" for m in (refused, fast, second) if isinstance(m, Refused)]
    assert reasons == [
        "R754 the cell is in production mode: hold the run, then ask for manual mode",
        "R754 251 mm/s is asked for, and 250 mm/s is the most in manual mode",
        "R754 ann holds a key at another terminal",
    ]
    assert [key for key in at.post.keys if isinstance(key, tuple)] == [(AHEAD, True, "ann", 1)]
