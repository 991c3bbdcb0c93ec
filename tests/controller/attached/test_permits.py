"""The table of docs/how_to/attach.md: each verb in each state and for each role, handed on or refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map

from cell.orders import Item, Order
from cell.run import PackState
from controller.alarms import Alarm, Alarms, Cause
from controller.approved import Approved
from controller.attached.messages import (
    AcknowledgeAlarm,
    AddOrder,
    Answer,
    Ask,
    CancelOrder,
    Confirm,
    HoldKey,
    LetGoKey,
    LookAgain,
    Looked,
    OpenQuestion,
    Request,
    ShelveAlarm,
    Snapshot,
    Subscribe,
    UnshelveAlarm,
    Watch,
    WatchWork,
)
from controller.attached.permits import Standing, may_not, refusal
from controller.past_orders import with_past
from controller.run_state import NOTHING_YET, Manual, Question, RunState
from tests.controller.jogged import AHEAD, in_production

ITEMS = (Item("shaft", 1),)
ORDERS = Map({"WO-1": Order("WO-1", "orders", ITEMS)})
NEW = Alarm(Cause("device lathe jam", 2, "R721", "lathe: jam", "clear the fault at lathe"), 1)
SHELVED = Alarm(Cause("short infeed", 3, "", "waiting: infeed", "bring parts"), 1, 1, None, "ann", 900, "they come", "ann")
PEOPLE = Alarm(Cause("zone aisle", 3, "", "somebody is in aisle", "leave aisle", is_shelvable=False), 1)
LOOKED = Looked(1, 0, (), (OpenQuestion("q1", "Was it done?", ("done",), "done"),), None, None, 1, True, None)


def state(pack: PackState, is_over: bool = False) -> RunState:
    """With a question open, an order there and one that is over, one alarm that nobody has acknowledged, one that is shelved."""
    return replace(
        NOTHING_YET,
        pack=pack,
        is_over=is_over,
        trouble=replace(NOTHING_YET.trouble, questions=Map({"q1": Question("Was it done?", ("done", "not done"))})),
        belief=replace(NOTHING_YET.belief, orders=ORDERS, past_orders=with_past(Map(), ["WO-0"])),
        alarms=Alarms(listed=Map({alarm.cause.key: alarm for alarm in (NEW, SHELVED, PEOPLE)})),
    )


def answered(manual: Manual | None = None) -> RunState:
    """A hold of a run that was asked no question yet, or none any more: an answer to one means nothing."""
    held = in_production()
    there = state("Held")
    return replace(held, belief=replace(held.belief, orders=there.belief.orders), alarms=there.alarms, manual=manual)


PACKS: tuple[PackState, ...] = ("Starting", "Execute", "Holding", "Held", "Suspended", "Stopping")
STANDINGS: dict[str, Standing] = {
    "preparing": Standing("preparing", NOTHING_YET),
    "ready": Standing("ready", NOTHING_YET),
    "looked": Standing("looked", state("Held"), LOOKED),
    "looking": Standing("looking", state("Held"), LOOKED),
    **{pack: Standing("running", state(pack)) for pack in PACKS[:4]},
    "answered": Standing("running", answered()),
    "manual": Standing("running", answered(Manual())),
    **{pack: Standing("running", state(pack)) for pack in PACKS[4:]},
    "over": Standing("over", state("Complete", is_over=True)),
}
REQUESTS: dict[str, Request] = {
    "start": Ask(1, "start"),
    "hold": Ask(1, "hold"),
    "resume": Ask(1, "resume"),
    "stop": Ask(1, "stop"),
    "quick stop": Ask(1, "quick stop"),
    "abort": Ask(1, "abort"),
    "clear": Ask(1, "clear"),
    "reset": Ask(1, "reset"),
    "finish": Ask(1, "finish"),
    "manual": Ask(1, "manual"),
    "production": Ask(1, "production"),
    "Answer": Answer(1, "q1", "done"),
    "AddOrder": AddOrder(1, Order("WO-2", "orders", ITEMS)),
    "CancelOrder": CancelOrder(1, "WO-1"),
    "AcknowledgeAlarm": AcknowledgeAlarm(1, NEW.cause.key),
    "ShelveAlarm": ShelveAlarm(1, NEW.cause.key, 600.0, "the fitter comes"),
    "UnshelveAlarm": UnshelveAlarm(1, SHELVED.cause.key),
    "LookAgain": LookAgain(1),
    "Confirm": Confirm(1, 1),
    "HoldKey": HoldKey(1, AHEAD, True),
    "LetGoKey": LetGoKey(1),
    "Subscribe": Subscribe(1, 0),
    "Snapshot": Snapshot(1),
    "Watch": Watch(1),
    "WatchWork": WatchWork(1),
}
PAGE = Path(__file__).resolve().parents[3] / "docs/how_to/attach.md"


def table() -> dict[str, dict[str, bool]]:
    """As the page has it."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert all(cell in ("yes", "") for row in rows for cell in row[1:])
    return {row[0].strip("`"): {name: cell == "yes" for name, cell in zip(head[1:], row[1:], strict=True)} for row in rows}


