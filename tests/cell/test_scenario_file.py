"""What a scenario file may say, and what is told about one that says something else."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cell import scenario
from cell.codec import canonical, from_plain, to_plain
from cell.model import Queue
from cell.scenario import GripLost, MachineAlarm, MissingPart, RejectShare, Scenario
from cell.scenario_file import PAGES, TABLES, beside, not_in_cell, scenario_from_mapping
from tests.cell_drivers.gantry import SPAN, gantry_cell
from tests.cell_drivers.test_supplies import with_line

EVERYTHING = """
seed = 7
[[reject_share]]
share = 0.1
[[reject]]
nth = 4
[[identified]]
nth = 2
kind = "flange"
[[missing_part]]
place = "infeed[3]"
[[drive_spoiled]]
tool = "grip"
nth = 1
how = "jam"
[[jam]]
robot = "g1"
nth = 1
[[stretched]]
lowest = 0.2
highest = 5
[[grip_lost]]
tool = "grip"
nth = 3
when = "at grip"
[[grip_lost]]
tool = "grip"
nth = 5
when = "on the way"
[[coupling_fails]]
robot = "g1"
nth = 1
[[machine_alarm]]
machine = "lathe"
nth = 2
fraction = 0.5
[[machine_alarm]]
machine = "lathe"
nth = 4
fraction = 0
clears_after = 30
[[order_added]]
id = "RUSH"
at = 40
items = { shaft = 2 }
due = 1970-01-01T00:01:00Z
[[order_withdrawn]]
id = "RUSH"
at = 60
[[late]]
machine = "lathe"
factor = 2
[[stall]]
robot = "g1"
at = 12.5
duration = 3
[[stuck]]
robot = "g1"
at = 20
duration = 3
[[drift]]
robot = "g1"
start = 30
end = 40
rate = 0.05
[[protective_stop]]
robot = "g1"
at = 50
[[emergency_stop]]
robot = "g1"
start = 50
end = 60
[[person_enters]]
zone = "aisle"
start = 10
end = 20
[[person_away]]
person = "operator"
start = 5
end = 60
[[person_refuses]]
person = "operator"
nth = 2
[[supply_stops]]
supply = "line"
start = 5
end = 60
[[outfeed_stops]]
outfeed = "chute"
start = 5
end = 60
[[frozen_state]]
device = "g1"
start = 1
end = 2
[[link_cut]]
device = "lathe"
start = 1
end = 2
[[link_slow]]
device = "lathe"
start = 1
end = 2
latency = 0.3
share = 0.1
[[bump]]
robot = "g1"
at = 1
duration = 0.1
force = 200
[[person_nears]]
zone = "aisle"
start = 1
end = 2
distance = 1.5
[[clock_jump]]
at = 3
by = -3600
[[disk_slow]]
start = 1
end = 2
delay = 2
[[disk_full]]
start = 5
end = 6
[[operator_asks]]
at = 9
what = "quick stop"
"""


def codes(text: str) -> list[str]:
    outcome = scenario_from_mapping(tomllib.loads(text), "day.toml")
    assert (outcome.value is None) == bool(outcome.diagnostics)
    return [d.code for d in outcome.diagnostics]


def test_reads_every_disturbance_there_is() -> None:
    outcome = scenario_from_mapping(tomllib.loads(EVERYTHING))
    read = outcome.expect()
    assert read.seed == 7
    assert {type(d) for d in read.disturbances} == set(scenario.Disturbance.__args__)
    assert {make for make, _ in TABLES.values()} == set(scenario.Disturbance.__args__)
    assert MachineAlarm("lathe", 4, 0.0, 30.0) in read.disturbances
    assert GripLost("grip", 5, "on the way") in read.disturbances
    queues = {"orders": Queue("orders", "shaft", SPAN)}
    measured = {name: replace(zone, distance="floor.nearest") for name, zone in gantry_cell().zones.items()}
    scrap = gantry_cell().equipment["scrap"]
    chute = replace(scrap, name="chute", attributes={"leaves": 20.0, "capacity": 6.0})
    things = {**with_line().equipment, "chute": chute}
    assert not_in_cell(read, replace(with_line(), queues=queues, zones=measured, equipment=things)) == ()
    absent = [
        "the cell has no bin that `leaves` or is `emptied` 'chute'",
        "the cell has no conveyor or feed 'line'",
        "the cell has no queue 'orders'",
        "the cell has no zone with a `distance` 'aisle'",
    ]
    assert sorted(d.message for d in not_in_cell(read, gantry_cell())) == absent


def test_a_scenario_survives_its_plain_form() -> None:
    read = scenario_from_mapping(tomllib.loads(EVERYTHING)).expect()
    again = from_plain(Scenario, to_plain(read))
    assert again == read
    assert canonical(again) == canonical(read)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("[[rejectshare]]\nshare = 0.1", "E281", "did you mean reject_share?"),
        ("[[grip_lost]]\ntool = 'grip'\nnth = 1\nwhen = 'at grip'\nntn = 2", "E281", "did you mean nth?"),
        ("[[reject_share]]\nshare = 10", "E282", "from 0 to 1"),
        ("[[reject_share]]\nshare = '10 %'", "E282", "from 0 to 1"),
        ("[[reject_share]]\nshare = true", "E282", "from 0 to 1"),
        ("[[reject_share]]", "E282", "lacks share"),
        ("[[reject]]\nnth = 0", "E282", "whole number from 1"),
        ("[reject]\nnth = 1", "E282", "[[reject]]"),
        ("[[stall]]\nrobot = 'g1'\nat = nan\nduration = 1", "E282", "seconds"),
        ("[[person_enters]]\nzone = 'aisle'\nstart = 5\nend = 5", "E282", "not after its start"),
        ("[[grip_lost]]\ntool = 'grip'\nnth = 1\nwhen = 'later'", "E282", "on the way"),
        ("seed = 1.5", "E282", "whole number"),
        ("[[link_cut]]\ndevice = 'g1'\nstart = 2\nend = 1", "E282", "not after its start"),
        ("[[disk_full]]\nstart = 2\nend = 2", "E282", "not after its start"),
        ("[[link_slow]]\ndevice = 'g1'\nstart = 2\nend = 1\nlatency = 1\nshare = 0", "E282", "not after its start"),
        ("[[bump]]\nrobot = 'g1'\nat = 2\nduration = 1\nforce = -3", "E282", "from 0 to 100000"),
        ("[[person_nears]]\nzone = 'aisle'\nstart = 2\nend = 3\ndistance = 11", "E282", "from 0 to 10"),
        ("[[disk_slow]]\nstart = 1\nend = 2\ndelay = -1", "E282", "from 0 to 3600"),
        ("[[clock_jump]]\nat = 1\nby = inf", "E282", "seconds"),
        ("[[operator_asks]]\nat = 1\nwhat = 'start'", "E282", "'quick stop'"),
    ],
)
def test_says_what_is_wrong_with_an_entry(text: str, code: str, told: str) -> None:
    outcome = scenario_from_mapping(tomllib.loads(text), "day.toml")
    assert outcome.value is None
    (finding,) = outcome.diagnostics
    assert finding.code == code
    assert told in f"{finding.message} {finding.help}"
    assert finding.spans[0].file == "day.toml"


def test_reports_all_findings_at_once() -> None:
    assert codes("seed = 'x'\n[[reject]]\nnth = -1\n[[oops]]\na = 1") == ["E282", "E282", "E281"]


def test_names_that_the_cell_does_not_have_are_found() -> None:
    text = "[[missing_part]]\nplace = 'infeed[9]'\n[[person_enters]]\nzone = 'isle'\nstart = 1\nend = 2"
    findings = not_in_cell(scenario_from_mapping(tomllib.loads(text)).expect(), gantry_cell(), "day.toml")
    assert [d.code for d in findings] == ["E283", "E283"]
    assert "did you mean aisle?" in findings[1].help


def test_there_is_no_link_to_what_is_no_device_of_its_own() -> None:
    text = "[[link_cut]]\ndevice = 'signals'\nstart = 1\nend = 2"
    findings = not_in_cell(scenario_from_mapping(tomllib.loads(text)).expect(), gantry_cell())
    assert [d.message for d in findings] == ["the cell has no device 'signals'"]


def test_what_only_a_rehearsal_makes_happen_is_named_by_its_tables() -> None:
    read = scenario_from_mapping(tomllib.loads(EVERYTHING)).expect()
    assert beside(read) == ("clock_jump", "disk_slow", "disk_full", "operator_asks")


def test_every_code_has_a_page() -> None:
    assert set(PAGES) == {"E281", "E282", "E283"}


def test_the_example_scenario_reads(repository: Path) -> None:
    text = (repository / "examples/02_machine_tending/rejects_and_a_missing_part.toml").read_text("utf-8")
    mapping: Mapping[str, object] = tomllib.loads(text)
    assert scenario_from_mapping(mapping).expect() == Scenario(7, (RejectShare(0.1), MissingPart("infeed[12]")))
