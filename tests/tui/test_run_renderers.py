"""What a run came to: the promised keys, the exit code, and a text that no part can paint over."""

import json
from dataclasses import replace

import pytest

from cell.commands import Subject
from cell.device_reports import LinkReported
from cell.events import DeviceAlarm, Event, EventRaised, GoalReached, HoldRaised, PlanReleased, StepConfirmed, StepStarted
from tests.tui.samples import PLAN, SUMMARY
from tui.busy_text import Busy
from tui.event_text import event_line
from tui.run_text import run_document, run_exit_code, run_text, runs_text

PROMISED = {
    "run_id", "state", "steps_done", "steps_total", "goals_met", "goals_total", "held_because",
    "goals_skipped", "makespan_s", "parts", "violations",
}  # fmt: skip
OF = Subject("run-1", plan="p", step="s1", part="shaft#1", goal="g1")


def test_document_has_the_keys_that_are_promised() -> None:
    document = json.loads(json.dumps(run_document(SUMMARY)))
    assert document.keys() >= PROMISED
    assert [part["where"] for part in document["parts"]] == ["outfeed[1]", "outfeed[2]", None]
    assert document["parts"][0]["outcomes"] == {"verdict": "accept"}


@pytest.mark.parametrize(
    ("state", "skipped", "strict", "code"),
    [
        ("Complete", 0, False, 0),
        ("Complete", 0, True, 0),
        ("Complete", 2, False, 0),
        ("Complete", 2, True, 1),
        ("Held", 0, False, 4),
        ("Stopped", 0, True, 4),
        ("Aborted", 0, False, 4),
        ("Interrupted", 0, False, 4),
    ],
)
def test_exit_code_says_how_it_ended(state: str, skipped: int, strict: bool, code: int) -> None:
    assert run_exit_code(replace(SUMMARY, state=state, goals_skipped=skipped), strict) == code


def test_text_counts_parts_by_where_they_are() -> None:
    waiting = replace(SUMMARY, state="Unholding", waits_for=("the link to lathe, for 120 s at most",))
    assert "  waits for the link to lathe, for 120 s at most\n" in run_text(waiting, colour=False)
    assert "  waits for rb.coupling\n" in run_text(replace(SUMMARY, state="Holding", waits_for=("rb.coupling",)), colour=False)
    text = run_text(replace(SUMMARY, held_because="R701 Check gripper pads"), colour=False)
    assert "2 shaft in outfeed" in text
    assert "1 shaft lost: fell\\x1b[2J" in text
    assert "R701 Check gripper pads" in text
    assert "\x1b" not in text


def test_runs_stand_in_columns() -> None:
    lines = runs_text([SUMMARY, replace(SUMMARY, run_id="20261123-10", state="Held", pid=4711)]).splitlines()
    assert lines[0].split() == ["run", "state", "goals", "steps", "makespan", "pid"]
    assert len({line.index(word) for line, word in zip(lines, ("state", "Complete", "Held"), strict=True)}) == 1
    assert lines[2].endswith("4711")


def test_lines_of_events_name_part_and_cause() -> None:
    assert event_line(EventRaised(0, OF, "grip_lost", "slipped", None)) == "grip_lost (shaft#1): slipped (no policy has it)"
    assert event_line(HoldRaised(0, OF, "R701", "Check gripper pads", ())) == "held, R701: Check gripper pads"
    assert event_line(GoalReached(0, OF)) == "goal g1 reached (shaft#1)"
    assert event_line(StepConfirmed(0, OF)) is None
    assert event_line(DeviceAlarm(0, OF, "lathe", True, "7", "\x1b[2J")) == "alarm of lathe: 7 \\x1b[2J"
    assert event_line(LinkReported(0, OF, "arm", False, "it is cut")) == "no link to arm: it is cut"
    assert event_line(LinkReported(0, OF, "arm", False, "")) == "no link to arm"


def busy_lines_of(events: tuple[Event, ...]) -> list[str]:
    busy = Busy()
    assert tuple(busy.passing(events)) == events
    return list(busy.lines())


def test_busy_share_counts_overlapping_steps_once() -> None:
    def at(seconds: float, kind: type[StepStarted] | type[StepConfirmed], name: str) -> StepStarted | StepConfirmed:
        return kind(int(seconds * 1e9), Subject("run-1", plan=PLAN.plan_id, step=name))

    events = (
        PlanReleased(0, Subject("run-1", plan=PLAN.plan_id), 1, PLAN, 2, ()),
        at(0, StepStarted, "s1"),
        at(30, StepStarted, "s2"),
        at(40, StepConfirmed, "s1"),
        at(50, StepStarted, "s3"),
        at(50, StepConfirmed, "s2"),
        at(100, StepConfirmed, "s3"),
    )
    robot, lathe = busy_lines_of(events)
    assert robot.split()[0] == "r1"
    assert robot.endswith("50 %")
    assert robot.count("█") == 15
    assert lathe.endswith("50 %")
    assert busy_lines_of(()) == []
