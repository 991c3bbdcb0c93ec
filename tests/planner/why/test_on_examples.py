"""On the cells of the examples why there is no plan is answered with its kind, before many motions were looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellwright.order_files import read_order_file
from cellwright.reading import read
from cellwright.session import VERSIONS, request_for
from cellwright.workshop import open_workshop
from planner.motion.store import MemoryStore
from planner.plan import Means, plan
from tests.planner.why.on_examples import KITTING, ON_EXAMPLES, Changed

MOST_MOTIONS = 30  # a plan of these cells has hundreds
QUICK = ("tending: too little time", "tending: too many", "assembly: the wrong way round", "kitting: out of reach")


class Counting(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.put_in = 0

    def put(self, key: str, value: bytes) -> None:
        self.put_in += 1
        super().put(key, value)


@pytest.mark.parametrize(
    "text", [pytest.param(t, id=t.name, marks=() if t.name in QUICK else pytest.mark.slow) for t in ON_EXAMPLES]
)
def test_it_is_answered_before_many_motions_were_looked_for(text: Changed, tmp_path: Path) -> None:
    workshop = open_workshop(lambda *_: None, 1, tmp_path / "cache")
    reading = read(str(text.write(tmp_path)), {})
    orders = ()
    if text.example == KITTING:
        assert reading.cell is not None
        orders = read_order_file(str(tmp_path / "orders.jsonl"), reading.cell).expect().orders
    request = request_for(reading, workshop, orders=orders)
    store = Counting()
    outcome = plan(request.expect(), Means(store, map, lambda *_: None), VERSIONS)
    assert outcome.why is not None
    assert outcome.why.kind == text.kind
    assert text.code in {d.code for d in outcome.diagnostics}
    assert bool(outcome.why.cores) == (text.kind == "proved impossible")
    assert store.put_in <= MOST_MOTIONS
