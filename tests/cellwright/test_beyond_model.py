"""A cell file that promises more than its robot can: a warning with both figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cellwright.beyond_model import beyond_model
from cellwright.reading import read
from cellwright.robot_models import load_robot_model

HERE = Path(__file__).parent


@pytest.fixture
def cell_file(repository: Path, tmp_path: Path) -> Path:
    file = tmp_path / "first_move.cell"
    file.write_text((repository / "examples" / "01_first_move" / "first_move.cell").read_text())
    return file


def said(cell_file: Path, old: str, new: str) -> list[tuple[str, int, str]]:
    text = cell_file.read_text()
    assert old in text
    cell_file.write_text(text.replace(old, new))
    cell = read(str(cell_file), {}).cell
    assert cell is not None
    model = load_robot_model("ur5e", HERE, None).expect()
    return [(d.code, d.spans[0].start.line, d.message) for d in beyond_model(cell, cell.robots["arm"], model)]


def test_the_example_promises_nothing_too_much(cell_file: Path) -> None:
    assert said(cell_file, "payload 5 kg", "payload 5 kg") == []


def test_a_payload_beyond_the_model_is_told_with_both_figures(cell_file: Path) -> None:
    ((code, line, message),) = said(cell_file, "payload 5 kg", "payload 50 kg")
    assert (code, line) == ("W310", 7)
    assert "50 kg" in message
    assert "5 kg" in message.split(";")[1]


def test_a_speed_beyond_the_joints_is_told_with_both_figures(cell_file: Path) -> None:
    ((code, line, message),) = said(cell_file, "max_speed 1000 mm/s", "max_speed 100000 mm/s")
    assert (code, line) == ("W310", 8)
    assert "100000 mm/s" in message


def test_the_bound_on_speed_is_one(cell_file: Path) -> None:
    """No configuration and no choice of joint speeds gets the TCP of the example faster than the bound that is told."""
    ((_, _, message),) = said(cell_file, "max_speed 1000 mm/s", "max_speed 100000 mm/s")
    most = float(message.rsplit(" mm/s at most")[0].rsplit(" ", 1)[1]) / 1000
    model = load_robot_model("ur5e", HERE, None).expect()
    generator, fastest = np.random.default_rng(1), 0.0
    for q in generator.uniform(model.position[:, 0], model.position[:, 1], (300, 6)):
        qd = model.velocity * generator.choice([-1.0, 1.0], 6)
        ahead, behind = (model.chain.link_poses(q + sign * 1e-6 * qd)[-1] for sign in (1.0, -1.0))
        tcp = np.append(model.T_last_flange.apply(np.array([[0.0, 0.0, 0.14]]))[0], 1.0)
        fastest = max(fastest, float(np.linalg.norm((ahead @ tcp - behind @ tcp)[:3])) / 2e-6)
    assert fastest <= most
