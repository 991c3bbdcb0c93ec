"""The look at every order: it never denies what the search has found, and where it denies, nothing is ever found."""

from __future__ import annotations

import random

import pytest

from planner.tasks.dispatch import dispatch
from planner.tasks.every_order import every_order
from planner.tasks.shop import Shop
from planner.tasks.ways_out import Escapes
from tests.constructs.bench import ROBOT
from tests.constructs.test_assembling import CELL as KITS
from tests.constructs.test_assembling import GRIPS, INTENT
from tests.planner.tasks.cells import TEND, TENDING
from tests.planner.tasks.robots import cell_text, intent_text
from tests.planner.tasks.test_other_cells import CROSSED, TWO
from tests.planner.tasks.test_palletizing import CELL as PALLETS
from tests.planner.tasks.test_palletizing import ORDERED
from tests.planner.tasks.test_search import ONE_HAND, SMALL, shop_of

FEW = TENDING.replace("contains shaft 40 parts", "contains shaft 3 parts")
STAYS = "for each s in infeed {\n  process s at lathe\n}\n"
BLOCKED = """
in order {
  for each s in infeed {
    process s at lathe
  }
  for each s in infeed {
    move s to outfeed
  }
}
"""
AT_BOTH = """
for each s in infeed {
  process s at lathe
  inspect s at gauge
}
"""
JOINING = ROBOT.format(grips=GRIPS) + KITS
FROM_NEST = "  move kit.housing to done\n"
NEVER_AWAY = INTENT.replace(FROM_NEST, "")
GEARS_FIRST = """
in order {
  for each kit in kits {
    move kit.housing to nest
    assemble kit.gear into kit.housing at nest
  }
  for each kit in kits {
    assemble cover into kit.housing at nest
    move kit.housing to done
  }
}
"""


@pytest.mark.parametrize(
    ("intent", "cell"),
    [
        (TEND.format(batch=3), TENDING),
        (TEND.format(batch=36), TENDING),
        (TEND.format(batch=2), TENDING.replace("  hands 2\n", "")),
        (CROSSED, TWO),
        (CROSSED, SMALL),
        (CROSSED, ONE_HAND),
        (ORDERED, PALLETS),
        (intent_text(2), cell_text(2, 1, 3)),
        (STAYS, TENDING.replace("contains shaft 40 parts", "contains shaft 1 parts")),
        (INTENT, JOINING),
        (NEVER_AWAY, JOINING.replace("grid 1x2", "grid 1x1").replace("cover 2 parts", "cover 1 parts")),
        (GEARS_FIRST, JOINING.replace("capacity 1\n  clamp signal nest.clamp\n", "capacity 2\n")),
    ],
    ids=[
        "tending",
        "36",
        "one hand",
        "crossed",
        "small",
        "one hand each way",
        "pallets",
        "two robots",
        "one stays",
        "joined",
        "one stays joined",
        "two nests",
    ],
)
def test_what_can_be_planned_comes_through(intent: str, cell: str) -> None:
    assert every_order(shop_of(intent, cell)) == "comes through"


@pytest.mark.parametrize(
    ("intent", "cell"),
    [(STAYS, FEW), (BLOCKED, FEW), (AT_BOTH, FEW), (NEVER_AWAY, JOINING), (GEARS_FIRST, JOINING)],
    ids=["stays", "blocked", "at both", "joined and never away", "gears before covers"],
)
def test_what_never_comes_through_is_never_found(intent: str, cell: str) -> None:
    shop = shop_of(intent, cell)
    assert every_order(shop) == "never comes through"
    assert all(is_stuck(shop, seed) for seed in range(20))


def is_stuck(shop: Shop, seed: int) -> bool:
    chance = random.Random(seed)
    return dispatch(shop, Escapes(shop), lambda found, _, __: chance.choice(found)).is_stuck


def test_one_place_more_and_it_comes_through() -> None:
    """Two parts stay, at lathe and gauge; the third one is one too many."""
    two = TENDING.replace("contains shaft 40 parts", "contains shaft 2 parts")
    in_turn = "for each s in infeed {\n  process s at lathe\n}\n"
    assert every_order(shop_of(in_turn, two)) == "never comes through"
    roomy = two.replace("  capacity 1\n  door", "  capacity 2\n  door").replace("  clamp signal lathe.chuck\n", "")
    assert every_order(shop_of("for each s in infeed {\n  move s to lathe\n}\n", roomy)) == "comes through"


def test_out_of_states_nothing_is_claimed() -> None:
    assert every_order(shop_of(STAYS, FEW), most=2) == "not decided"


def test_like_parts_stand_for_one_another() -> None:
    """Of forty parts that all stay in the lathe a handful of states tells everything."""
    assert every_order(shop_of(STAYS, TENDING), most=30) == "never comes through"


def test_parts_that_wait_for_different_lines_are_not_alike() -> None:
    """Those of the outfeed go first, though all are shafts."""
    turned = """
in order {
  for each t in outfeed {
    move t to infeed
  }
  for each s in infeed {
    process s at lathe
    move s to outfeed
  }
}
"""
    cell = FEW.replace("tray outfeed is infeed {\n", "tray outfeed is infeed {\n  contains shaft 2 parts\n")
    assert every_order(shop_of(turned, cell)) == "comes through"


def test_parts_that_have_nothing_to_do_with_the_others_do_not_enter() -> None:
    """Every tenth part of forty stays at the gauge: one place for four, and thirty-six that go by."""
    shop = shop_of("for each s in infeed {\n  move s to outfeed\n  every 10 parts {\n    inspect s at gauge\n  }\n}\n", TENDING)
    assert every_order(shop, most=60) == "never comes through"
