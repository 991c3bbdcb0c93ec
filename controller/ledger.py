"""Where every part is believed to be, and what is seen of robots, hands and devices: belief is changed here only.

Law: a fact holds when a driver shows it. What no driver can show (which part it is that a hand holds, that a released part
lies in the place under the hand) is inferred from what is shown, at the moment that it is shown, and marked as inferred.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from cell.events import FactObserved, HandClosedEmpty, PartMoved, Source, StillMoves
from cell.run import WAITS_FOR_COUPLINGS
from cell.state import CellState, Expected, InHand, InPart, InPlace, Location, Lost
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Fact, Stance, stance_name
from controller.draft import Draft
from controller.run_state import Belief, DeviceBelief, HandBelief, PartBelief, RobotBelief


def first_belief(d: Draft, state: CellState) -> Belief:
    """What is declared. Robots, hands and devices are unknown until a driver shows them."""
    belief = Belief()
    parts, lying, hands = belief.parts.mutate(), belief.lying.mutate(), belief.hands.mutate()
    for robot in d.known.robots.values():
        for hand in robot.hands:
            hands[hand] = HandBelief()
    for part in state.parts:
        parts[part.id] = PartBelief(part, "declared")
        match part.location:
            case InPlace(place):
                lying[place] = (*lying.get(place, ()), part.id)
            case InHand(hand, _):
                hands[hand] = HandBelief(None, part.id)
            case InPart(base, seat):
                lying[f"{base}.{seat}"] = (part.id,)
            case Lost() | Expected():
                pass
            case _:
                assert_never(part.location)
    return replace(
        belief,
        parts=parts.finish(),
        lying=lying.finish(),
        hands=hands.finish(),
        mounts=belief.mounts.update(state.mounts),
        robots=belief.robots.update({name: RobotBelief() for name in d.known.robots}),
        devices=belief.devices.update({name: DeviceBelief() for name in d.known.devices}),
        orders=belief.orders.update({order.id: order for order in state.orders}),
        queue=tuple(order.id for order in state.orders),
        arrived=belief.arrived.update({order.id: d.now for order in state.orders}),
    )


def holds(d: Draft, fact: Fact) -> bool:
    """Whether the fact is known to hold. Not known is no."""
    belief, args = d.belief, fact.args
    match fact.name:
        case "at":
            return args[0] in belief.lying.get(args[1], ())
        case "free":
            return not belief.lying.get(args[0]) or args[0] not in d.known.places
        case "is":
            known = belief.parts.get(args[0])
            return known is not None and known.part.kind == args[1]
        case "vacant":
            return args[0] in belief.parts and not belief.lying.get(f"{args[0]}.{args[1]}")
        case "joined":
            known = belief.parts.get(args[0])
            return known is not None and isinstance(known.part.location, InPart) and known.part.location.part == args[1]
        case "held":
            hand = belief.hands.get(args[1])
            return hand is not None and hand.grip == "held" and hand.part == args[0]
        case "empty":
            hand = belief.hands.get(args[0])
            return hand is not None and hand.grip == "open" and hand.part is None
        case "stands":
            robot = belief.robots.get(args[0])
            return robot is not None and robot.stance is not None and stance_name(robot.stance) == args[1]
        case "open":
            return _device(d, args[0]).door_open is True
        case "shut":
            return _device(d, args[0]).door_open is False
        case "clamped":
            return _device(d, args[0]).clamped is True
        case "unclamped":
            return _device(d, args[0]).clamped is False
        case "running":
            return _is_running(d, args[0])
        case "idle":
            return not _is_running(d, args[0]) and not _device(d, args[0]).faults
        case "reached":
            held = belief.parts.get(args[1])
            return args[0] in (held.part.reached if held is not None else belief.tended)
        case "mounted":
            return belief.mounts.get(args[0]) == args[1]
        case "bare":
            return args[0] not in belief.mounts.values()
        case "stored":
            return belief.mounts.get(args[0], "") == args[1].rpartition(".")[0]
        case "told":
            told = belief.parts.get(args[1])
            return told is not None and any(outcome == args[0] for outcome, _ in told.part.outcomes)
    assert_never(fact.name)


def see(d: Draft, event: FactObserved) -> str | None:
    """Takes in one observed fact. Returns the hand that has lost its part by it, if one has."""
    name, args = event.fact.name, event.fact.args
    match name:
        case "stands":
            _see_stance(d, args[0], _stance(args[1]), event.holds)
        case "open" | "shut":
            _see_device(d, args[0], "door_open", name == "open", event.holds)
        case "clamped" | "unclamped":
            _see_device(d, args[0], "clamped", name == "clamped", event.holds)
        case "running" | "idle" if args[0] in d.known.people:
            _see_person(d, args[0], (name == "running") is event.holds)
        case "running" | "idle":
            _see_device(d, args[0], "running", name == "running", event.holds)
        case "held":
            return _see_held(d, args[0], args[1], event)
        case "empty":
            return _see_open(d, args[0]) if event.holds else None
        case "mounted":
            _see_mounted(d, args[0], args[1], event.holds)
        case "at" if event.holds:
            move_part(d, args[0], InPlace(args[1]), "observed")
        case "at" | "free" | "is" | "vacant" | "joined" | "reached" | "told" | "bare" | "stored":
            pass
        case _:
            assert_never(name)
    return None


def see_closed_empty(d: Draft, event: HandClosedEmpty) -> str | None:
    """The hand has closed on nothing. Returns it when it held a part until now."""
    hand = d.belief.hands.get(event.hand, HandBelief())
    _set_hand(d, event.hand, HandBelief("empty", hand.part))
    return event.hand if hand.part is not None else None


def move_part(d: Draft, part: str, location: Location, source: Source) -> None:
    """Believes `part` to be at `location` from now on."""
    before = d.belief.parts.get(part)
    if before is None or before.part.location == location:
        return
    _take_away(d, part, before.part.location)
    bound = "" if isinstance(location, Lost) else before.part.bound  # the demand is open again
    d.believe(parts=d.belief.parts.set(part, PartBelief(replace(before.part, location=location, bound=bound), source)))
    match location:
        case InPlace(place):
            d.believe(lying=d.belief.lying.set(place, (*d.belief.lying.get(place, ()), part)))
        case InHand(hand, _):
            grip = d.belief.hands.get(hand, HandBelief()).grip
            _set_hand(d, hand, HandBelief(grip, part))
        case InPart(base, seat):
            d.believe(lying=d.belief.lying.set(f"{base}.{seat}", (part,)))
            _become(d, base, seat)
        case Lost() | Expected():
            pass
        case _:
            assert_never(location)
    d.say(PartMoved(d.now, replace(d.subject, part=part), location, source))


def change_part(d: Draft, part: str, **changes: object) -> None:
    """Changes what is known of a part that stays where it is."""
    before = d.belief.parts.get(part)
    if before is not None:
        d.believe(parts=d.belief.parts.set(part, replace(before, part=replace(before.part, **changes))))  # type: ignore[arg-type]


def robot_of(d: Draft, hand: str) -> str | None:
    """The one that has the hand's tool at its flange."""
    mount = d.belief.mounts.get(hand.rpartition(".")[0], "")
    return mount if mount in d.known.robots else None


