"""Laws of a link that is lost: what goes on is what was declared, nothing is made up, nothing is sent again."""

from __future__ import annotations

from cell.device import LinkChanged, Prepared, Trajectory
from cell.driver_errors import DriverError
from cell.geometry import Array
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import Broken, demand

BACK = 10.0  # s within which a driver has made its link anew
MOMENT = 0.2
"""s of a cut that a motion outlasts."""


def unknown_loss(bed: Bed, robot: str) -> str:
    return 'exempt because on_link_loss is "unknown"' if bed.capabilities(robot).on_link_loss == "unknown" else ""


@law("motion", "On link loss the device does what is declared: it stops, or it finishes its buffer.", exempt=unknown_loss)
def link_loss_is_as_declared(bed: Bed, robot: str) -> str:
    """The link is given up by `close`, which every bench can do."""
    moving = rig(bed, robot)
    prepared, way = moving.halfway()
    bed.drivers.close()
    declared, end = moving.declared.on_link_loss, way.segments[-1].control[-1]
    _unpolled(bed, _over(moving, prepared))
    bed.reconnect()
    moving.robot = bed.drivers.motion[robot]
    demand(moving.stands(), "after the reconnect it moves")
    is_there = moving.distance(moving.q(), end) <= moving.declared.start_tolerance
    demand(
        is_there is (declared == "finishes its buffer"),
        f'"{declared}" is declared; {"it has gone to" if is_there else "it is not at"} its end',
    )
    state = bed.status(robot, prepared.command).state
    fits = ("done", "unknown") if is_there else ("aborted", "unknown")
    demand(state in fits, f"it {'ended' if is_there else 'stopped'}, and `status` says {state}")
    return f"{declared}: {state}"


def stops_not(bed: Bed, robot: str) -> str:
    declared = bed.capabilities(robot).on_link_loss
    return "" if declared == "stops" else f"exempt because on_link_loss is {declared!r}"


