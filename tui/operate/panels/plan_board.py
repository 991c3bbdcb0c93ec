"""The plan by resource: planned ░ above, actual █ below; locks of zones and machines; the chain that gives it its length in
bold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from cell.steps import Step
from controller.plan_index import PlanIndex, device_of
from tui.operate.lines import Line, Look, Piece, apart, fitted, line, padded, said, wrapped
from tui.operate.panels.timeline import Axis, Span, axis_for, row, ruler
from tui.operate.planned import Done, behind, by_claim, by_resource, critical, done, life_unseen, moment_in_plan, plan_of
from tui.operate.scene import Scene
from tui.operate.view import View

WINDOW = 240.0  # s that are in sight
MARGIN = 16
LEGEND = "░ plan █ actual"
SHORT = 3  # rows, in which there is no room for a ruler
ABOUT = """The plan by who works, its planned time ░ above and what really was █ below. ▓ goes on now, ✗ has failed, ? nobody
knows. Bold is the chain of steps that gives the plan its length: what is late there makes the end late. # is a lock: nobody
else may use that zone or machine meanwhile. A step that waits for no other any more is ready. The cursor chooses a row; enter
explains the step that it is at: waiting, ready, claimed (its command is sent), started, confirmed, failed, unknown, dropped."""
_ENDS = {"done": ("█", "plain"), "failed": ("✗", "bad"), "unknown": ("?", "warn"), "running": ("▓", "good")}


def board(view: View, width: int) -> tuple[Sequence[Line], Sequence[tuple[str, Line]]]:
    scene, plan = view.scene, plan_of(view.scene)
    if plan is None:
        return [line(said("no plan yet", "dim"))], []
    axis = _axis(view, plan, width - MARGIN)
    head = (Piece(padded(LEGEND, MARGIN), "dim"), *ruler(axis, moment_in_plan(scene, view.now)))
    return [_head(view, plan), head], list(_rows(view, plan, axis))


def strip(view: View, width: int, height: int) -> Sequence[Line]:
    """Who is at what, now; for the overview."""
    scene, plan = view.scene, plan_of(view.scene)
    if plan is None:
        return [line(said("no plan yet", "dim"))]
    axis = _axis(view, plan, width - MARGIN)
    above = [(Piece(" " * MARGIN), *ruler(axis, moment_in_plan(scene, view.now)))] if height > SHORT else []
    steps = _by_resource(plan)
    room = max(0, height - 1 - len(above))
    more = len(steps) - room
    rows = [
        (Piece(padded(name, MARGIN - 1) + " "), *row(axis, [*_planned(its, _critical(plan)), *_actual(view, its)]))
        for name, its in islice(steps.items(), room)
    ]
    head = _head(view, plan)
    return [apart(head, (Piece(f"+{more} more", "dim"),), width) if more > 0 else head, *above, *rows]


def _head(view: View, plan: PlanIndex) -> Line:
    scene, now = view.scene, moment_in_plan(view.scene, view.now)
    makespan = plan.plan.tasks.bounds.makespan
    late = behind(scene, view.now)
    how = "not begun" if late is None else f"{abs(late):.1f} s {'behind' if late > 0 else 'ahead'}"
    progress = scene.run.progress
    steps = f"step {progress.confirmed}/{len(plan.steps) - progress.dropped}"
    text = f"plan {progress.number} {plan.plan.plan_id[:8]}  {steps}"
    return line(text, f"  now {now:.1f} s  ends {makespan:.1f} s  ", said(how, "note" if late and late > 1.0 else "plain"))


def _axis(view: View, plan: PlanIndex, columns: int) -> Axis:
    now = moment_in_plan(view.scene, view.now)
    return axis_for(max(10, columns), now, max(plan.plan.tasks.bounds.makespan, now), WINDOW)


def _rows(view: View, plan: PlanIndex, axis: Axis) -> Iterator[tuple[str, Line]]:
    scene, bold = view.scene, _critical(plan)
    for name, steps in _by_resource(plan).items():
        yield f"planned {name}", (Piece(padded(name, MARGIN - 1) + " ", "strong"), *row(axis, _planned(steps, bold)))
        yield f"actual {name}", (Piece(" " * MARGIN), *row(axis, _actual(view, steps), " "))
    for name, steps in _by_claim(plan).items():
        holder = scene.run.progress.claims.get(name)
        locks = [Span(s.start, s.start + s.duration, "#", "dim") for s in steps]
        taken = [_span(view, d, "#", "strong") for d in done(scene, steps) if d.seen is not None]
        label = fitted(f"lock {name}", MARGIN - 3) + (" ✓" if holder is not None else "")
        yield f"lock {name}", (Piece(padded(label, MARGIN - 1) + " ", "dim"), *row(axis, [*locks, *taken]))


def _planned(steps: Sequence[Step], bold: frozenset[str]) -> list[Span]:
    return [Span(s.start, s.start + s.duration, "░", "strong" if s.id in bold else "plain") for s in steps]


def _actual(view: View, steps: Sequence[Step]) -> list[Span]:
    return [_span(view, d, *_ENDS[d.seen.how]) for d in done(view.scene, steps) if d.seen is not None]  # type: ignore[arg-type]


def _span(view: View, found: Done, mark: str, look: Look) -> Span:
    assert found.seen is not None
    scene = view.scene
    ended = view.now if found.seen.ended is None else found.seen.ended
    return Span(moment_in_plan(scene, found.seen.began), moment_in_plan(scene, ended), mark, look)


def step_at_row(scene: Scene, key: str | None) -> Step | None:
    """The step that a row of the board is at now; before the first and behind the last one that."""
    plan = plan_of(scene)
    if plan is None or key is None:
        return None
    kind, _, name = key.partition(" ")
    steps = (_by_claim(plan) if kind == "lock" else _by_resource(plan)).get(name, ())
    running = [d.step for d in done(scene, steps) if d.seen is not None and d.seen.how == "running"]
    waiting = [d.step for d in done(scene, steps) if d.seen is None and not d.is_left_out]
    return next(iter((*running, *waiting, *steps[-1:])), None)


def explained(view: View, step: Step | None, width: int) -> Sequence[Line]:
    """From the line of intent to the step, and what it is held to: what fits a panel. `explain PLAN STEP` tells all."""
    return [] if step is None else list(_explained(view, step, width))


def _explained(view: View, step: Step, width: int) -> Iterator[Line]:
    scene, plan = view.scene, plan_of(view.scene)
    span = step.because.span
    seen = scene.steps.get(step.id)
    yield from wrapped(f"{step.id}  {step.because.rule}", width, "strong")
    excerpt = view.excerpt(span)
    yield from wrapped(f"asked for by {span.file}:{span.start.line}{'  ' + excerpt if excerpt else ''}", width)
    planned = f"planned from {step.start:.1f} s on, for {step.duration:.1f} s"
    actual = life_unseen(scene, step)
    if seen is not None:
        began = moment_in_plan(scene, seen.began)
        took = "" if seen.ended is None else f", took {(seen.ended - seen.began) / 1e9:.1f} s"
        actual = f"began at {began:.1f} s ({began - step.start:+.1f} s){took}: {seen.how}"
    yield from wrapped(f"{planned}; {actual}", width)
    if plan is not None:
        yield from wrapped(_waits(scene, plan, step), width)
        if step.id in _critical(plan):
            yield from wrapped("in the chain that gives the plan its length: later here is later at the end", width)
    if step.claims:
        yield from wrapped(f"nobody else uses {', '.join(step.claims)} meanwhile", width)
    if step.motion is not None:
        yield from wrapped(f"motion {step.motion[:12]}, proved as the plan was released", width, "dim")
    yield from wrapped(f"all of it: cellwright explain PLAN {step.id}", width, "dim")


def _waits(scene: Scene, plan: PlanIndex, step: Step) -> str:
    status = scene.run.progress.status
    open_ = [name for name in step.predecessors if name in plan.steps and status.get(name) not in ("confirmed", "dropped")]
    if not open_:
        lacks = _lacks(scene, step) if scene.run.progress.life(step.id) == "ready" else ""
        return lacks or ("waits for nothing" if step.predecessors else "nothing has to come before it")
    first = plan.steps[open_[0]]
    more = f" and {len(open_) - 1} more" if len(open_) > 1 else ""
    return f"waits for {first.id} ({first.because.rule}){more}"


def _lacks(scene: Scene, step: Step) -> str:
    """What a step that is ready does not start for."""
    run, device = scene.run, device_of(step.action)
    held = next(((claim, run.progress.claims[claim]) for claim in step.claims if claim in run.progress.claims), None)
    if held is not None:
        return f"waits for {held[0]}, which {held[1]} has"
    if device is not None and device in run.progress.busy:
        return f"waits for {device}, which is at work"
    if run.pack != "Execute":
        return f"waits for the run, which is in {run.pack}"
    return "waits for what it needs to be seen"


@lru_cache(maxsize=2)
def _by_resource(plan: PlanIndex) -> dict[str, tuple[Step, ...]]:
    return dict(by_resource(plan))


@lru_cache(maxsize=2)
def _by_claim(plan: PlanIndex) -> dict[str, tuple[Step, ...]]:
    return dict(by_claim(plan))


@lru_cache(maxsize=2)
def _critical(plan: PlanIndex) -> frozenset[str]:
    return critical(plan)
