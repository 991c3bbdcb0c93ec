"""What is no mistake and yet hardly meant: a preference that decides nothing, a deadline that hangs on a person."""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, Span, warning
from cell.program import Amount, Block, Goal, Loop, Prefer, Ref
from cell.program_walk import inner_blocks, lines_in
from intentlang.world import World


def hints(block: Block, world: World) -> Iterator[Diagnostic]:
    yield from _preferences(block, world)
    yield from _deadlines(block, world, frozenset())


# -- preferences ---------------------------------------------------------------------------------------------------------------


def _preferences(block: Block, world: World) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, tuple[str, ...]], Span] = {}
    for prefer in block.prefers:
        key = prefer.objective, tuple(_text(a) for a in prefer.arguments)
        if key in seen:
            yield _idle(prefer, "it stands above already", (seen[key].labelled("the first one"),))
        elif why := _why_idle(prefer, block, world):
            yield _idle(prefer, why, ())
        seen.setdefault(key, prefer.span)
    for line in block.lines:
        for inner in inner_blocks(line):
            yield from _preferences(inner, world)


def _idle(prefer: Prefer, why: str, spans: tuple[Span, ...]) -> Diagnostic:
    message = f"`prefer {prefer.objective}` never decides: {why}"
    return warning("W103", message, prefer.span, *spans, help="Delete it, or write what it was meant for.")


def _why_idle(prefer: Prefer, block: Block, world: World) -> str:
    goals = [line for line in lines_in(block) if isinstance(line, Goal)]
    match prefer.objective, prefer.arguments:
        case "busy", (Ref() as thing,):
            named = {role.value.path[0] for goal in goals for role in goal.roles if isinstance(role.value, Ref)}
            loops = {line.members.path[0] for line in lines_in(block) if isinstance(line, Loop)}
            is_robot = thing.path[0] in world.cell.robots or thing.path[0] in world.cell.tools
            return "" if is_robot or thing.path[0] in named | loops else f"no line uses {thing.text}"
        case "urgent", _:
            queues = [line for line in lines_in(block) if isinstance(line, Loop) and line.members.path[0] in world.cell.queues]
            return "" if queues else "no loop goes over orders, which alone are due"
        case "carrying", (Amount() as wanted,):
            hands = max((len(tool.hands) for tool in world.cell.tools.values()), default=0)
            if wanted.quantity.value <= 1:
                return "one part at once is what every robot carries"
            return "" if hands >= wanted.quantity.value else f"no tool has more than {hands} hand{'s' if hands != 1 else ''}"
        case _:
            return ""


def _text(value: object) -> str:
    return value.text if isinstance(value, Ref) else str(value.quantity.value) if isinstance(value, Amount) else ""


# -- deadlines -----------------------------------------------------------------------------------------------------------------


def _deadlines(block: Block, world: World, handled: frozenset[str], act: Goal | None = None) -> Iterator[Diagnostic]:
    """`handled`: events that a policy around the block has; `act`: the goal whose own block it is."""
    handled |= {event.text for policy in block.policies for event in policy.events}
    if block.within is not None and "timeout" not in handled:
        lines = [*lines_in(block), *((act,) if act is not None else ())]
        people = {name: goal for goal in reversed(lines) if isinstance(goal, Goal) for name in _people(goal, world)}
        for name, goal in sorted(people.items()):
            message = f"this deadline hangs on {name}, whose time is usual and bound by nobody, and no policy says what then"
            at, who = goal.span.labelled(f"done by {name}"), world.cell.people[name].span.labelled("declared here")
            yield warning("W104", message, block.within.span, at, who, help="Add `on timeout: …`; without it the run holds.")
    for line in block.lines:
        for inner in inner_blocks(line):
            yield from _deadlines(inner, world, handled, line if isinstance(line, Goal) else None)


def _people(goal: Goal, world: World) -> set[str]:
    words = {role.value.path[0] for role in goal.roles if isinstance(role.value, Ref)}
    return words & set(world.cell.people)
