"""Verbs of a package that are offered: done by a station to a part, told by a person, done by a thing to itself."""

from __future__ import annotations

from functools import cache

import pytest

from cell.events import EventRaised
from cell.scenario import Reject
from cell.standard_verbs import STANDARD
from cell.steps import Await, Service, Treat
from cell.vocabulary import OutcomeSchema, RoleSchema, VerbSchema
from cellwright.word_rules import flaws
from tests.constructs.bench import Bench
from tests.constructs.test_planned_later import CELL as DESK

AT = RoleSchema(name="at", types=("station",), doc="Where.", required=True)
BY = RoleSchema(name="by", types=("person",), doc="Who.", required=True)
RINSE = VerbSchema(
    name="rinse", doc="It is rinsed.", objects=("part",), roles=(AT,), offered=True, duration="offer", planned=True
)
APPROVE = VerbSchema(
    name="approve", doc="It is known whether it may go out.", objects=("part",), roles=(BY,), offered=True, duration="offer",
    planned=True, tells=(OutcomeSchema(name="approval", values=("granted", "denied"), adverse=("denied",), doc=""),),
)  # fmt: skip
DRAIN = VerbSchema(
    name="drain", doc="It is empty.", objects=("station",), offered=True, carries=False, duration="offer", planned=True
)
WORDS = STANDARD.extended_with(verbs=[RINSE, APPROVE, DRAIN])
CELL = DESK.replace("offers inspect for 4 s", "offers rinse for 4 s\n  offers drain for 10 s").replace(
    "offers [inspect, label]", "offers approve"
)
INTENT = """
for each s in infeed {
  rinse s at gauge
  move s to desk
  approve s by ann
  when s.approval is denied {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
}
every 2 h {
  drain gauge
}
"""


@cache
def bench(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "shaft", intent, 5, WORDS)


def test_they_are_planned_proved_and_run_like_ours() -> None:
    assert tuple(flaws(STANDARD, WORDS)) == ()
    actions = [step.action for step in bench().planned().expect().tasks.steps]
    assert {a.verb for a in actions if isinstance(a, Treat | Service)} == {"rinse", "drain"}
    assert {(a.verb, a.outcome) for a in actions if isinstance(a, Await)} == {("approve", "approval")}
    ran = bench().run(Reject(1))
    assert ran.record.summary.state == "Complete", ran.record.summary.held_because
    assert len(ran.lying["scrap"]) == 1
    assert all(("gauge", "rinse") in part.programs for part in ran.truth.parts)


def test_an_adverse_value_that_nobody_asks_about_is_an_event() -> None:
    text = INTENT[: INTENT.index("  when")] + "  move s to outfeed\n}\n"
    ran = bench(text).run(Reject(1))
    assert [event.event for event in ran.all(EventRaised)] == ["denied"]
    assert ran.record.summary.state == "Held"


@pytest.mark.parametrize("verb", ["rinse", "drain", "approve"])
def test_what_nobody_offers_is_said_at_the_line(verb: str) -> None:
    cell = CELL.replace(f"offers {verb}", "offers label")
    with pytest.raises(AssertionError, match="E233"):
        assert not Bench.of(cell, "shaft", INTENT, 5, WORDS).planned().diagnostics
