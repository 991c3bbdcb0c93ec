"""A whole run, text to report, with a gripper on libmodbus and a press on node-opcua beside a simulated robot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.doubles.waiting import until
from tests.end_to_end.program import Program
from tests.peers.gripper_registers import compiled, mbpoll, started
from tests.peers.opcua_server import Server, Tags, opcua_server

pytestmark = pytest.mark.counterpart
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PRESS: Tags = {
    "press.door": ("String", "closed"),
    "press.door.set": ("String", ""),
    "press.job.request": ("String", ""),
    "press.job.answer": ("String", ""),
}
WHERE_THE_BLOCK_IS = 120
ACTIVATED, RESET = 0x0100, 0x0000


@dataclass
class Cell:
    program: Program
    gripper: int
    plc: Server


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    """Planned once: where its devices listen is part of the cell."""
    folder = tmp_path_factory.mktemp("field")
    with started(compiled(folder), "tcp") as (_, port), opcua_server(folder, PRESS, needs_part=[]) as plc:
        text = (HERE / "field_devices.cell").read_text("utf-8")
        text = text.replace("@GRIPPER@", f"modbus://127.0.0.1:{port}?stroke=85").replace("@PLC@", plc.address)
        (folder / "field_devices.cell").write_text(text, "utf-8")
        (folder / "field_devices.intent").write_bytes((HERE / "field_devices.intent").read_bytes())
        program = Program(ROOT, folder / "cache", folder / "state", folder)
        planned = program.call("plan", "field_devices.intent", "-o", "field.plan")
        assert planned.code == 0, planned.everything
        yield Cell(program, int(port), plc)


@pytest.fixture(autouse=True)
def _as_at_its_start(cell: Cell) -> None:
    mbpoll(cell.gripper, 1500, WHERE_THE_BLOCK_IS)
    mbpoll(cell.gripper, 1000, RESET, 0, 0)
    mbpoll(cell.gripper, 1000, ACTIVATED, 0, 0)
    until(lambda: mbpoll(cell.gripper, 2000) == [0x3100], "the activation")
    mbpoll(cell.gripper, 1000, 0x0900, 0, 0xFF00)
    cell.plc.tell(tag="press.door", value="closed")


def test_an_intent_is_carried_out_by_devices_that_are_not_ours(cell: Cell) -> None:
    before = len(cell.plc.tell(writes=True))
    run = cell.program.call("run", "field.plan", "--yes")
    assert run.code == 0, run.everything
    written = [value if name == "press.door.set" else "job" for name, value in cell.plc.tell(writes=True)[before:]]
    assert written[:4] == ["open", "closed", "job", "open"]
    assert set(written[4:]) <= {"closed"}
    assert cell.plc.tell(runs="press") == 1
    assert mbpoll(cell.gripper, 2000, count=3)[0] >> 14 == 3  # open: the jaws are where they were sent
    assert cell.program.recorded_runs()[-1]["state"] == "Complete"


def test_a_gripper_that_is_not_activated_holds_the_run_before_anything_moves(cell: Cell) -> None:
    mbpoll(cell.gripper, 1000, RESET, 0, 0)
    run = cell.program.call("run", "field.plan", "--yes")
    assert run.code != 0
    assert "its jaws are not activated" in run.everything
    assert mbpoll(cell.gripper, 1000, count=3) == [0, 0, 0]
    assert cell.program.call("ask", "stop").code == 0  # its controller goes on holding
