"""Numbers that ask for more than a cell may hold are refused where they are written, before anything is made of them."""

import tracemalloc

import pytest

from intentlang import sizes
from intentlang.sizes import MOST_HANDS
from tests.intentlang.cells import BASE, cell_of, codes

AT = "  at (5000 mm, 5000 mm, 0 mm)\n"
TRAY = f"tray huge {{\n{AT}  grid GRID\n  pitch [60 mm, 60 mm]\n  holds shaft\n}}\n"
PALLET = (
    "pattern column {\n  layer 999x999\n}\n"
    f"pallet huge {{\n{AT}  shape box (800 mm, 600 mm, 100 mm)\n  pattern column\n  layers 999\n  holds shaft\n}}\n"
)
THINGS = {
    "a grid": TRAY.replace("GRID", "99999x99999"),
    "groups": TRAY.replace("GRID", "100x100").replace("  holds shaft", "  each pair [shaft, pin]"),
    "a capacity": f"station huge {{\n{AT}  capacity 1000000000000000000000\n}}\n",
    "parts": f"bin huge {{\n{AT}  holds shaft\n  contains shaft 1000000000 parts\n}}\n",
    "a stack of parts": f"stack huge {{\n{AT}  holds shaft\n  contains shaft 1000000000 parts\n}}\n",
    "a buffer": f"conveyor huge {{\n{AT}  delivers shaft\n  every 6 s\n  buffer 1000000000 parts\n}}\n",
    "layers": PALLET,
}


@pytest.mark.parametrize("name", THINGS)
def test_more_than_a_cell_may_hold_is_refused_before_it_takes_room(name: str) -> None:
    tracemalloc.start()
    outcome = cell_of(BASE, THINGS[name])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6
    found = [d for d in outcome.diagnostics if d.is_error]
    assert set(codes(tuple(found))) == {"E113"}, [(d.code, d.message) for d in found]
    assert all("`huge` brings the cell to" in d.message and d.help for d in found)
    assert all(d.spans[0].file == "b.cell" and d.spans[0].start.line > 1 for d in found)


def row_of_trays(number: int) -> str:
    """Trays of 16 places each, 9 m apart."""
    tray = TRAY.replace("GRID", "4x4").replace("  holds shaft\n", "")
    return "".join(tray.replace("huge", f"t{n}").replace("(5000 mm", f"({9 * n} m") for n in range(number))


def test_trays_count_together_and_the_first_too_many_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MOST_PLACES", 96)
    assert codes(cell_of(row_of_trays(6))) == []
    outcome = cell_of(row_of_trays(9))
    assert [d.message for d in outcome.diagnostics] == ["`t6` brings the cell to 112 places; at most 96 are planned with"]


def test_hands_have_a_limit() -> None:
    outcome = cell_of(BASE.replace("  hands 2", f"  hands {MOST_HANDS + 1}"))
    assert "E113" in codes(outcome)
    assert f"has {MOST_HANDS + 1} hands; at most {MOST_HANDS}" in " ".join(d.message for d in outcome.diagnostics)
