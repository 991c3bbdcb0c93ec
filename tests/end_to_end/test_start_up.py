"""What a verb may load before it answers: nobody waits for a robot library to be told of a typing error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.program import Finished, Program

HEAVY = ("roboticstoolbox", "spatialmath", "matplotlib", "scipy")


def loaded(finished: Finished) -> set[str]:
    """Top-level modules, from the report of `python -X importtime`."""
    lines = [line.rpartition("|")[2].strip() for line in finished.err.splitlines() if line.startswith("import time:")]
    return {line.partition(".")[0] for line in lines}


def call(program: Program, *words: object) -> set[str]:
    finished = program.call(*words, before=("-X", "importtime"))
    assert finished.code == 0, finished.out
    modules = loaded(finished)
    assert "argparse" in modules, "nothing was reported at all"
    return modules


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("plan", "--help"), ("run", "--help"), ("runs",)])
def test_help_and_records_load_no_robot_library(program: Program, words: tuple[str, ...]) -> None:
    assert not call(program, *words) & {*HEAVY, "pydantic", "lark", "coal"}


def test_check_loads_no_robot_library(program: Program, examples: Path) -> None:
    assert not call(program, "check", examples / "02_machine_tending" / "tending.intent") & {*HEAVY, "coal"}


def test_a_warm_plan_loads_no_robot_library(
    program: Program, examples: Path, cold_plan: tuple[Finished, Path], batch: int
) -> None:
    assert cold_plan[0].code == 0, cold_plan[0].everything
    modules = call(
        program, "plan", examples / "02_machine_tending" / "tending.intent", "--jobs", 1, "--set", f"batch={batch} parts"
    )
    assert not modules & {"roboticstoolbox", "spatialmath", "matplotlib"}
