"""Striking clauses out of a program gives what would have been read, had they not been written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.diagnostic import Position, Span
from cell.program import IntentProgram, Line, Loop, When
from cell.program_walk import blocks_in
from cell.standard_verbs import STANDARD
from planner.why.clauses import Clause, clauses_of, without
from tests.planner.tasks.cells import TEND, plan, program_of, request_of

INTENT = TEND.format(batch=3) + "within 45 min\n"


def clause(program: IntentProgram, line: int, what: str = "line") -> Clause:
    return next(c for c in clauses_of(program) if (c.span.start.line, c.what) == (line, what))


def read_without(text: str, *lines: int) -> IntentProgram:
    """The text read without these lines; their places kept, so that spans are as they were."""
    rows = ["" if number in lines else row for number, row in enumerate(text.split("\n"), start=1)]
    return program_of("\n".join(rows))


def shape(program: IntentProgram) -> object:
    """A program but for what striking out does not touch: ids count on, and the end of a block may lie elsewhere."""
    nowhere = Span("", Position(1, 1), Position(1, 1))

    def plain(line: Line) -> Line:
        named = replace(line, id="") if hasattr(line, "id") else line
        return replace(named, span=replace(line.span, end=nowhere.end)) if not isinstance(line, Loop | When) else named

    return [
        (
            tuple(type(line).__name__ + str(line.span.start) for line in map(plain, b.lines)),
            b.waits,
            b.within,
            b.ensures,
            b.policies,
        )
        for b in blocks_in(program.block)
    ]


def test_every_clause_is_found_once_in_reading_order() -> None:
    program = program_of(INTENT)
    found = [(c.span.start.line, c.what) for c in clauses_of(program)]
    assert found == [
        (2, "line"), (3, "line"), (4, "line"), (5, "line"), (6, "line"), (8, "line"),
        (12, "ensure"), (16, "within"), (14, "policy"), (15, "policy"), (13, "never"),
    ]  # fmt: skip


@pytest.mark.parametrize(("line", "what"), [(3, "line"), (12, "ensure"), (16, "within"), (14, "policy"), (13, "never")])
def test_what_is_left_is_what_would_have_been_read(line: int, what: str) -> None:
    program = program_of(INTENT)
    left = without(program, [clause(program, line, what)], {}, STANDARD)
    read = read_without(INTENT, line)
    assert shape(left) == shape(read)
    assert [n.span for n in left.nevers] == [n.span for n in read.nevers]


def test_a_when_goes_with_the_line_that_tells_what_it_asks() -> None:
    program = program_of(INTENT)
    (loop,) = without(program, [clause(program, 4)], {}, STANDARD).block.lines
    assert isinstance(loop, Loop)
    assert [line.span.start.line for line in loop.block.lines] == [3]


def test_a_loop_without_lines_goes_unless_it_still_has_to_count() -> None:
    program = program_of(INTENT)
    struck = [clause(program, n) for n in (3, 4)]
    assert without(program, struck, {"l1": frozenset()}, STANDARD).block.lines == ()
    (loop,) = without(program, struck, {}, STANDARD).block.lines
    assert isinstance(loop, Loop)
    assert loop.block.lines == ()


def test_in_order_gives_way_to_the_ordering_rule() -> None:
    text = "in order {\n  move shaft from outfeed to gauge\n  for each s in infeed {\n    process s at lathe\n  }\n}\n"
    program = program_of(text)
    (group,) = without(program, [clause(program, 1, "order")], {}, STANDARD).block.lines
    assert group.block.waits == ((), ())  # type: ignore[union-attr]
    assert program.block.lines[0].block.waits == ((), (0,))  # type: ignore[union-attr]


def test_without_what_until_counts_a_frozen_loop_has_as_many_iterations() -> None:
    request = request_of(INTENT)
    program = request.program
    members = frozenset(f"shaft#{n}" for n in (1, 2, 3))
    left = without(program, [clause(program, 5)], {"l1": members}, STANDARD)
    (loop,) = left.block.lines
    assert isinstance(loop, Loop)
    assert (loop.until, loop.only) == (None, members)


def test_struck_out_of_a_text_that_plans_the_rest_plans_as_the_shorter_text_does() -> None:
    outcome = plan(INTENT, program=without(program_of(INTENT), [clause(program_of(INTENT), 14, "policy")], {}, STANDARD))
    assert outcome.expect().bounds == plan(INTENT).expect().bounds
