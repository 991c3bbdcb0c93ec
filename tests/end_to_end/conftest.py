"""The program as a user calls it, in folders of its own, and one cold plan of the big example for all who need it: of a third
of its batch, which has every kind of step in a third of the time; the slow suite does the same with all of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.line import Planned, Rehearsed, planned, rehearsed
from tests.end_to_end.program import Finished, Program


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by all tests: what one has planned is warm for the next."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A copy of the examples, so that nothing is ever written beside the originals."""
    return Path(shutil.copytree(repository / "examples", tmp_path_factory.mktemp("project") / "examples"))


@pytest.fixture
def program(repository: Path, cache: Path, tmp_path: Path) -> Iterator[Program]:
    """Runs, and whatever is written, in a folder of this test alone. Worlds that outlive their controllers end with it."""
    program = Program(repository, cache, tmp_path / "state", tmp_path)
    yield program
    program.end_worlds()


@pytest.fixture(scope="session", params=[12, pytest.param(36, marks=pytest.mark.slow)])
def batch(request: pytest.FixtureRequest) -> int:
    """How many shafts machine tending makes."""
    count: int = request.param
    return count


@pytest.fixture(scope="session")
def plan_session(repository: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Finished, Path]]:
    def act(file: Path, hash_seed: str, *words: str) -> tuple[Finished, Path]:
        folder = tmp_path_factory.mktemp("planned")
        target = folder / f"{file.stem}.plan"
        program = Program(repository, cache, folder / "state", folder, hash_seed)
        finished = program.call("plan", file, "-o", target, *words, timeout=900)
        return finished, target

    return act


@pytest.fixture(scope="session")
def cold_plan(plan_session: Callable[..., tuple[Finished, Path]], examples: Path, batch: int) -> tuple[Finished, Path]:
    """Machine tending, planned by the program with nothing in the cache: how it went, and the plan file."""
    return plan_session(examples / "02_machine_tending" / "tending.intent", "1", "--set", f"batch={batch} parts")


@pytest.fixture(scope="session")
def tending(cold_plan: tuple[Finished, Path], examples: Path, cache: Path, batch: int) -> Planned:
    assert cold_plan[0].code == 0, cold_plan[0].everything
    return planned(str(examples / "02_machine_tending" / "tending.intent"), cache, {"batch": f"{batch} parts"})


@pytest.fixture(scope="session")
def tended(tending: Planned) -> Rehearsed:
    """A good day at the lathe."""
    return rehearsed(tending)


@pytest.fixture(scope="session")
def first_move(examples: Path, cache: Path) -> Planned:
    return planned(str(examples / "01_first_move" / "first_move.intent"), cache)


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    os.environ.setdefault("NO_COLOR", "1")