def store_tool(d: Draft, tool: str, pocket: str) -> None:
    """The tool was let go in its pocket."""
    d.believe(mounts=d.belief.mounts.set(tool, pocket.rpartition(".")[0]))


def stance_of(d: Draft, hand: str) -> Stance | None:
    """Where the robot that carries the hand is seen to stand."""
    robot = robot_of(d, hand)
    return d.belief.robots[robot].stance if robot is not None else None


def leave_stance(d: Draft, robot: str) -> None:
    """The robot has started to move."""
    d.believe(robots=d.belief.robots.set(robot, replace(d.belief.robots[robot], stance=None, still_moves=False)))


def see_still_moving(d: Draft, event: StillMoves) -> None:
    """Something else moves it than the run."""
    if (seen := d.belief.robots.get(event.robot)) is not None:
        d.believe(robots=d.belief.robots.set(event.robot, replace(seen, stance=None, still_moves=True)))


# --- one fact each -----------------------------------------------------------------------------------------------------


def _see_stance(d: Draft, robot: str, stance: Stance, is_there: bool) -> None:
    seen = d.belief.robots.get(robot)
    if seen is None or (not is_there and seen.stance != stance):
        return
    moves = seen.still_moves and not is_there
    d.believe(robots=d.belief.robots.set(robot, replace(seen, stance=stance if is_there else None, still_moves=moves)))


def _see_mounted(d: Draft, tool: str, robot: str, is_there: bool) -> None:
    """A flange that has let go of a tool does not say where the tool is: in its pocket, where the robot stands with it there."""
    if is_there:
        d.believe(mounts=d.belief.mounts.set(tool, robot))
    elif d.belief.mounts.get(tool) == robot:
        stance, pocket = d.belief.robots[robot].stance, d.known.pockets.get(tool, "")
        is_put_down = isinstance(stance, AtPocket) and stance.pocket == pocket and d.known.rules >= WAITS_FOR_COUPLINGS
        d.believe(mounts=d.belief.mounts.set(tool, pocket.rpartition(".")[0] if is_put_down else ""))


