"""The pictures of the README are those that `docs/pictures/make.py` and `screens.py` drew, and ask for nothing from outside."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest


@pytest.fixture(scope="module")
def picture(repository: Path) -> str:
    return (repository / "docs/pictures/first_run.svg").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def screens(repository: Path) -> str:
    return (repository / "docs/pictures/screens.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["picture", "screens"])
def test_asks_for_nothing_from_outside(name: str, request: pytest.FixtureRequest) -> None:
    picture = request.getfixturevalue(name)
    assert set(re.findall(r"\w+://[^\"')\s]+", picture)) == {"http://www.w3.org/2000/svg"}
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", picture))
    assert "@import" not in picture
    assert "<script" not in picture


def text_of(picture: str) -> str:
    root = ElementTree.fromstring(picture)
    return "\n".join("".join(e.itertext()) for e in root.iter() if e.tag.endswith("text")).replace("\xa0", " ")


def test_shows_a_run_with_its_state_stop_map_and_plan(screens: str) -> None:
    said = text_of(screens)
    for part in ("[► EXECUTE]", "REPLAY", "STOP]", "takt", "from above", "from the side", "lathe", "measured, at rest"):
        assert part in said, part


def test_shows_the_readmes_command_and_how_the_run_ended(picture: str) -> None:
    said = text_of(picture)
    assert "cellwright run examples/02_machine_tending/tending.intent --yes" in said
    assert re.search(r"run \S+: Complete", said)
    assert "36 shaft in outfeed" in said
