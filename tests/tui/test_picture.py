"""The picture of the README is one that `docs/pictures/make.py` drew, and asks for nothing from outside."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest


@pytest.fixture(scope="module")
def picture(repository: Path) -> str:
    return (repository / "docs/pictures/first_run.svg").read_text(encoding="utf-8")


def test_asks_for_nothing_from_outside(picture: str) -> None:
    assert set(re.findall(r"\w+://[^\"')\s]+", picture)) == {"http://www.w3.org/2000/svg"}
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", picture))
    assert "@import" not in picture
    assert "<script" not in picture


def test_shows_the_readmes_command_and_how_the_run_ended(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    said = "\n".join("".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")).replace("\xa0", " ")
    assert "cellwright run examples/02_machine_tending/tending.intent --yes" in said
    assert re.search(r"run \S+: Complete", said)
    assert "36 shaft in outfeed" in said
