"""A plan's partial order in the DOT language (graphviz.org/doc/info/lang.html): a box a step, a frame an operation."""

from __future__ import annotations

from collections.abc import Iterator

from cell.motion_plan import MotionPlan
from cell.plan_document import step_verb
from cell.steps import Step
from tui.speech import printable


def plan_graph(plan: MotionPlan) -> str:
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: MotionPlan) -> Iterator[str]:
    steps = {step.id: step for step in plan.tasks.steps}
    framed = set[str]()
    yield "digraph plan {"
    yield f"  label={_quoted(f'plan {plan.plan_id[:12]}')}; rankdir=LR; node [shape=box, fontname=monospace];"
    for operation in plan.tasks.operations:
        own = [steps[name] for name in operation.steps if name in steps]
        framed.update(step.id for step in own)
        yield f"  subgraph {_quoted(f'cluster {operation.id}')} {{"
        yield f"    label={_quoted(f'{operation.id} {operation.verb} {operation.part}')};"
        yield from (f"    {_box(step)}" for step in own)
        yield "  }"
    yield from (f"  {_box(step)}" for step in plan.tasks.steps if step.id not in framed)
    for step in plan.tasks.steps:
        yield from (f"  {_quoted(before)} -> {_quoted(step.id)};" for before in step.predecessors)
    yield "}"


def _box(step: Step) -> str:
    who = step.robot or ""
    label = "\n".join((f"{step.id} {step_verb(step.action)}", f"{who} {step.part or ''}".strip(), f"{step.start:.1f} s"))
    style = "" if step.branch is None else ", style=dashed"
    return f"{_quoted(step.id)} [label={_quoted(label)}{style}];"


def _quoted(text: str) -> str:
    """A quoted ID. In a label a backslash begins an escape, so a literal one is doubled and a line end becomes \\n."""
    escaped = "\n".join(printable(line) for line in text.split("\n")).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n") + '"'
