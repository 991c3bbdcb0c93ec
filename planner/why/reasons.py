"""What is told where there is no schedule: the cause once, and not what only follows from it; and of which kind it is.

A schedule that lacks a motion complains of the place that nothing serves, or of an order that it did not find. The motion stage
has said why there is no such motion, so that is told, together with the line that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from cell.diagnostic import Diagnostic, Kind, Span
from cell.model import CellModel
from cell.steps import AtHub, AtPlace, MotionNeed
from planner.why.kinds import BY_BRANCHES, PROVED, PROVED_OF_MOTIONS, UNSUPPORTED, kind_of

Refused = Mapping[MotionNeed, tuple[Diagnostic, ...]]

NO_WAY = "E603"
FOLLOWING = frozenset({NO_WAY, "E615", "E691"})
"""What a schedule says that lacks a motion."""
NO_REST = frozenset({"E325", "E327", "E328", "E422"})
NO_HUB = "E323"
"""Where a robot cannot rest at home, the same thing mostly keeps it from waiting near its equipment."""


def told(complaints: tuple[Diagnostic, ...], refused: Refused, cell: CellModel) -> tuple[Diagnostic, ...]:
    """`complaints` of the schedule, and what lies beneath them before them."""
    following = tuple(d for d in complaints if d.code in FOLLOWING)
    causes = _causes(following, refused, cell)
    if not any(d.is_error for d in causes):
        return complaints
    no_way = [d for d in following if d.code == NO_WAY and d.spans]
    others = (span for d in no_way for span in d.spans[2:])  # the robots that cannot do it at all, labelled with why
    lines = tuple(dict.fromkeys((*(d.spans[0].labelled("for this line") for d in no_way), *others)))
    return tuple(dict.fromkeys((*(_with_lines(d, lines) for d in causes), *(d for d in complaints if d not in following))))


def kind_told(complaints: tuple[Diagnostic, ...], refused: Refused, cell: CellModel, knows_all: Callable[[str], bool]) -> Kind:
    """Of which kind it is that there is no schedule. What follows from a motion that was not found is proved where every cause
    is; `knows_all`: whether all branches of that robot's inverse kinematics are known."""
    following = tuple(d for d in complaints if d.code in FOLLOWING)
    causes = tuple(d for d in _causes(following, refused, cell) if d.is_error)
    if not causes:
        return kind_of(complaints)
    rest = tuple(d for d in complaints if d not in following)
    proved = PROVED_OF_MOTIONS if all(knows_all(name) for name in {n.robot for n in refused}) else PROVED_OF_MOTIONS - BY_BRANCHES
    if any(d.code == NO_WAY for d in following) and all(d.code in proved for d in causes):
        return kind_of(rest + causes, PROVED | proved)
    return kind_of((*rest, *(d for d in causes if d.code in UNSUPPORTED)))


def _causes(following: tuple[Diagnostic, ...], refused: Refused, cell: CellModel) -> tuple[Diagnostic, ...]:
    """Why motions were refused, each cause once: those at the equipment that is complained of, else all."""
    spans = {span for d in following for span in d.spans}
    named = {name for name, thing in cell.equipment.items() if thing.span in spans}
    near = _once(d for need, reasons in refused.items() if named & set(_served(need, cell)) for d in reasons)
    causes = near or _once(d for reasons in refused.values() for d in reasons)
    cannot_rest = any(d.code in NO_REST for d in causes)
    return tuple(d for d in causes if not (cannot_rest and d.code == NO_HUB))


def _served(need: MotionNeed, cell: CellModel) -> Iterator[str]:
    for stance in (need.start, need.end):
        match stance:
            case AtPlace(place):
                yield cell.places[place].equipment
            case AtHub(equipment):
                yield equipment
            case _:
                pass


def _once(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """One of each code about the same things: another hand or another grasp adds nothing."""
    seen: dict[tuple[str, tuple[Span, ...]], Diagnostic] = {}
    for diagnostic in diagnostics:
        seen.setdefault((diagnostic.code, diagnostic.spans), diagnostic)
    return tuple(seen.values())


def _with_lines(cause: Diagnostic, lines: tuple[Span, ...]) -> Diagnostic:
    return replace(cause, spans=(*cause.spans, *lines))
