"""Every code that the program can raise has a page, and `explain` reads it aloud."""

import json
import re
from pathlib import Path

import pytest

from cellwright.code_pages import _all, find_page, known_codes
from tests.architecture.tree import ROOT, wheel_packages
from tui.cli import main

CODE = re.compile(r"[\"'`]([EWRN][1-9]\d\d)[\"'`]")


def sources() -> list[Path]:
    return [path for package in sorted(wheel_packages()) for path in (ROOT / package).rglob("*.py")]


def raised() -> dict[str, str]:
    """Every code that a source file spells as a string, with one file that does."""
    return {code: str(path.relative_to(ROOT)) for path in sources() for code in CODE.findall(path.read_text("utf-8"))}


def test_the_search_for_codes_finds_some_of_every_block() -> None:
    assert {code[:2] for code in raised()} >= {"E1", "E2", "E3", "E4", "E5", "E6", "R7", "W1"}


def test_every_code_that_can_be_raised_has_a_page() -> None:
    assert {code: file for code, file in raised().items() if find_page(code) is None} == {}


UNRAISED: dict[str, str] = {}
"""Codes that no test raises, each with the reason."""


def test_every_code_is_raised_by_a_test() -> None:
    """As far as a text tells: a test or a claim that names the code. That it does raise it is that test's own matter."""
    here = Path(__file__)
    tests = (p for p in (ROOT / "tests").rglob("*") if p.suffix in (".py", ".md") and p != here)
    named = {code for path in tests for code in re.findall(r"\b[EWRN][1-9]\d\d\b", path.read_text("utf-8"))}
    assert set(known_codes()) - named == set(UNRAISED)


def test_no_code_has_two_pages() -> None:
    pages = [code for pages in _all() for code in pages]
    assert sorted(code for code in set(pages) if pages.count(code) > 1) == []


def test_every_page_says_what_why_an_example_and_what_to_do() -> None:
    for code in known_codes():
        page = find_page(code)
        assert page is not None
        assert page.title.strip(), code
        assert not page.title.startswith("#"), code
        what, *sections = re.split(r"\*\*(Why|Example|What to do)\.\*\*", page.text)
        assert len(what) > 20, code
        assert sections[::2] == ["Why", "Example", "What to do"], code
        assert all(len(text.strip()) > 5 for text in sections[1::2]), code


def test_every_room_with_pages_is_asked() -> None:
    from cellwright.code_pages import ROOMS

    holding = {
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
        for path in sources()
        if re.search(r"^PAGES\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert holding <= set(ROOMS)


def test_explains_a_code_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "e310"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("E310 unknown robot model\n")
    assert "**" not in captured.out
    assert captured.err == ""


def test_explains_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "E310", "--format", "json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["code"] == "E310"
    assert page["title"] == "unknown robot model"
    assert "**Why.**" in page["text"]


@pytest.mark.parametrize("code", ["E999", "nonsense", "../E310", "\x1b[2J"])
def test_unknown_code_exits_2(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "there is no code" in captured.err
    assert "\x1b" not in captured.err
