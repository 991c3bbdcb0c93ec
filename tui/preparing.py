"""From what the user named, an intent or a plan file, to a plan proved in this process: what plan, simulate and run share.

A plan file is untrusted: its sources are read again and it is proved again. Nothing is printed here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cell.diagnostic import Diagnostic, Outcome, WhyNot
from cell.orders import Order
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cellwright.by_hand import read_by_hand
from cellwright.order_files import read_order_file
from cellwright.reading import Reading, read
from cellwright.session import load_plan, make_plan, release_plan, request_for
from cellwright.shown import shown, shown_texts
from cellwright.starting_again import Ready as Ready
from cellwright.starting_again import begun_in
from cellwright.workshop import Workshop
from tui.arguments import settings_of
from tui.exit_codes import DRIVER, PROBLEM, USAGE

UNREADABLE = frozenset({"E279", "E670", "E671", "E284", "E285", "E286", "E287", "R757"})
"""A plan or a file of orders that cannot be read, or a cell that somebody else has, is a matter of usage, not of the intent."""
UNDRIVEN = frozenset({"E290", "E291", "E293", "E295"})
"""The cell can be planned for, and this machine cannot run it."""
Admits = Callable[[Reading], tuple[Diagnostic, ...]]
"""Why the cell that was read is not to be planned for; nothing where it is."""


REFUSED = WhyNot("gave up", budget="one plan, which the proof refuses")


@dataclass(frozen=True, slots=True)
class Prepared:
    """`ready` is None where `diagnostics` say why; `why` says of which kind that is where planning has come to nothing. `texts`
    are for excerpts, by file name."""

    ready: Ready | None
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    why: WhyNot | None = None

    @property
    def refusal(self) -> int:
        """The exit code for a preparation that came to nothing."""
        if any(d.is_error and d.code in UNDRIVEN for d in self.diagnostics):
            return DRIVER
        return USAGE if any(d.code in UNREADABLE for d in self.diagnostics) else PROBLEM


def is_text(file: str) -> bool:
    return Path(file).suffix in (".intent", ".cell")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks for beside the file: the value of each param, another cell file, the orders file, robots that may not
    be used, whether more orders may come; whether robots are only moved by hand, and what hands hold then."""

    settings: Mapping[str, str]
    cell: str | None = None
    seed: int = 0
    without: frozenset[str] = frozenset()
    orders: str | None = None
    is_continuous: bool = False
    is_manual: bool = False
    holds: tuple[tuple[str, str], ...] = ()


def asked_of(arguments: argparse.Namespace) -> Asked:
    return Asked(
        settings_of(arguments),
        arguments.cell,
        arguments.seed,
        frozenset(arguments.without),
        arguments.orders,
        getattr(arguments, "continuous", False),
        getattr(arguments, "manual", False),
        tuple(getattr(arguments, "holds", ())),
    )


def prepare(file: str, asked: Asked, workshop: Workshop, admits: Admits = lambda reading: ()) -> Prepared:
    """`admits` is asked as soon as the cell is read. Raises OSError where a file that the user named, or that the plan names,
    cannot be read."""
    if not is_text(file):
        return _from_plan(file, asked, workshop, admits)
    workshop.progress("reading", 0, 0)
    reading = (read_by_hand if asked.is_manual else read)(file, asked.settings, asked.cell)
    if refused := admits(reading):
        return Prepared(None, refused, reading.texts)
    orders = _orders(asked, reading)
    if orders.value is None:
        return Prepared(None, orders.diagnostics, reading.texts)
    workshop.progress("robots", 0, 0)
    begins_in = begun_in(asked.is_manual, reading, asked.holds)
    if begins_in.diagnostics:
        return Prepared(None, begins_in.diagnostics, reading.texts)
    request = request_for(reading, workshop, asked.seed, begins_in.value, asked.without, orders.value, asked.is_continuous)
    if request.value is None:
        return Prepared(None, request.diagnostics, reading.texts)
    made = make_plan(request.value, workshop)
    found = (*request.diagnostics, *made.diagnostics)
    if made.value is None:
        return Prepared(None, _once(found), reading.texts, made.why)
    proved = _released(release_plan(made.value, request.value, workshop), reading, request.value, found)
    return proved if proved.ready is not None else replace(proved, why=REFUSED)


def _orders(asked: Asked, reading: Reading) -> Outcome[tuple[Order, ...]]:
    """None where no file is named, or where the cell is not known."""
    if asked.orders is None or reading.cell is None:
        return Outcome(())
    found = read_order_file(asked.orders, reading.cell)
    return Outcome(None if found.value is None else found.value.orders, found.diagnostics)


def _from_plan(file: str, asked: Asked, workshop: Workshop, admits: Admits) -> Prepared:
    workshop.progress("reading", 0, 0)
    loaded = load_plan(file, asked.cell)
    if loaded.value is None:
        return Prepared(None, loaded.diagnostics, {})
    plan, reading = loaded.value.plan, loaded.value.reading
    if refused := admits(reading):
        return Prepared(None, refused, shown_texts(reading))
    orders = _orders(asked, reading)
    if orders.value is None:
        return Prepared(None, orders.diagnostics, {})
    workshop.progress("robots", 0, 0)
    request = request_for(reading, workshop, plan.tasks.seed, None, asked.without, orders.value, asked.is_continuous)
    found = (*loaded.diagnostics, *request.diagnostics)
    if request.value is None:
        return Prepared(None, shown(reading, _once(found)), shown_texts(reading))
    return _released(release_plan(plan, request.value, workshop), reading, request.value, found)


def _released(
    proved: Outcome[ReleasedPlan], reading: Reading, request: PlanningRequest, before: tuple[Diagnostic, ...]
) -> Prepared:
    found = _once((*before, *proved.diagnostics))
    ready = None if proved.value is None else Ready(reading, request, proved.value)
    return Prepared(ready, shown(reading, found), shown_texts(reading))


def _once(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(diagnostics))
