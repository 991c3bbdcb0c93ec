"""Programs that we did not write, for tests marked `counterpart`: where they are, and what is said where they are not.

Law: where CELLWRIGHT_COUNTERPARTS is `required` a missing counterpart is a failure, elsewhere a skip that says what to install.
"""

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

HOME = Path(os.environ.get("CELLWRIGHT_COUNTERPARTS_DIR") or Path.home() / ".cache" / "cellwright-counterparts")
"""Where `.ci/counterparts` puts them, a folder for each of its names."""


def needs(*programs: str) -> tuple[Path, ...]:
    """The paths of `programs`, each a path below HOME (`modbus/root/usr/bin/mbpoll`) or a bare name that is looked up on PATH."""
    return tuple(_found(program) for program in programs)


def needs_module(module: str, extra: str, before: tuple[int, int] | None = None) -> None:
    """That the Python module is there, which the extra of our own package brings. `before`: the first Python for which it has no
    wheel; from there on its absence is a skip, also where counterparts are required."""
    if importlib.util.find_spec(module) is not None:
        return
    if before is not None and sys.version_info[:2] >= before:
        pytest.skip(f"{module} is not here: it has no wheel for Python {before[0]}.{before[1]} or later")
    missing(module, f'pip install -e ".[{extra}]"')


def missing(what: str, install: str) -> NoReturn:
    """Ends the test: failed where counterparts are required, else skipped."""
    text = f"{what} is not here: {install}"
    if os.environ.get("CELLWRIGHT_COUNTERPARTS") == "required":
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def libraries(name: str) -> dict[str, str]:
    """The environment in which a program of the counterpart `name` finds its shared libraries."""
    folders = sorted((HOME / name / "root" / "usr" / "lib").glob("*-linux-gnu"))
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(folder) for folder in folders)}


def _found(program: str) -> Path:
    if "/" not in program:
        on_path = shutil.which(program)
        return Path(on_path) if on_path else missing(program, f"install {program}")
    path = HOME / program
    return path if path.exists() else missing(program, f".ci/counterparts {program.split('/')[0]}")
