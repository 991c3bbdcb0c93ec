"""A refusal to go on in a simulated world that ended with its controller says at which speeds another one would not have."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from cellwright.cell_lock import CellLock
from cellwright.in_service import FASTEST
from cellwright.resuming import Left, drivers_of
from controller.codes import PAGES


def test_it_says_up_to_which_speed_a_world_outlives_its_controller(tmp_path: Path) -> None:
    left = cast(Left, SimpleNamespace(begun=SimpleNamespace(world=None, is_simulated=True)))
    (refusal,) = drivers_of(left, tmp_path, cast(CellLock, None)).diagnostics
    assert refusal.code == "R764"
    assert f"--speed up to {FASTEST:g} " in (refusal.help or "")
    assert f"`--speed` up to {FASTEST:g} " in PAGES["R764"].text
