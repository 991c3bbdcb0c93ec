"""Orders as a file writes them (docs/how_to/orders.md): one JSON object a line, so that an order is added by appending a line.

    {"id": "WO-1", "items": {"bracket": 2, "manual": 1}, "due": "2026-11-28T14:00:00Z"}
    {"id": "WO-1", "withdrawn": true}

Takes a text, so it reads no file itself. A key that nothing reads is somebody's typo, so it is an error. What is wrong is told
for the first lines only: a file that is no file of orders at all would say it a hundred thousand times.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from cell.dataclass import dataclass
from cell.diagnostic import CodePage, Diagnostic, Outcome, Position, Span, error
from cell.model import CellModel, Queue
from cell.orders import Item, Order

NOT_AN_ORDER = "E284"
BAD_ORDER = "E285"
TWICE = "E286"
NOT_IN_CELL = "E287"

MOST_ORDERS = 200_000
MOST_TOLD = 20
"""Diagnostics of one file."""

PAGES: Mapping[str, CodePage] = {
    NOT_AN_ORDER: CodePage(
        "A line of an orders file is no order",
        "Each line is one JSON object, and this one is none.\n\n"
        "**Why.** A broken line would be an order that nobody fills, so nothing of the file is taken.\n\n"
        "**Example.**\n```\nWO-1: 2 brackets\n```\n\n"
        "**What to do.** Write `{\"id\": \"WO-1\", \"items\": {\"bracket\": 2}}`.\n",
    ),
    BAD_ORDER: CodePage(
        "Wrong value in an order",
        "An order has an `id` of letters, digits, `_` and `-`, and `items`: so many parts of each kind, 1 to 1000. It may have\n"
        "`due`, a time with its zone (`2026-11-28T14:00:00Z`), and `queue`, where the cell has several. A line with an id that\n"
        "was given before and `\"withdrawn\": true` withdraws that order. Nothing else may stand there.\n\n"
        "**Why.** An entry that nothing reads is somebody's typing mistake, and what it meant would be left out.\n\n"
        "**Example.**\n```\n{\"id\": \"WO-1\", \"items\": {\"bracket\": 0}}\n```\n\n"
        "**What to do.** Mend the entry that the message names.\n",
    ),
    TWICE: CodePage(
        "An order stands twice in the file",
        "Two lines have the same id, and the second one withdraws nothing.\n\n"
        "**Why.** Two orders with one id cannot be told apart.\n\n"
        "**Example.**\n```\n{\"id\": \"WO-1\", \"items\": {\"bracket\": 2}}\n"
        "{\"id\": \"WO-1\", \"items\": {\"bracket\": 3}}\n```\n\n"
        "**What to do.** Give one of them another id; to withdraw an order write its id with `\"withdrawn\": true`.\n",
    ),
    NOT_IN_CELL: CodePage(
        "An order asks for what the cell does not have",
        "The part kind or the queue is not declared in the cell file.\n\n"
        "**Why.** Nothing could ever fill it.\n\n"
        "**Example.**\n```\n{\"id\": \"WO-1\", \"items\": {\"braket\": 2}}\n```\n\n"
        "**What to do.** Take a declared name; the message lists the nearest one.\n",
    ),
}  # fmt: skip


_ID = "[A-Za-z0-9_-]{1,64}"
_Count = Annotated[int, Field(ge=1, le=1000, strict=True)]


class _NoMore:
    """The line after which no more come."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=rf"\A{_ID}\z")]
    items: Annotated[dict[str, _Count], Field(min_length=1, max_length=100)] | None = None
    due: AwareDatetime | None = None
    queue: str | None = None
    withdrawn: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class OrderFile:
    """The orders in the order of their lines, and the line (from 1) that each stands in. `is_last`: its last line says that no
    more come."""

    orders: tuple[Order, ...]
    lines: Mapping[str, int]
    name: str = ""
    is_last: bool = False

    def span(self, order: str) -> Span:
        return _span(self.name, self.lines[order])


def read_orders(text: str, file: str, cell: CellModel) -> Outcome[OrderFile]:
    """The orders of `text`, or all that is wrong with it (E284 to E287). `file` names it in the diagnostics."""
    found: list[Diagnostic] = []
    orders: dict[str, Order] = {}
    lines: dict[str, int] = {}
    last: int | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if len(found) >= MOST_TOLD or len(orders) > MOST_ORDERS:
            break
        if not line.strip():
            continue
        if last is not None:
            found.append(
                error(BAD_ORDER, f"line {last} says that no more come", _span(file, number), help="Let it be the last line.")
            )
            break
        parsed = _parsed(line, number, file)
        if isinstance(parsed, _NoMore):
            last = number
        else:
            found += _take(parsed, number, file, cell, orders, lines)
    if len(orders) > MOST_ORDERS:
        found.append(
            error(BAD_ORDER, f"more than {MOST_ORDERS} orders", _span(file, MOST_ORDERS), help="Give them in several runs.")
        )
    if found:
        return Outcome(None, tuple(found[:MOST_TOLD]))
    return Outcome(OrderFile(tuple(orders.values()), lines, file, last is not None))


