"""The tree as the contract tests see it: what pyproject.toml declares, and which packages really stand at the top level."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# Top-level folders with Python in them that stay out of the wheel and under no contract.
OUTSIDE_THE_WHEEL = frozenset({"tests", "examples", "benchmarks", "docs"})


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def contracts() -> dict[str, dict[str, Any]]:
    return {contract["id"]: contract for contract in pyproject()["tool"]["importlinter"]["contracts"]}


def wheel_packages() -> set[str]:
    return set(pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def repository_files() -> list[Path]:
    """Every file that git knows or would add, so neither caches nor virtual environments."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
