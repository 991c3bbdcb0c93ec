"""Problems drawn at random, with everything that a problem may have."""

from __future__ import annotations

from hypothesis import strategies as st

from planner.schedule.problem import Mode, Operation, Precedence, Problem, Resource, Use

TIMES = st.integers(0, 6).map(float)


@st.composite
def problems(draw: st.DrawFn, most: int, kinds: int = 3, unit: float = 1.0, least: int = 0) -> Problem:
    """Up to `most` operations, each waiting only for earlier ones, on up to `kinds` resources. Times are
    multiples of `unit`, durations at least `least` of them."""
    resources = tuple(draw(_resource(r, unit)) for r in range(draw(st.integers(1, kinds))))
    count = draw(st.integers(1, most))
    pairs = [(i, j) for j in range(count) for i in range(j)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=2 * count)) if pairs else []
    precedences = tuple(Precedence(i, j, draw(TIMES) * unit if draw(st.booleans()) else 0.0) for i, j in chosen)
    operations: list[Operation] = []
    for i in range(count):
        waiting = [j for before, j in chosen if before == i]
        follows = draw(st.sampled_from([None, *(j for j in range(i) if operations[j].follows is None)]))
        modes = len(operations[follows].modes) if follows is not None else draw(st.integers(1, 2))
        operations.append(
            Operation(
                tuple(draw(_mode(resources, waiting, unit, least)) for _ in range(modes)),
                draw(st.sampled_from([0.0, 0.0, 3.0 * unit])),
                draw(st.sampled_from([None, None, 4.0 * unit, 9.0 * unit])),
                follows,
            )
        )
    return Problem(resources, tuple(operations), precedences)


@st.composite
def _resource(draw: st.DrawFn, number: int, unit: float) -> Resource:
    kind = draw(st.sampled_from(["unary", "units", "moves"]))
    if kind == "unary":
        return Resource(f"r{number}")
    if kind == "units":
        return Resource(f"r{number}", 2)
    size = draw(st.integers(1, 3))
    travel = tuple(tuple(0.0 if a == b else draw(st.integers(0, 4)) * unit for b in range(size)) for a in range(size))
    return Resource(f"r{number}", 1, travel, draw(st.integers(0, size - 1)))


@st.composite
def _mode(draw: st.DrawFn, resources: tuple[Resource, ...], waiting: list[int], unit: float, least: int) -> Mode:
    uses = []
    for r, resource in enumerate(resources):
        if draw(st.booleans()):
            last = len(resource.travel) - 1 if resource.travel is not None else 0
            until = draw(st.sampled_from([None, None, *waiting]))
            amount, enters = draw(st.integers(1, resource.capacity)), draw(st.integers(0, last))
            uses.append(Use(r, amount, enters, draw(st.integers(0, last)), until))
    return Mode(draw(st.integers(least, 6)) * unit, tuple(uses))
