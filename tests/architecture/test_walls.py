"""The walls hold, and each of them is seen to catch a breach: a checker that has never refused anything proves nothing."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, contracts, pyproject, wheel_packages
from tests.long import rest_is_long


@dataclass(frozen=True, slots=True)
class Breach:
    """A line that must not land: `line` in a new module `module` breaks `contract`."""

    contract: str
    module: str
    line: str


BREACHES = (
    Breach("floors", "cell/planted.py", "import cellwright"),
    Breach("floors", "cellwright/planted.py", "import tui"),
    Breach("floors", "intentlang/planted.py", "import planner"),
    Breach("floors", "controller/planted.py", "import cell_drivers"),
    Breach("server-apart", "intentlang/planted.py", "import intentlang.server.planted"),
    Breach("server-apart", "cellwright/planted.py", "import intentlang.server.planted"),
    Breach("planner-floors", "planner/planted.py", ""),
    Breach("planner-floors", "planner/proof/planted.py", "import planner.motion"),
    Breach("planner-floors", "planner/proof/planted.py", "import planner.tasks"),
    Breach("planner-floors", "planner/schedule/planted.py", "import planner.tasks"),
    Breach("why-floors", "planner/why/planted.py", ""),
    Breach("why-floors", "planner/why/clauses.py", "import planner.why.cores"),
    Breach("scheduler-apart", "planner/proof/planted.py", "import planner.schedule.solve"),
    Breach("scheduler-apart", "planner/motion/planted.py", "import planner.schedule.solve"),
    Breach("scheduler-knows-no-cell", "planner/schedule/planted.py", "import cell.model"),
    Breach("controller-floors", "controller/planted.py", ""),
    Breach("pure-middle", "cell/planted.py", "import time"),
    Breach("pure-middle", "intentlang/planted.py", "import logging"),
    Breach("pure-middle", "planner/motion/planted.py", "import random"),
    Breach("pure-middle", "controller/planted.py", "import asyncio"),
    Breach("pure-middle", "cell_drivers/ur/planted.py", "import socket"),
    Breach("drivers-by-entry-point", "cellwright/planted.py", "import cell_drivers.simulated"),
    Breach("drivers-by-entry-point", "cell_drivers/planted.py", "import cell_drivers.simulated"),
    Breach("one-door-toolbox", "planner/motion/planted.py", "import roboticstoolbox"),
    Breach("one-door-toolbox", "controller/planted.py", "from spatialmath import SE3"),
    Breach("one-door-lark", "intentlang/planted.py", "import lark"),
    Breach("one-door-modbus", "cell_drivers/planted.py", "from pymodbus.client import ModbusTcpClient"),
    Breach("one-door-opcua", "cellwright/planted.py", "from asyncua import Client"),
    Breach("one-door-pytest", "cell_drivers/conformance/planted.py", "import pytest"),
    Breach("one-door-web", "cellwright/planted.py", "from aiohttp import web"),
    Breach("one-door-terminal", "cellwright/planted.py", "import textual"),
    Breach("words-of-the-cell", "planner/proof/planted.py", "from cell.standard_verbs import STANDARD"),
    Breach("words-of-the-cell", "cell_drivers/planted.py", "import cell.standard_kinds"),
    Breach("one-door-sqlite", "cellwright/planted.py", "import sqlite3"),
)


def lint_imports(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-cache", "--no-logo", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of every package and its contracts, with one module more in the language server that a breach may import.

    A test plants its breach in it and takes it out again.
    """
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in wheel_packages():
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    server = root / "intentlang" / "server"
    server.mkdir(exist_ok=True)
    for name in ("__init__.py", "planted.py"):
        (server / name).touch()
    return root


def test_every_wall_stands(tree: Path) -> None:
    run = lint_imports(tree)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("breach", rest_is_long(BREACHES, quick=4), ids=lambda b: f"{b.contract}:{b.module}:{b.line}")
def test_catches_a_planted_breach(tree: Path, breach: Breach) -> None:
    planted = tree / breach.module
    planted.write_text(f"{breach.line}\n", encoding="utf-8")
    try:
        run = lint_imports(tree, "--contract", breach.contract)
    finally:
        planted.unlink()
    assert run.returncode == 1, run.stdout + run.stderr
    assert "BROKEN" in run.stdout
    told = run.stdout.split("Broken contracts", 1)[1]
    assert breach.module.removesuffix(".py").replace("/", ".") in told.replace("\n", ""), run.stdout


def test_every_contract_has_a_planted_breach() -> None:
    assert {breach.contract for breach in BREACHES} == set(contracts())


def test_every_package_of_the_wheel_stands_on_a_floor() -> None:
    floors = {name.strip() for layer in contracts()["floors"]["layers"] for name in layer.split("|")}
    assert floors == wheel_packages()
    assert set(pyproject()["tool"]["importlinter"]["root_packages"]) == wheel_packages()


def test_a_door_is_closed_to_every_package() -> None:
    for name, contract in contracts().items():
        if name.startswith("one-door-"):
            opened = {"tui"} if name == "one-door-terminal" else set()
            assert set(contract["source_modules"]) == wheel_packages() - opened, name