def objection(order: Order, cell: CellModel) -> str | None:
    """What is wrong with an order that did not come from a file, by the same rules; None for nothing."""
    if re.fullmatch(_ID, order.id) is None:
        return f"no order has the id {order.id!r:.80}"
    if order.queue not in cell.queues:
        return f"{order.id} is for no queue of the cell: {_nearest(order.queue, cell.queues)}"
    unknown = [item.kind for item in order.items if item.kind not in cell.parts]
    if unknown:
        return f"{order.id} asks for {unknown[0]!r:.80}, which is no part of the cell"
    kinds = {item.kind for item in order.items}
    if not 1 <= len(kinds) == len(order.items) <= 100 or not all(1 <= item.count <= 1000 for item in order.items):
        return f"{order.id} asks for 1 to 1000 parts of each of 1 to 100 kinds"
    if order != Order(order.id, order.queue, order.items, order.due):
        return f"{order.id} is new and cannot have been withdrawn, filled or given up"
    return None


def _parsed(line: str, number: int, file: str) -> _Line | _NoMore | Diagnostic:
    try:
        plain = json.loads(line, object_pairs_hook=_once)
        if not isinstance(plain, dict):
            return error(NOT_AN_ORDER, "the line is no JSON object", _span(file, number), help='Write {"id": …, "items": {…}}.')
        if "no_more" in plain:
            return _no_more(plain, _span(file, number))
        return _Line.model_validate(plain)
    except ValidationError as cause:
        return error(BAD_ORDER, _worst(cause), _span(file, number), help=_help(cause))
    except (ValueError, RecursionError) as cause:
        column = cause.colno if isinstance(cause, json.JSONDecodeError) else 1
        why = cause.msg if isinstance(cause, json.JSONDecodeError) else str(cause)
        return error(NOT_AN_ORDER, f"the line is no JSON: {why}", _span(file, number, column), help="Write one object a line.")


def _no_more(plain: dict[str, Any], at: Span) -> _NoMore | Diagnostic:
    if len(plain) == 1 and plain["no_more"] is True:
        return _NoMore()
    return error(
        BAD_ORDER, "`no_more` stands alone in its line and is true", at, help='Write {"no_more": true} as the last line.'
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} is given twice")
    return dict(pairs)


def _worst(cause: ValidationError) -> str:
    first = cause.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the order"
    if first["type"] == "extra_forbidden":
        return f"an order has no entry {where!r}"
    given = "" if first["type"] == "missing" else f" is {str(first['input'])[:60]!r}"
    return f"{where}{given}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _help(cause: ValidationError) -> str:
    first = cause.errors()[0]
    if first["type"] == "extra_forbidden":
        return _nearest(str(first["loc"][-1]), _Line.model_fields)
    return '`id`, `items` (1 to 1000 of each kind), and where wanted `due` ("2026-11-28T14:00:00Z"), `queue`, `withdrawn`'


def _take(
    line: _Line | Diagnostic, number: int, file: str, cell: CellModel, orders: dict[str, Order], lines: dict[str, int]
) -> Iterator[Diagnostic]:
    """Enters the line, or says what is wrong with it."""
    at = _span(file, number)
    if isinstance(line, Diagnostic):
        yield line
    elif line.withdrawn:
        yield from _withdraw(line, at, orders)
    elif line.id in orders:
        message = f"{line.id} stands twice"
        yield error(
            TWICE, message, at, _span(file, lines[line.id]).labelled("the other one"), help="Give one of them another id."
        )
    elif line.items is None:
        yield error(BAD_ORDER, f"{line.id} asks for no items", at, help='Add "items": {"KIND": 1}.')
    else:
        queue = _queue(line, cell)
        if queue is None:
            yield error(NOT_IN_CELL, f"{line.id} is for no queue of the cell", at, help=_queues(line, cell))
            return
        unknown = [kind for kind in line.items if kind not in cell.parts]
        for kind in unknown[:1]:
            yield error(
                NOT_IN_CELL, f"{line.id} asks for {kind!r}, which is no part of the cell", at, help=_nearest(kind, cell.parts)
            )
        if not unknown:
            items = tuple(Item(kind, count) for kind, count in line.items.items())
            orders[line.id] = Order(line.id, queue.name, items, line.due.timestamp() if line.due is not None else None)
            lines[line.id] = number


def _withdraw(line: _Line, at: Span, orders: dict[str, Order]) -> Iterator[Diagnostic]:
    if line.id not in orders:
        yield error(BAD_ORDER, f"{line.id} is withdrawn, and no line before orders it", at, help=_nearest(line.id, orders))
    elif line.items is not None or line.due is not None:
        yield error(BAD_ORDER, f"{line.id} is withdrawn and ordered in one line", at, help="Write one line for each.")
    else:
        orders[line.id] = replace(orders[line.id], is_withdrawn=True)


def _queue(line: _Line, cell: CellModel) -> Queue | None:
    """The one that the line names, else the only one that the cell has."""
    if line.queue is not None:
        return cell.queues.get(line.queue)
    return next(iter(cell.queues.values())) if len(cell.queues) == 1 else None


def _queues(line: _Line, cell: CellModel) -> str:
    if not cell.queues:
        return "Declare one: `queue orders { of … }`."
    return _nearest(line.queue, cell.queues) if line.queue is not None else f'Add "queue": one of {", ".join(cell.queues)}.'


def _span(file: str, line: int, column: int = 1) -> Span:
    at = Position(line, column)
    return Span(file, at, at)


def _nearest(word: str, known: Iterable[str]) -> str:
    names = tuple(known)
    near = difflib.get_close_matches(word, names[:1000], n=1)
    listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return f"did you mean {near[0]}?" if near else f"known: {listed or 'none'}"
