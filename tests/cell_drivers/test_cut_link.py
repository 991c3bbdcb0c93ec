"""A simulated device without a link: it goes on, nobody hears of it, and only the acknowledgement of the fault makes the link."""

from collections.abc import Callable

import pytest

from cell.device import CommandChanged, FaultCleared, FaultRaised, LinkChanged
from cell.driver_errors import LinkLost
from cell.scenario import LinkCut
from tests.cell_drivers.gantry import Desk

CUT = LinkCut("lathe", 5.0, 20.0)


def news(desk: Desk, until: float) -> list[object]:
    desk.cell.advance_to(round(until * 1e9))
    return list(desk.cell.poll())


def of(events: list[object], kind: type) -> list:  # type: ignore[type-arg]
    return [event for event in events if isinstance(event, kind) and event.device == "lathe"]  # type: ignore[attr-defined]


def test_it_says_that_its_link_is_cut_and_then_nothing() -> None:
    desk = Desk(CUT)
    desk.lathe.set_door("d", True)
    told = news(desk, 6.0)
    assert [(e.is_up, e.why) for e in of(told, LinkChanged)] == [(False, "the link is cut")]
    assert [e.fault for e in of(told, FaultRaised)] == ["link"]
    assert news(desk, 19.0) == []
    assert desk.lathe.status("d").state == "unknown"


@pytest.mark.parametrize("has_been_told", [True, False])
def test_whoever_opens_its_driver_is_told_once_that_its_link_is_cut(has_been_told: bool) -> None:
    """Who was told of it before may have been killed, and nobody acknowledges what he does not know of."""
    desk = Desk(CUT)
    desk.cell.advance_to(6_000_000_000)
    if has_been_told:
        desk.cell.poll()
    desk.cell.open()
    desk.cell.open()
    told = news(desk, 7.0)
    assert [(e.is_up, e.why) for e in of(told, LinkChanged)] == [(False, "the link is cut")]
    assert [e.fault for e in of(told, FaultRaised)] == ["link"]


@pytest.mark.parametrize("call", ["state", "stop", "set_door", "program"])
def test_nothing_reaches_it(call: str) -> None:
    desk = Desk(CUT)
    news(desk, 6.0)
    lathe = desk.lathe
    calls: dict[str, Callable[[], object]] = {
        "state": lathe.state,
        "stop": lathe.stop,
        "set_door": lambda: lathe.set_door("x", True),
        "program": lambda: lathe.program("x", "OP10"),
    }
    with pytest.raises(LinkLost):
        calls[call]()
    assert "x" not in desk.cell.record().executions


@pytest.mark.parametrize(("device", "method"), [("g1", "state"), ("g1", "readback"), ("grip", "stop")])
def test_so_it_is_for_robots_and_tools(device: str, method: str) -> None:
    desk = Desk(LinkCut(device, 5.0, 20.0))
    news(desk, 6.0)
    if method == "readback":
        assert desk.cell.motion[device].readback() == ()
        return
    with pytest.raises(LinkLost):
        getattr(desk.cell.drivers[device], method)()


def test_only_the_acknowledgement_makes_the_link_again_and_only_when_the_cause_is_gone() -> None:
    desk = Desk(CUT)
    news(desk, 10.0)
    desk.lathe.acknowledge("link", "ann")
    assert news(desk, 19.0) == []
    assert news(desk, 30.0) == []
    desk.lathe.acknowledge("link", "ann")
    told = news(desk, 32.0)
    assert [e.is_up for e in of(told, LinkChanged)] == [True]
    assert [e.fault for e in of(told, FaultCleared)] == ["link"]
    assert desk.lathe.state().device == "lathe"


def test_what_it_was_asked_for_goes_on_and_is_heard_of_afterwards() -> None:
    desk = Desk(LinkCut("lathe", 0.5, 20.0))
    news(desk, 0.4)
    desk.lathe.set_door("d", True)
    assert "done" not in {e.status.state for e in of(news(desk, 19.0), CommandChanged)}
    assert [e.detail for e in desk.cell.record().of("door")] == ["open"]
    news(desk, 21.0)
    desk.lathe.acknowledge("link", "ann")
    assert [e.status.state for e in of(news(desk, 23.0), CommandChanged)][-1] == "done"
