"""A record that is played goes through the same scenes as the keys do, at its pace; robots are where their samples have them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from cellwright.report.keyframes import Track
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import ASSEMBLY, record_of, scene_of
from tui.operate.playing import Playing, seen_at
from tui.operate.positions import positions
from tui.operate.recorded import RecordedRun
from tui.operate.top_lines import state_line
from tui.operate.view import View


def text(view: View) -> str:
    return "".join(piece.text for piece in state_line(view, 120, "x"))


def test_it_is_where_the_record_was_by_then_at_each_speed_and_stands_at_its_end(tmp_path: Path) -> None:
    now = [100.0]
    run = unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path)
    source = RecordedRun(run, in_thread=False, looks_round=False, clock=lambda: now[0])
    record, length = record_of(ASSEMBLY), record_of(ASSEMBLY).seconds[-1]
    assert source.newest().position == (len(record), len(record))
    source.play()
    now[0] += 3.0
    view = source.newest()
    assert view.position == (record.at(3.0), len(record))
    assert view.scene == scene_of(ASSEMBLY, record.at(3.0))
    assert "► 1x 0:03" in text(view)
    source.hasten(1)
    now[0] += 2.0
    assert source.newest().position == (record.at(3.0 + 4.0 * 2.0), len(record))
    source.play()
    now[0] += 50.0
    assert source.newest().position == (record.at(11.0), len(record))
    assert "►" not in text(source.newest()).partition("REPLAY")[2]
    source.play()
    now[0] += 1.0
    assert source.newest().position == (record.at(12.0), len(record))
    now[0] += length
    assert source.newest().position == (len(record), len(record))
    assert source.newest().playing is None


def test_a_key_that_goes_through_the_record_lets_it_stand(tmp_path: Path) -> None:
    now = [0.0]
    run = unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path)
    source = RecordedRun(run, in_thread=False, looks_round=False, clock=lambda: now[0])
    source.play()
    now[0] = 3.0
    before = source.newest().position
    assert before is not None
    source.move("event", 1)
    now[0] = 9.0
    assert source.newest().position == (before[0] + 1, before[1])


def test_a_robot_is_between_its_samples_and_nowhere_before_the_first() -> None:
    track = Track(np.array([1.0, 3.0]), np.array([[0.0, 1.0], [2.0, 1.0]]))
    (seen,) = seen_at({"r1": track}, {"r1": "m7"}, 2.0, 5)
    assert (seen.robot, seen.q, seen.motion, seen.at) == ("r1", (1.0, 1.0), "m7", 5)
    assert math.isnan(seen.speed_scaling)
    assert list(seen_at({"r1": track}, {}, 0.5, 5)) == []
    where = positions(scene_of(ASSEMBLY, 3), {"r1": seen})["r1"]
    assert (where.how, where.scaling, where.motion) == ("measured", None, "m7")


def test_the_speeds_are_gone_through_and_no_further_than_the_last() -> None:
    playing = Playing(0.0, 0.0)
    for speed in (4.0, 16.0, 60.0, 60.0):
        playing = playing.changed(0.0, 1)
        assert playing.speed == speed
    assert playing.changed(2.0, -9) == Playing(2.0, 120.0, 0.25)
