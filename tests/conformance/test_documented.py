"""docs/drivers.md says of every driver what it was run against, in its own words; the guide names laws that there are."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cell_drivers.conformance import LAWS

WORDS = ("VERIFIED_AGAINST", "VERIFIED")


def drivers(repository: Path) -> dict[str, Path]:
    """The folder of each driver that this package brings, by its name in a cell file."""
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    targets: dict[str, str] = project["entry-points"]["cell_drivers"]
    return {name: repository / target.partition(":")[0].replace(".", "/") for name, target in targets.items()}


def said(folder: Path) -> Iterator[str]:
    """What the modules of a driver say in a constant VERIFIED…, or where they make their capabilities."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in WORDS for t in node.targets)
            given = isinstance(node, ast.keyword) and node.arg == "verified_against"
            value = getattr(node, "value", None)
            if (named or given) and isinstance(value, ast.Tuple):
                yield from (str(word) for word in ast.literal_eval(value))


def test_the_documentation_repeats_what_each_driver_was_run_against(repository: Path) -> None:
    text = " ".join((repository / "docs/drivers.md").read_text("utf-8").split())
    table = dict(re.findall(r"\| `(\w+)` \| ([^|]+) \|", text[text.index("## What the drivers here were run against") :]))
    missing = []
    for name, folder in drivers(repository).items():
        words = list(dict.fromkeys(said(folder)))
        assert words, f"{name} does not say what it was run against, as a tuple of texts"
        missing += [f"{name}: {word}" for word in words if word not in table.get(name, "")]
    assert missing == []


def test_the_guide_names_laws_that_there_are(repository: Path) -> None:
    names = {law.name for law in LAWS}
    text = (repository / "docs/how_to/add_a_driver.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([a-z-]+-[a-z-]+)` \|", text, re.MULTILINE)) | set(re.findall(r"--law ([a-z-]+)", text))
    assert named
    assert named - names == set()
