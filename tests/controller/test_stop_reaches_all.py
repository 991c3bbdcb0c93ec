"""A stop goes to every robot, and to every tool and machine where it is more than a normal one, whatever any of them answers."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from cell.commands import StopAll, StopKind, Subject
from cell.driver_errors import LinkLost, Refused
from cell.driver_errors import Refusal as Code
from cell_drivers.simulated import SimulatedCell
from controller.dispatch import Dispatcher
from tests.controller.tending import world


class Heard:
    """A device of the simulated world that notes each stop, and answers none of those that it is to refuse."""

    def __init__(self, face: Any, name: str, heard: list[str], answer: Callable[[], None]) -> None:
        self._face, self._name, self._heard, self._answer = face, name, heard, answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._face, name)

    def stop(self, *kind: StopKind) -> None:
        self._heard.append(self._name)
        self._answer()


def refuses(name: str) -> Callable[[], None]:
    no_thread = RuntimeError("can't start new thread")
    defects: dict[str, Exception] = {"lathe": LinkLost(name, None, 0, "no answer"), "g1": no_thread, "g2.coupling": no_thread}

    def answer() -> None:
        raise defects.get(name) or Refused(next(iter(Code)), name, None, 0)

    return answer


def stopped(kind: StopKind) -> tuple[list[str], list[str]]:
    """Who heard of it, in order, and whom it did not reach. Nobody answers well."""
    cell, heard = world(), list[str]()
    assert isinstance(cell, SimulatedCell)

    def of(faces: dict[str, Any], *names: str) -> dict[str, Heard]:
        (face, *_) = faces.values()
        return {name: Heard(face, name, heard, refuses(name)) for name in names}

    (coupling,) = of(dict(cell.machines), "g2.coupling").values()
    drivers = SimpleNamespace(
        motion=of(dict(cell.motion), "g1", "g2"),
        grippers=of(dict(cell.grippers), "grip", "other"),
        couplings={"g2": coupling},
        machines=of(dict(cell.machines), "lathe", "gauge"),
        supplies=of(dict(cell.machines), "belt"),
    )
    failed = Dispatcher(drivers).stop(StopAll("stop", Subject("test"), kind))
    return heard, [cause.device for cause in failed]


def test_a_robot_that_refuses_a_stop_keeps_it_from_no_other_one() -> None:
    assert stopped("hold") == (["g1", "g2"], ["g1", "g2"])


@pytest.mark.parametrize("kind", ["quick", "power"])
def test_a_harder_stop_goes_on_to_tools_and_machines_whatever_robots_answer(kind: StopKind) -> None:
    everybody = ["g1", "g2", "grip", "other", "g2.coupling", "lathe", "gauge", "belt"]
    assert stopped(kind) == (everybody, everybody)
