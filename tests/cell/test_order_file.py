"""What a file of orders may say, and what is told about one that says something else."""

import json
from functools import cache

import pytest

from cell.demands import items_of, kit_of
from cell.model import CellModel
from cell.order_file import MOST_ORDERS, MOST_TOLD, PAGES, read_orders
from cell.orders import Item, Order, contents
from tests.intentlang.cells import cell_of

CELL = """
part bracket {
  mass 0.6 kg
  shape box (80 mm, 60 mm, 40 mm)
}
part kit {
  mass 0.4 kg
  shape box (240 mm, 160 mm, 50 mm)
}
queue orders {
  of kit
}
"""


@cache
def cell() -> CellModel:
    return cell_of(CELL).expect()


def codes(text: str, model: CellModel | None = None) -> list[str]:
    return [d.code for d in read_orders(text, "orders.jsonl", model or cell()).diagnostics]


def test_an_order_has_items_a_due_time_and_the_queue_of_the_cell() -> None:
    text = '{"id": "WO-1", "items": {"bracket": 2}, "due": "1970-01-01T01:00:00+01:00"}\n\n{"id": "WO-2", "items": {"kit": 1}}\n'
    found = read_orders(text, "orders.jsonl", cell()).expect()
    assert found.orders == (Order("WO-1", "orders", (Item("bracket", 2),), 0.0), Order("WO-2", "orders", (Item("kit", 1),)))
    assert found.span("WO-2").start.line == 3
    assert contents(found.orders[0]) == "2 bracket"


def test_a_later_line_withdraws_an_order() -> None:
    (order,) = read_orders('{"id": "A", "items": {"bracket": 1}}\n{"id": "A", "withdrawn": true}', "o", cell()).expect().orders
    assert order.is_withdrawn
    assert not order.is_open


def test_the_last_line_may_say_that_no_more_come() -> None:
    order, last = '{"id": "A", "items": {"bracket": 1}}\n', '{"no_more": true}\n'
    assert not read_orders(order, "o", cell()).expect().is_last
    assert read_orders(order + last + "\n", "o", cell()).expect().is_last
    assert read_orders(last, "o", cell()).expect().orders == ()


@pytest.mark.parametrize(
    "text",
    [
        '{"no_more": true}\n{"id": "A", "items": {"bracket": 1}}\n',
        '{"no_more": true}\n{"no_more": true}\n',
        '{"no_more": false}\n',
        '{"no_more": 1}\n',
        '{"id": "A", "no_more": true}\n',
    ],
)
def test_nothing_follows_the_word_that_no_more_come_and_nothing_else_stands_with_it(text: str) -> None:
    assert codes(text) == ["E285"]


def test_every_item_is_a_demand_of_its_own_beside_the_kit() -> None:
    order = Order("WO-1", "orders", (Item("bracket", 2), Item("kit", 1)))
    assert [(d.name, d.kind) for d in items_of(order)] == [
        ("WO-1.items[1]", "bracket"), ("WO-1.items[2]", "bracket"), ("WO-1.items[3]", "kit"),
    ]  # fmt: skip
    assert kit_of(order, cell().queues["orders"]).name == "WO-1.kit"


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("{", "E284", "no JSON"),
        ("[1]", "E284", "no JSON object"),
        ("[" * 100_000, "E284", "no JSON"),
        ('{"id": "A", "items": {"bracket": 1, "bracket": 2}}', "E284", "twice"),
        ('{"id": "A", "item": {"bracket": 1}}', "E285", "no entry 'item'"),
        ('{"id": "A"}', "E285", "no items"),
        ('{"id": "A", "items": {}}', "E285", "items"),
        ('{"items": {"bracket": 1}}', "E285", "id"),
        ('{"id": "a b", "items": {"bracket": 1}}', "E285", "'a b'"),
        ('{"id": "A", "items": {"bracket": -1}}', "E285", "'-1'"),
        ('{"id": "A", "items": {"bracket": 0}}', "E285", "'0'"),
        ('{"id": "A", "items": {"bracket": 1001}}', "E285", "'1001'"),
        ('{"id": "A", "items": {"bracket": 1.5}}', "E285", "'1.5'"),
        ('{"id": "A", "items": {"bracket": 1}, "due": "2026-11-28T14:00:00"}', "E285", "due"),
        ('{"id": "A", "items": {"bracket": 1}, "due": "soon"}', "E285", "due"),
        ('{"id": "A", "withdrawn": true}', "E285", "no line before"),
        ('{"id": "A", "items": {"brackets": 1}}', "E287", "brackets"),
        ('{"id": "A", "items": {"bracket": 1}, "queue": "other"}', "E287", "no queue"),
    ],
)
def test_a_wrong_line_is_refused_where_it_stands(line: str, code: str, says: str) -> None:
    (found,) = read_orders("\n" + line, "orders.jsonl", cell()).diagnostics
    assert (found.code, found.spans[0].file, found.spans[0].start.line) == (code, "orders.jsonl", 2)
    assert says in found.message
    assert found.help


def test_an_id_is_given_once() -> None:
    text = '{"id": "A", "items": {"bracket": 1}}\n' * 2
    (found,) = read_orders(text, "orders.jsonl", cell()).diagnostics
    assert (found.code, [s.start.line for s in found.spans]) == ("E286", [2, 1])


def test_orders_want_a_queue() -> None:
    without = cell_of(CELL.partition("queue")[0]).expect()
    assert codes('{"id": "A", "items": {"bracket": 1}}', without) == ["E287"]


def test_of_a_file_that_is_none_of_orders_the_first_lines_are_told() -> None:
    assert codes("nonsense\n" * 100_000) == ["E284"] * MOST_TOLD


def test_more_orders_than_a_run_can_take_are_refused() -> None:
    lines = (json.dumps({"id": f"A{k}", "items": {"bracket": 1}}) for k in range(3))
    assert codes("\n".join(lines)) == []
    assert MOST_ORDERS > 100_000


def test_every_code_of_a_file_of_orders_has_a_page() -> None:
    assert set(PAGES) == {"E284", "E285", "E286", "E287"}
