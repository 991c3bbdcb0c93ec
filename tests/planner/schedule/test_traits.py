"""What a move is said to bring about and to do away with."""

from __future__ import annotations

from planner.schedule.blocks import number_blocks
from planner.schedule.critical import find_critical
from planner.schedule.generate import Draft, Generator
from planner.schedule.graph import Graph
from planner.schedule.neighbours import neighbours
from planner.schedule.tables import Tables, tabulate
from planner.schedule.traits import ended, made
from planner.schedule.wishes import first_wish
from tests.planner.schedule.problems import shared_nest
from tests.planner.schedule.test_search import drawn_shop, two_drivers


def test_what_a_move_ends_is_what_taking_it_back_makes_again() -> None:
    seen = 0
    for problem in (drawn_shop(5, 4, 1), drawn_shop(4, 5, 2), two_drivers(3), shared_nest(3)):
        tables = tabulate(problem)
        assert isinstance(tables, Tables)
        draft = Generator(tables).generate(first_wish(tables))
        assert isinstance(draft, Draft)
        graph = Graph(tables, number_blocks(tables), draft)
        assert graph.evaluate()
        for step in range(30):
            critical = find_critical(graph)
            found = [x.move for x in neighbours(graph, critical, critical.operations)]
            for move in found:
                brought, gone = made(graph, move), ended(graph, move)
                back = graph.apply(move)
                assert sorted(made(graph, back)) == sorted(gone)
                assert sorted(ended(graph, back)) == sorted(brought)
                graph.apply(back)
                seen += 1
            if not found:
                break
            back = graph.apply(found[step % len(found)])
            if not graph.evaluate():
                graph.apply(back)
                graph.evaluate()
    assert seen > 100