def _see_device(d: Draft, device: str, what: str, value: bool, is_so: bool) -> None:
    """That a door is not open says only that it is somewhere else, unless something runs or does not."""
    seen = _device(d, device)
    if what == "running":
        value, is_so = value is is_so, True
    if is_so:
        d.believe(devices=d.belief.devices.set(device, replace(seen, **{what: value})))  # type: ignore[arg-type]
    elif getattr(seen, what) is value:
        d.believe(devices=d.belief.devices.set(device, replace(seen, **{what: None})))  # type: ignore[arg-type]


def _see_person(d: Draft, person: str, is_shown: bool) -> None:
    """It says nothing of what they may be asked next."""
    flights = d.progress.flights
    mine = {command: replace(flight, is_shown=is_shown) for command, flight in flights.items() if flight.device == person}
    d.proceed(flights=flights.update(mine))


def _see_held(d: Draft, part: str, hand: str, event: FactObserved) -> str | None:
    seen = d.belief.hands.get(hand, HandBelief())
    if not event.holds:
        _set_hand(d, hand, HandBelief(None, seen.part))
        return None
    _set_hand(d, hand, HandBelief("held", seen.part))
    stance = stance_of(d, hand)
    known = d.belief.parts.get(part)
    if isinstance(stance, AtPlace) and stance.hand == hand:
        move_part(d, part, InHand(hand, stance.grasp), "observed")
    elif known is not None and not isinstance(known.part.location, InHand):
        move_part(d, part, InHand(hand, 0), "observed")
    return None


def _see_open(d: Draft, hand: str) -> str | None:
    """An open hand holds nothing: what was in it lies in the place that it reaches into, when it was released there."""
    seen = d.belief.hands.get(hand, HandBelief())
    if seen.part is None:
        _set_hand(d, hand, HandBelief("open"))
        return None
    stance = stance_of(d, hand)
    was_released = hand in d.progress.busy
    if was_released and isinstance(stance, AtPlace) and stance.hand == hand:
        put_down = _put_down_in(d, hand, seen.part)
        move_part(d, seen.part, where_let_go(d, put_down or stance.place), "inferred")
        _set_hand(d, hand, HandBelief("open"))
        return None
    _set_hand(d, hand, HandBelief("open", seen.part))
    return hand


def _put_down_in(d: Draft, hand: str, part: str) -> str | None:
    """Where the step that opens the hand says that its part lies then: not under the hand, when a person has taken it over."""
    flight = d.progress.flights.get(d.progress.busy.get(hand, ""))
    if flight is None or flight.step is None:
        return None
    adds = d.plan.steps[flight.step].adds
    return next((fact.args[1] for fact in adds if fact.name == "at" and fact.args[0] == part), None)


def _set_hand(d: Draft, hand: str, belief: HandBelief) -> None:
    d.believe(hands=d.belief.hands.set(hand, belief))


def _take_away(d: Draft, part: str, location: Location) -> None:
    match location:
        case InPlace(place):
            left = tuple(p for p in d.belief.lying.get(place, ()) if p != part)
            d.believe(lying=d.belief.lying.set(place, left))
        case InHand(hand, _):
            seen = d.belief.hands.get(hand, HandBelief())
            if seen.part == part:
                _set_hand(d, hand, HandBelief(seen.grip))
        case InPart(base, seat):
            d.believe(lying=d.belief.lying.set(f"{base}.{seat}", ()))
        case Lost() | Expected():
            pass
        case _:
            assert_never(location)


def where_let_go(d: Draft, place: str) -> Location:
    """Where a part is that was let go at `place`: there, or in a seat of what lies where that place is a seat."""
    seat = d.known.seats.get(place)
    if seat is None:
        return InPlace(place)
    base = next(iter(d.belief.lying.get(seat.base, ())), None)
    return InPart(base, seat.seat) if base is not None else Lost(f"let go at {place}, and nothing was seen to lie beneath")


def _become(d: Draft, base: str, seat: str) -> None:
    """What was joined to it changes what the base is."""
    known = d.belief.parts.get(base)
    kind = d.known.becomes.get(known.part.kind, {}).get(seat) if known is not None else None
    if kind is not None:
        change_part(d, base, kind=kind)


def _device(d: Draft, name: str) -> DeviceBelief:
    return d.belief.devices.get(name, DeviceBelief())


def _is_running(d: Draft, device: str) -> bool:
    """A device that nothing watches runs while a command of ours does."""
    seen = _device(d, device).running
    return seen if seen is not None else device in d.progress.busy


def _stance(name: str) -> Stance:
    """The inverse of `cell.steps.stance_name`. Raises ValueError for any other text."""
    match name.split():
        case ["home"]:
            return AtHome()
        case ["hub", equipment]:
            return AtHub(equipment)
        case ["place", place, hand, kind, grasp]:
            return AtPlace(place, hand, kind, int(grasp))
        case ["pocket", pocket]:
            return AtPocket(pocket)
        case ["measured", *q]:
            return AtMeasured(tuple(float(x) for x in q))
    raise ValueError(f"no stance is called {name!r}")
