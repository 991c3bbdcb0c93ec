"""A plan as text, as a picture of characters and as a graph."""

import re
from dataclasses import replace

import pytest

from cell.task_plan import TaskPlan
from cellwright.times import lasting
from tests.tui.samples import LINE, PLAN, RELEASED, STEPS, TASKS, TRAVEL, step
from tui.plan_graph import plan_graph
from tui.plan_text import plan_text
from tui.schedule_picture import schedule_picture


def figures(text: str) -> dict[str, str]:
    return dict(re.findall(r"^  ([a-z][a-z ]+?)  +(.+)$", text, re.MULTILINE))


def test_figures_are_those_of_the_plan() -> None:
    told = figures(plan_text(RELEASED, 80, colour=False, everything=False))
    assert told["makespan"] == "1 min 20 s"
    assert told["lower bound"].startswith("1 min 15 s")
    assert told["gap"] == "6.7 %"
    assert told["takt"] == "40.0 s a part"
    assert told["bottleneck"] == "lathe"
    assert told["one by one"] == "1 min 40 s; this plan takes 20 % less"
    assert told["proved"] == "2 obligations: 1 for all durations, 1 at the declared durations"
    assert told["assumed"].startswith("1 sentence")


def test_obligations_are_listed_apart_by_what_they_hold_for() -> None:
    short = plan_text(RELEASED, 80, colour=False, everything=False)
    text = plan_text(RELEASED, 80, colour=False, everything=True)
    assert "r1 touches nothing" not in short
    always, declared, assumed = (text.index(f"\n{title}\n") for title in (
        "proved for all durations", "proved at the declared durations", "assumed",
    ))  # fmt: skip
    assert always < text.index("r1 touches nothing") < declared < text.index("within 45 min") < assumed
    assert "margin 0.0042" in text
    assert "(a.intent:5)" in text
    assert "the shafts lie where the cell file says" in text


def test_picture_has_a_block_where_the_resource_is_busy() -> None:
    ruler, robot, *rows = schedule_picture(TASKS, 100).splitlines()
    lathe = next(row for row in rows if row.startswith("lathe"))
    gauge = next(row for row in rows if row.startswith("gauge"))
    start = ruler.index("0:00")
    scale = (ruler.index("0:10") - start) / 10.0  # columns a second

    def at(row: str, seconds: float) -> str:
        return row[start + int(seconds * scale)]

    assert robot.startswith("r1")
    assert at(lathe, 10) == at(lathe, 70) == "·"
    assert at(lathe, 25) == at(lathe, 55) == "█"
    assert at(gauge, 55) == "·"
    assert at(gauge, 75) == "█"
    assert at(robot, 12) == "█"
    assert at(robot, 32) == "▒"  # the second shaft is told apart from the first
    assert at(robot, 25) == "·"
    assert " 1 " in lathe


@pytest.mark.parametrize("width", [40, 80, 110, 200])
def test_picture_keeps_its_width(width: int) -> None:
    for duration in (12.0, 4.9, 33.0, 61.0, 202.0, 599.0, 7321.0, 1e6):
        long = (replace(STEPS[2], start=0.0, duration=duration),)
        lines = schedule_picture(replace(TASKS, steps=long), width).splitlines()
        assert max(map(len, lines)) <= width, duration
        assert len(lines[1]) > width // 4, duration


def test_picture_has_robots_first_and_then_what_is_used_first() -> None:
    rows = [line.split()[0] for line in schedule_picture(TASKS, 80).splitlines()]
    assert rows[1:] == ["r1", "lathe", "gauge"]


def test_picture_of_a_long_schedule_shows_its_first_parts_only() -> None:
    many = tuple(step(f"s{i}", STEPS[2].action, f"shaft#{i}", 60.0 * i, 50.0) for i in range(1, 40))
    picture = schedule_picture(replace(TASKS, steps=many), 100)
    assert "3" in picture
    assert len(picture.splitlines()[1]) <= 100
    assert picture.splitlines()[0].split()[-1].startswith(("3:", "2:", "4:"))


def test_picture_of_nothing_is_nothing() -> None:
    empty: TaskPlan = replace(TASKS, steps=())
    assert schedule_picture(empty, 80) == ""
    assert "first" not in plan_text(replace(RELEASED, motion_plan=replace(PLAN, tasks=empty)), 80, False, False)


def test_graph_has_a_box_a_step_and_an_edge_a_predecessor() -> None:
    graph = plan_graph(PLAN)
    for one in STEPS:
        assert graph.count(f'"{one.id}" [label=') == 1
        for before in one.predecessors:
            assert f'"{before}" -> "{one.id}";' in graph
    assert graph.count("->") == sum(len(s.predecessors) for s in STEPS)
    assert graph.count("{") == graph.count("}")
    assert '"s6" [label="s6 decide\\nshaft#1\\n80.0 s", style=dashed];' in graph


def test_graph_quotes_what_would_end_a_label() -> None:
    hostile = replace(step('s"1\\', TRAVEL, 'shaft"\x1b', 0.0, 1.0), because=LINE)
    graph = plan_graph(replace(PLAN, tasks=replace(TASKS, steps=(hostile,), operations=())))
    assert "\x1b" not in graph
    assert '"s\\"1\\\\" [label="s\\"1\\\\ travel\\nshaft\\"\\\\x1b\\n0.0 s"];' in graph


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (4.25, "4.2 s"), (59.9, "59.9 s"), (59.97, "1 min 00 s"), (3599.6, "1 h 00 min"), (4000, "1 h 06 min")],
)
def test_lengths_of_time_are_said_as_people_do(seconds: float, said: str) -> None:
    assert lasting(seconds) == said
