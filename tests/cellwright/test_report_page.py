"""A run as a page: it asks for nothing, shows hostile names as characters, and the same run gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from cell.events import Event, EventRaised, RunOpened
from cell.steps import RunProgram
from cellwright.report.axis import Axis
from cellwright.report.bars import actual_bars, planned_bars, resource_of
from cellwright.report.course import Stay
from cellwright.report.gantt import gantt
from cellwright.report.gathered import gathered
from cellwright.report.markup import element, name, visible
from cellwright.report.page import run_page
from cellwright.report.record import Record
from cellwright.report.replay_section import replay_section
from cellwright.report.stays import robot_stays
from cellwright.report.zone_picture import zone_section
from controller.journal.folder import RunFolder
from tests.controller.tending import Tended, tend
from tests.journals.packing import recordings, unpacked
from tui.event_text import event_line

HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[2J\u202eevil\x00\u05e9\u05dc\u05d5\u05dd" + "a" * 10_000
WHOLE = {
    "html",
    "head",
    "body",
    "style",
    "title",
    "script",
    "section",
    "table",
    "svg",
    "p",
    "div",
    "details",
    "bdi",
    "button",
    "text",
}


class Seen(HTMLParser):
    """What a browser would find: tags that are left open, attributes, and each script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.is_data = False
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.code: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        self.is_data = ("type", "application/json") in attrs
        if tag in WHOLE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(key, value or "") for key, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag in WHOLE:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            if not self.is_data:
                self.code.append((self.open[-1], data))
        else:
            self.texts.append(data)


@pytest.fixture(scope="module")
def tended() -> Tended:
    return tend()


def record(tended: Tended) -> Record:
    return Record(gathered(tended.record.events, event_line), tended.record.summary, no_ground="nothing is drawn")


def of_run(run: RunFolder) -> Record:
    return Record(gathered(run.each_event(), event_line), run.summary(), no_ground="nothing is drawn")


def test_nothing_of_the_page_comes_from_elsewhere(tended: Tended) -> None:
    seen = Seen(run_page(record(tended)))
    assert seen.open == []
    assert not seen.tags & {"img", "link", "iframe", "object", "base", "form"}
    keys = {key for key, _ in seen.attributes}
    assert not {key for key in keys if key.startswith("on")} | keys & {"src", "style", "action", "srcset"}
    assert all(value.startswith("#") for key, value in seen.attributes if key == "href")
    assert not any("url(" in text or "import" in text for kind, text in seen.code if kind == "style")


def test_its_policy_admits_the_scripts_and_styles_that_stand_in_it_and_no_others(tended: Tended) -> None:
    seen = Seen(run_page(record(tended)))
    (policy,) = (value for key, value in seen.attributes if key == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for _, text in seen.code}
    assert hashes == set(re.findall(r"'sha256-([^']+)'", policy))


def test_the_same_run_gives_the_same_bytes(tended: Tended) -> None:
    assert run_page(record(tended)) == run_page(record(tended))


def test_hostile_names_are_shown_as_characters(tended: Tended) -> None:
    summary, events = tended.record.summary, tended.record.events
    parts = (replace(summary.parts[0], id=HOSTILE, kind=HOSTILE, where="", note=HOSTILE),)
    wrong = replace(summary, run_id=HOSTILE, held_because=HOSTILE, parts=parts)
    raised = EventRaised(events[-1].at, events[-1].of, HOSTILE, HOSTILE, None)
    page = run_page(Record(gathered((*events, raised), said_plainly), wrong, no_ground=HOSTILE, damage=HOSTILE))
    seen = Seen(page)
    assert seen.open == []
    assert "img" not in seen.tags
    assert len([kind for kind, _ in seen.code if kind == "script"]) == 2
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)
    assert "\u05e9\u05dc\u05d5\u05dd" in page
    assert len(page) < len(run_page(record(tended))) + 30 * 600


def test_hostile_names_are_shown_as_characters_in_pictures_and_in_what_the_script_reads(tended: Tended) -> None:
    taken = gathered(tended.record.events, event_line).course.told()
    runs = tuple(replace(r, step=replace(r.step, part=HOSTILE, robot=r.step.robot and HOSTILE)) for r in taken.runs)
    wrong = replace(taken, runs=runs, people=(Stay(HOSTILE, "", 0.0, 1.0),))
    for part in (gantt(wrong), zone_section(wrong), replay_section({"texts": [HOSTILE]}, HOSTILE, 0.0)):
        seen = Seen(part.text)
        assert seen.open == []
        assert "img" not in seen.tags
        assert "onerror" not in {key for key, _ in seen.attributes}
        assert "\u202e" not in part.text