@pytest.mark.parametrize("verb", REQUESTS)
def test_what_an_operator_asks_is_handed_on_where_the_page_says_so(verb: str) -> None:
    there = table()[verb]
    reasons = {name: refusal(standing, REQUESTS[verb]) for name, standing in STANDINGS.items()}
    assert {name: reason is None for name, reason in reasons.items()} == there
    assert all(reason is None or len(reason) > 10 for reason in reasons.values())


def test_the_page_has_every_verb_and_every_state() -> None:
    assert set(table()) == set(REQUESTS)
    assert all(set(row) == set(STANDINGS) for row in table().values())


@pytest.mark.parametrize("verb", REQUESTS)
def test_a_viewer_only_looks(verb: str) -> None:
    may_look = verb in ("Subscribe", "Snapshot", "Watch", "WatchWork")
    assert (may_not("view", REQUESTS[verb]) is None) == may_look
    assert may_not("operate", REQUESTS[verb]) is None
    assert may_not("engineer", REQUESTS[verb]) is None


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Answer(1, "q2", "done"), "nobody asks 'q2'"),
        (Answer(1, "q1", "perhaps"), "'perhaps' is none of the answers: done, not done"),
        (AddOrder(1, Order("WO-1", "orders", ITEMS)), "there is an order WO-1 already"),
        (AddOrder(1, Order("WO-0", "orders", ITEMS)), "there is an order WO-0 already"),
        (CancelOrder(1, "WO-9"), "there is no order 'WO-9'"),
        (CancelOrder(1, "WO-0"), None),
        (AcknowledgeAlarm(1, "hold"), "there is no alarm 'hold'"),
        (AcknowledgeAlarm(1, "short infeed"), "ann has acknowledged it already"),
        (UnshelveAlarm(1, "zone aisle"), "it is not shelved"),
        (ShelveAlarm(1, "device lathe jam", 7 * 86_400.0 + 1.0, "long"), "an alarm is shelved for at most 7 days"),
        (ShelveAlarm(1, "device lathe jam", 0.0, "short"), "an alarm is shelved for longer than no time"),
        (ShelveAlarm(1, "device lathe jam", 60.0, " "), "an alarm is shelved for a reason, of at most 200 characters"),
        (ShelveAlarm(1, "device lathe jam", 60.0, "x" * 201), "an alarm is shelved for a reason, of at most 200 characters"),
        (
            ShelveAlarm(1, "zone aisle", 60.0, "they sweep"),
            "it may not be shelved: it tells of people, or of a device that may not stand still when it is told to",
        ),
    ],
)
def test_what_is_not_there_is_named(request_: Request, reason: str | None) -> None:
    assert refusal(STANDINGS["Held"], request_) == reason


def test_beyond_a_shift_only_an_engineer_shelves() -> None:
    shift, longer = (ShelveAlarm(1, NEW.cause.key, 8 * 3600.0 + more, "the part is ordered") for more in (0.0, 1.0))
    assert (may_not("operate", shift), may_not("engineer", longer)) == (None, None)
    assert refusal(STANDINGS["Held"], longer) is None
    told = "a terminal with the role operate shelves for at most 8 hours: attach with the role engineer"
    assert may_not("operate", longer) == told


@pytest.mark.parametrize(
    ("grants", "is_wider"),
    [
        (Approved(("g1",), ("aisle",), ("move",), 90.0), False),
        (Approved(("g1", "g2"), ("aisle",), ("move",), 30.0), True),
        (Approved(("g1",), ("aisle", "gate"), ("move",), 30.0), True),
        (Approved(("g1",), (), ("move", "glue"), 30.0), True),
        (None, False),
    ],
)
def test_what_goes_beyond_what_was_approved_is_an_engineers_to_take_and_a_longer_takt_an_operators(
    grants: Approved | None, is_wider: bool
) -> None:
    questions = Map({"q1": Question("Go on so?", ("go on", "not so"), grants=grants)})
    approved = Approved(("g1",), ("aisle",), ("move",), 30.0)
    asked = replace(NOTHING_YET, trouble=replace(NOTHING_YET.trouble, questions=questions, approved=approved))
    assert (may_not("operate", Answer(1, "q1", "go on"), asked) is not None) == is_wider
    assert may_not("operate", Answer(1, "q1", "not so"), asked) is None
    assert may_not("engineer", Answer(1, "q1", "go on"), asked) is None
    assert may_not("view", Answer(1, "q1", "not so"), asked) is not None


def test_a_key_of_another_terminal_is_named() -> None:
    held = answered(Manual(wanted=AHEAD, who="ann", terminal=1, is_held=True))
    assert refusal(Standing("running", held, terminal=1), HoldKey(1, AHEAD, True)) is None
    assert refusal(Standing("running", held, terminal=2), HoldKey(1, AHEAD, True)) == "ann holds a key at another terminal"


def test_a_look_that_is_not_the_newest_or_has_an_open_question_is_not_confirmed() -> None:
    assert refusal(STANDINGS["looked"], Confirm(1, 7)) == "look 7 is not the newest one, which is 1"
    opened = replace(LOOKED, questions=(replace(LOOKED.questions[0], given=None),))
    assert refusal(Standing("looked", state("Held"), opened), Confirm(1, 1)) == "nobody has answered q1"
