"""The product's own first order for the shared nest: two robots, each with a tray before it and one behind it, one nest between
them in a zone for one robot; motions estimated. What is timed is `dispatch` by the first of the rules as they are tried,
on a shop that is made before.
"""

from __future__ import annotations

from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.findings import Findings
from planner.tasks.shop import Shop, make_shop
from planner.tasks.territory import selections
from planner.tasks.ways_out import Escapes
from tests.planner.tasks.cells import request_of, seconds
from tests.planner.tasks.robots import cell_text, intent_text


def nest_shop(parts: int) -> Shop:
    request, found = request_of(intent_text(2), cell_text(2, parts=parts // 2)), Findings()
    routes = decompose(request.cell, request.state, request.program, found)
    shop = make_shop(request, routes, Known(seconds), found)
    assert shop is not None, found.all()
    return shop


def first_order(shop: Shop) -> Order:
    """On a new shop the motions are asked for as well."""
    return dispatch(shop, Escapes(shop), selections(shop, "nest")[0])