def said_plainly(event: Event) -> str | None:
    return event.text if isinstance(event, EventRaised) else event_line(event)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("\u202eab", "\\u202eab"),
        ("a\tb", "a b"),
        ("é", "é"),
        ("x" * 300, "x" * 240 + "… (300 characters)"),
    ],
)
def test_a_text_is_visible_and_of_a_length_that_can_be_read(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_text_is_escaped_and_markup_is_not() -> None:
    assert element("p", "<b>", name("a&b"), x=1.5).text == '<p x="1.5">&lt;b&gt;<bdi>a&amp;b</bdi></p>'
    assert element("a", title='"><b>').text == '<a title="&quot;&gt;&lt;b&gt;"></a>'


def test_each_resource_is_busy_for_the_time_of_its_steps(tended: Tended) -> None:
    taken = gathered(tended.record.events, event_line).course.told()
    ran = [run for run in taken.runs if isinstance(run.step.action, RunProgram)]
    assert ran
    assert {run.end for run in taken.runs} == {"confirmed"}
    bars = [bar for bar in actual_bars(taken) if bar.resource == "lathe"]
    assert sum(bar.works for bar in bars) == pytest.approx(sum(run.stop - run.start for run in ran))
    for resource in {bar.resource for bar in actual_bars(taken)}:
        steps = [run.stop - run.start for run in taken.runs if resource_of(run.step) == resource]
        assert sum(bar.works for bar in actual_bars(taken) if bar.resource == resource) == pytest.approx(sum(steps))
    meant = [bar for bar in planned_bars(taken) if bar.resource == "lathe"]
    assert [bar.part for bar in meant] == [bar.part for bar in bars]
    asked = [step for laid in taken.plans for step in laid.steps(taken.adverse) if isinstance(step.action, RunProgram)]
    assert sum(bar.works for bar in meant) == pytest.approx(sum(step.duration for step in asked))


def test_a_run_without_its_first_event_has_no_page(tended: Tended) -> None:
    with pytest.raises(ValueError, match="first event"):
        run_page(replace(record(tended), seen=gathered((), event_line)))


def test_a_run_that_ended_before_its_first_plan_has_a_page(tended: Tended) -> None:
    page = run_page(replace(record(tended), seen=gathered(tended.record.events[:1], event_line)))
    assert Seen(page).open == []
    assert "No plan was released." in page
    assert "No step was planned or done." in page


def test_a_long_axis_has_ticks_that_can_be_told_apart() -> None:
    for end in (0.0, 3.0, 2_000.0, 30_000.0, 400_000.0):
        axis = Axis(end)
        places = [axis.x(tick) for tick in axis.ticks()]
        assert all(b - a >= 80.0 for a, b in pairwise(places))
        assert len(places) >= 1


def pages(run: RunFolder) -> None:
    told = of_run(run)
    page = run_page(told)
    seen = Seen(page)
    assert seen.open == []
    anchors = [value for key, value in seen.attributes if key == "id"]
    assert len(anchors) == len(set(anchors))
    assert {value[1:] for key, value in seen.attributes if key == "href"} <= set(anchors)
    assert told.summary.state in page


def test_somebody_in_a_zone_and_what_was_held_are_told(tmp_path: Path) -> None:
    recorded = next(path for path in recordings() if path.name.startswith("gantry-slowed"))
    run = unpacked(recorded, tmp_path)
    pages(run)
    taken = gathered(run.each_event(), event_line).course.told()
    assert taken.people
    assert all(stay.start < stay.stop <= taken.end for stay in taken.people)
    assert any(isinstance(event, RunOpened) for event in run.events())
    moved = [r for r in taken.runs if r.step.robot is not None]
    assert all(s.who in {r.step.robot for r in moved} for s in robot_stays(taken))


@pytest.mark.slow
@pytest.mark.parametrize("recorded", recordings(), ids=lambda path: path.name.partition(".")[0])
def test_every_recorded_run_has_a_page(recorded: Path, tmp_path: Path) -> None:
    pages(unpacked(recorded, tmp_path))
