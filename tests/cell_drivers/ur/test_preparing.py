"""What happens while a program is made: nobody waits for it, and it counts only if nothing has come in between."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from cell.device import CommandChanged
from cell.driver_errors import DriverError, LinkLost, Refusal, Refused
from cell_drivers.ur.address import read_address
from cell_drivers.ur.driver import UrDriver
from cell_drivers.ur.registers import Mark
from cell_drivers.ur.script import Rows, program
from tests.doubles.ur.wired import Wired, straight

WAY = np.array([0.6, -0.2, 0.3, 0.1, -0.4, 0.5])
TOO_LONG = 60.0
"""s until somebody who should not have waited is told to wait: nobody waits for it but where this fails."""


@pytest.fixture
def driver(wired: Wired) -> UrDriver:
    """The very driver with its lock, and wires of memory for its sockets."""
    driver = UrDriver("arm", wired.model, read_address("ur://192.0.2.1"))
    driver._robot = wired.robot
    return driver


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """What is handed over happens in the middle of the next program that is made, and only of that."""

    def plant(happens: Callable[[], object]) -> None:
        due = [happens]

        def interrupted(mark: Mark, rows: Rows) -> str:
            if due:
                due.pop()()
            return program(mark, rows)

        monkeypatch.setattr("cell_drivers.ur.draft.program", interrupted)

    return plant


def elsewhere(call: Callable[[], object]) -> bool:
    """Whether `call` comes back to a thread of its own before this one goes on."""
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(TOO_LONG)
    return not thread.is_alive()


def prepared(driver: UrDriver, wired: Wired, command: str = "m", way: np.ndarray = WAY) -> object:
    return driver.prepare(command, straight(wired.model, wired.controller.q, wired.controller.q + way))


def test_a_stop_goes_out_while_a_program_is_made_and_drops_it(
    driver: UrDriver, wired: Wired, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    came_back, sent = list[bool](), list[str]()

    def stop() -> None:
        wired.robot.outgoing()
        came_back.append(elsewhere(lambda: driver.stop("hold")))
        sent.extend(channel for channel, _ in wired.robot.outgoing())

    meanwhile(stop)
    with pytest.raises(Refused, match="hold stop while it was prepared") as refused:
        prepared(driver, wired)
    assert came_back == [True], "it waited for the program"
    assert sent == ["rtde"]
    assert refused.value.code is Refusal.NOT_PREPARED
    assert driver.status("m").state == "not seen"
    assert not [event for event in driver.poll() if isinstance(event, CommandChanged) and event.command == "m"]
    prepared(driver, wired)
    assert driver.status("m").state == "queued", "what was refused may be sent again"


def lose(wired: Wired) -> None:
    wired.accepts = False
    wired.cut("the cable is out")


def lose_and_find(wired: Wired) -> None:
    wired.cut("the cable is out")
    wired.until(lambda: wired.robot.connection.is_up)


def begin_another(wired: Wired) -> None:
    wired.robot.start(wired.robot.prepare("n", straight(wired.model, wired.controller.q, wired.controller.q - WAY)))


def put_elsewhere(wired: Wired) -> None:
    wired.controller.target = wired.controller.target + 0.1
    wired.wait(0.1)


@pytest.mark.parametrize(
    ("happens", "raised", "code"),
    [
        (lose, LinkLost, None),
        (lose_and_find, Refused, Refusal.NOT_PREPARED),
        (begin_another, Refused, Refusal.BUSY),
        (put_elsewhere, Refused, Refusal.START_DIFFERS),
        (lambda wired: wired.robot.close(), Refused, Refusal.NOT_OPEN),
    ],
    ids=["lost", "lost and found", "another began", "elsewhere", "closed"],
)
def test_what_comes_in_between_counts(
    driver: UrDriver,
    wired: Wired,
    meanwhile: Callable[[Callable[[], object]], None],
    happens: Callable[[Wired], None],
    raised: type[DriverError],
    code: Refusal | None,
) -> None:
    meanwhile(lambda: happens(wired))
    with pytest.raises(raised) as error:
        prepared(driver, wired)
    assert getattr(error.value, "code", None) is code
    assert "m" not in wired.robot._ready


def test_two_that_prepare_the_same_have_one(
    driver: UrDriver, wired: Wired, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    first = list[object]()
    meanwhile(lambda: first.append(prepared(driver, wired)))
    assert [prepared(driver, wired)] == first
    told = [event.status.state for event in driver.poll() if isinstance(event, CommandChanged) and event.command == "m"]
    assert told == ["queued"]


def test_an_id_that_was_taken_for_something_else_meanwhile_is_refused(
    driver: UrDriver, wired: Wired, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: driver.scale_speed("m", 0.5))
    with pytest.raises(Refused) as refused:
        prepared(driver, wired)
    assert refused.value.code is Refusal.ID_REUSED