@law("motion", "What stops on link loss stands within the declared time.", exempt=stops_not)
def a_lost_link_stops_in_time(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    moving.halfway(0.2)
    bed.drivers.close()
    declared = moving.declared.standstill_on_link_loss or 0.0
    _unpolled(bed, declared + 2.0 / moving.declared.rate)
    bed.reconnect()
    moving.robot = bed.drivers.motion[robot]
    demand(moving.stands(), f"{declared:g} s after the link was lost it moves")
    return f"stands {declared:g} s later"


@law("motion", "After a reconnect nothing is replayed.")
def nothing_is_replayed(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, _ = moving.halfway()
    bed.drivers.close()
    _unpolled(bed, _over(moving, prepared))
    bed.reconnect()
    moving.robot = bed.drivers.motion[robot]
    there = moving.q()
    away = max(moving.distance(state.q, there) for state in moving.watch(2.0))
    demand(away <= moving.still, f"it has moved by {away:.3g} since the reconnect, and nobody asked")
    return "stood for 2 s after the reconnect"


def _unpolled(bed: Bed, seconds: float) -> None:
    """Lets time pass for devices whose driver is closed."""
    bed.until(lambda: False, seconds)


@law("motion", "Once a link that was cut in mid-motion is back by itself nothing moves anew.")
def nothing_moves_anew_after_a_cut(bed: Bed, robot: str) -> str:
    """The cut lasts until whatever was under way is over."""
    moving = rig(bed, robot)
    prepared, _ = moving.halfway()
    begun = bed.executions(robot)
    with bed.cut(robot):
        bed.wait(_over(moving, prepared))
    _back(moving)
    there = moving.q()
    away = max(moving.distance(state.q, there) for state in moving.watch(2.0))
    demand(
        away <= moving.still,
        f"it has moved by {away:.3g} since its link was back, and nobody asked: what was sent is not sent again",
    )
    return f"stood for 2 s after the link was back{_none_since(bed, robot, begun)}"


@law("motion", "A motion whose link is cut on its way and soon back is done once, or stopped: it goes no more than its own way.")
def a_motion_is_done_once_through_a_cut(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, way = moving.halfway(0.2)
    begun = bed.executions(robot)
    with bed.cut(robot):
        bed.wait(MOMENT)
    _back(moving)
    points = [way.segments[0].control[0], *(state.q for state in moving.watch(_over(moving, prepared) + prepared.duration))]
    length, gone = moving.distance(*way.segments[0].control), _gone(moving, points)
    most = 1.05 * length + 2.0 * moving.declared.start_tolerance
    demand(gone <= most, f"of a motion of {length:.3g} it has gone {gone:.3g} in sum: what was sent is done again")
    demand(moving.stands(), f"{2.0 * prepared.duration:.3g} s later it still moves")
    return f"it went {gone:.3g} in sum, of a motion of {length:.3g}{_none_since(bed, robot, begun)}"


def _none_since(bed: Bed, robot: str, begun: int | None) -> str:
    """Raises Broken where the robot itself has counted another motion: one may be over before its driver tells a state again."""
    now = bed.executions(robot)
    if now is None or begun is None:
        return ""
    demand(now == begun, f"since its link was cut the robot has begun {now - begun} motions, by its own count, and nobody asked")
    return ", and has begun no other motion by its own count"


def _over(moving: Rig, prepared: Prepared) -> float:
    """s after which what was under way when the link was lost has come to its end."""
    return prepared.duration + (moving.declared.standstill_on_link_loss or 0.0) + 1.0


def _gone(moving: Rig, points: list[Array]) -> float:
    """The way from point to point in sum, what a standing robot seems to move left out."""
    gone, last = 0.0, points[0]
    for point in points:
        step = moving.distance(point, last)
        if step > moving.still:
            gone, last = gone + step, point
    return gone


@law("motion", "Connected means fresh samples: while the link is cut no state is made up, and the loss is told or seen as age.")
def no_state_is_made_up(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    moving.watch(0.1)
    with bed.cut(robot):
        _drain(moving)
        before, known = moving.robot.state(), len(bed.events)
        states = moving.watch(5.0 * moving.declared.max_age + 0.5)
        back = [e for e in bed.events[known:] if isinstance(e, LinkChanged) and e.device == robot and e.is_up]
        demand(not back, f"with the link cut `poll` tells {len(back)} times that it is back")
        last = states[-1] if states else before
        made_up = last.received - before.received
        demand(made_up <= moving.declared.max_age * SECOND, f"with the link cut, states go on for {made_up / SECOND:.3g} s")
        age = (bed.now() - last.received) / SECOND
        demand(age > moving.declared.max_age, f"with the link cut the newest state is only {age:.3g} s old")
    return f"the newest state was {age:.3g} s old, {moving.declared.max_age:g} s is allowed"


def _drain(moving: Rig) -> None:
    """What was under way when the link was cut may still arrive."""
    moving.watch(2.0 / moving.declared.rate)


def refuses_to_move(moving: Rig, way: Trajectory, ready: Prepared, age: float) -> None:
    """Raises Broken where `way` is prepared, or what is `ready` started, on a state that is so many s old."""
    for what, call in (("prepare", lambda: moving.prepared(way)), ("start", lambda: moving.robot.start(ready))):
        try:
            call()
        except DriverError:
            continue
        raise Broken(f"`{what}` is taken on a state that is {age:.3g} s old")


@law("motion", "Nothing is sent on a stale state.")
def nothing_is_sent_on_a_stale_state(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    ready = moving.prepared(moving.way("ready"))
    with bed.cut(robot):
        bed.wait(2.0 * moving.declared.max_age + 0.2)
        refuses_to_move(moving, way, ready, 2.0 * moving.declared.max_age)
    _back(moving)
    bed.wait(0.2)
    demand(moving.stands(1.0), "once the link is back it moves")
    return "prepare and start are refused, and nothing moved when the link was back"


@law("motion", "What ran when the link was lost is told truly when it is back: running, done or aborted, or unknown.")
def status_is_true_after_a_cut(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, way = moving.halfway()
    with bed.cut(robot):
        bed.wait(_over(moving, prepared))
    _back(moving)
    bed.wait(0.5)
    return told_truly(moving, way, moving.q(), bed.status(robot, prepared.command).state)


def told_truly(moving: Rig, way: Trajectory, there: Array, state: str) -> str:
    """Where a robot came to rest on its `way`, and what it says of it. Raises Broken where that is not so."""
    is_there = moving.distance(there, way.segments[-1].control[-1]) <= moving.declared.start_tolerance
    fits = ("done", "unknown") if is_there else ("aborted", "unknown")
    demand(state in fits, f"it {'is at its end' if is_there else 'stands on its way'}, and `status` says {state}")
    return f"{'at its end' if is_there else 'on its way'}: {state}"


@law("motion", "A link that was lost the driver makes anew by itself, each time it was: nobody calls `open` again.")
def a_lost_link_comes_back_by_itself(bed: Bed, robot: str) -> str:
    """Twice: one that is made anew once may have used up what it needs for it."""
    moving, took = rig(bed, robot), list[float]()
    for _ in range(2):
        with bed.cut(robot):
            bed.wait(2.0 * moving.declared.max_age + 0.2)
        took.append(_back(moving))
    return f"back {' and '.join(f'{seconds:.2g}' for seconds in took)} s after its network"


def _back(moving: Rig) -> float:
    """s until there is a fresh state again. Raises Broken where there is none: an old one would let any driver pass."""
    began, most = moving.bed.now(), moving.declared.max_age * SECOND
    last = moving.robot.state().received

    def is_fresh() -> bool:
        received = moving.robot.state().received
        return received > last and moving.bed.now() - received <= most

    if not moving.bed.until(is_fresh, BACK):
        age = (moving.bed.now() - moving.robot.state().received) / SECOND
        raise Broken(
            f"{BACK:g} s after the network is back the newest state is {age:.3g} s old. Nobody calls `open` again in a run: "
            "make the link anew in the thread that reads, a few times a second, and say nothing again over it"
        )
    return (moving.bed.now() - began) / SECOND
