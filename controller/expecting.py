"""A fact that a step waits for, in words: what has to be so, and what is observed instead.

Law: "nobody observes it" is said only of what no driver shows; what is shown otherwise is named as it is shown.
"""

from __future__ import annotations

from typing import assert_never

from cell.state import Expected, InHand, InPart, InPlace, Location, Lost
from cell.steps import Fact, SetClamp, SetDoor, Stance, Step, stance_name
from controller import ledger
from controller.draft import Draft
from controller.run_state import DeviceBelief, HandBelief

UNOBSERVED = "nobody observes it"
SHOWN_NEITHER = "it is reported neither {} nor {}"
LEAVES = {"open": "door", "shut": "door", "clamped": "clamp", "unclamped": "clamp"}


def waits_for(d: Draft, fact: Fact) -> str:
    """`the door of lathe closed, and it is open`: for behind "waits for" or "needs"."""
    return f"{_expected(fact)}, and {_observed(d, fact)}"


def is_shown_otherwise(d: Draft, fact: Fact) -> bool:
    """Whether something shows the contrary: no silence, nothing in between, no alarm, which somebody has to clear."""
    known = d.belief.devices.get(fact.args[0], DeviceBelief())
    seen = _observed(d, fact)
    return not known.faults and seen not in (UNOBSERVED, SHOWN_NEITHER.format("open", "closed"))


def other_than_planned(d: Draft, steps: tuple[Step, ...]) -> str | None:
    """The first door or clamp that the plan takes for standing as it does not, before any of its steps has moved it."""
    settled = set[tuple[str, str]]()
    for step in steps:
        for fact in step.needs:
            leaf = (LEAVES.get(fact.name, ""), fact.args[0])
            if leaf[0] and leaf not in settled:
                settled.add(leaf)
                if not ledger.holds(d, fact):
                    return f"it needs {waits_for(d, fact)}"
        match step.action:
            case SetDoor(machine, _):
                settled.add(("door", machine))
            case SetClamp(machine, _):
                settled.add(("clamp", machine))
            case _:
                pass
    return None


def _expected(fact: Fact) -> str:
    args = fact.args
    match fact.name:
        case "at":
            return f"{args[0]} at {args[1]}"
        case "held":
            return f"{args[0]} in {args[1]}"
        case "free":
            return f"{args[0]} free"
        case "is":
            return f"{args[0]} to be a {args[1]}"
        case "vacant":
            return f"{args[0]}.{args[1]} free"
        case "joined":
            return f"{args[0]} in {args[1]}"
        case "empty":
            return f"{args[0]} open"
        case "stands":
            return f"{args[0]} at {_place_of(args[1])}"
        case "open" | "shut":
            return f"the door of {args[0]} {'open' if fact.name == 'open' else 'closed'}"
        case "clamped" | "unclamped":
            return f"the clamp of {args[0]} {'closed' if fact.name == 'clamped' else 'open'}"
        case "idle":
            return f"{args[0]} idle"
        case "running":
            return f"{args[0]} running"
        case "reached":
            return f"{args[0]} reached for {args[1]}"
        case "told":
            return f"{args[0]} of {args[1]} told"
        case "mounted":
            return f"{args[0]} at {args[1]}"
        case "bare":
            return f"no tool at {args[0]}"
        case "stored":
            return f"{args[0]} in {args[1]}"
    assert_never(fact.name)


def _observed(d: Draft, fact: Fact) -> str:
    belief, args = d.belief, fact.args
    match fact.name:
        case "open" | "shut":
            return _leaf(_device(d, args[0]).door_open, "open", "closed")
        case "clamped" | "unclamped":
            return _leaf(_device(d, args[0]).clamped, "closed", "open")
        case "idle":
            complaint = _device(d, args[0]).complaint
            return f"it reports {complaint}" if complaint else "it runs"
        case "running":
            return "it stands" if _device(d, args[0]).running is False else UNOBSERVED
        case "at" | "held" | "joined":
            known = belief.parts.get(args[0])
            return UNOBSERVED if known is None else f"it is {_whereabouts(known.part.location)}"
        case "free":
            return f"{', '.join(belief.lying.get(args[0], ()))} lies there"
        case "vacant":
            there = ", ".join(belief.lying.get(f"{args[0]}.{args[1]}", ()))
            return f"{there} is in it" if there else UNOBSERVED
        case "is":
            known = belief.parts.get(args[0])
            return UNOBSERVED if known is None else f"it is a {known.part.kind}"
        case "empty":
            return _hand(belief.hands.get(args[0], HandBelief()))
        case "stands":
            robot = belief.robots.get(args[0])
            stance = None if robot is None else robot.stance
            return UNOBSERVED if stance is None else f"it stands at {_named(stance)}"
        case "mounted" | "stored":
            mount = belief.mounts.get(args[0])
            return f"it is at {mount}" if mount else UNOBSERVED
        case "bare":
            return f"{', '.join(tool for tool, at in belief.mounts.items() if at == args[0])} is there"
        case "reached" | "told":
            return UNOBSERVED
    assert_never(fact.name)


def _leaf(value: bool | None, if_so: str, if_not: str) -> str:
    return SHOWN_NEITHER.format("open", "closed") if value is None else f"it is {if_so if value else if_not}"


def _hand(hand: HandBelief) -> str:
    match hand.grip:
        case None:
            return UNOBSERVED
        case "held":
            return f"it holds {hand.part or 'a part'}"
        case "empty":
            return "it is closed on nothing"
        case "open":
            return f"it is open and {hand.part} counts as in it"
    assert_never(hand.grip)


def _whereabouts(location: Location) -> str:
    match location:
        case InPlace(place):
            return f"at {place}"
        case InHand(hand, _):
            return f"in {hand}"
        case InPart(base, seat):
            return f"in {base}.{seat}"
        case Lost():
            return "lost"
        case Expected():
            return "still to come"
    assert_never(location)


def _named(stance: Stance) -> str:
    return _place_of(stance_name(stance))


def _place_of(stance: str) -> str:
    """For people: the thing alone, without hand, kind and grasp."""
    kind, _, rest = stance.partition(" ")
    if kind == "measured":
        return "no stance of the plan"
    return rest.split(" ")[0] if rest else kind


def _device(d: Draft, name: str) -> DeviceBelief:
    return d.belief.devices.get(name, DeviceBelief())
