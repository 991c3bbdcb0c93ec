"""Every code has a page, and the example on it raises that code and nothing else."""

from __future__ import annotations

import re

import pytest

from intentlang.codes import PAGES, title
from tests.intentlang.cells import BASE, ROOT, assembly, cell_of, codes, program_of

_BLOCK = re.compile(r"```(\w+)\n(.*?)\n```", re.DOTALL)
_EXAMPLES = [(code, *match.groups()) for code in PAGES for match in _BLOCK.finditer(PAGES[code].text)]

# The base cell declares a part that nothing grips, on purpose.
_ALSO = {"W202"}


@pytest.mark.parametrize(("code", "language", "text"), _EXAMPLES, ids=[e[0] for e in _EXAMPLES])
def test_the_example_on_a_page_raises_its_code_alone(code: str, language: str, text: str) -> None:
    where = assembly() if "for each kit" in text else None
    found = codes(cell_of(text, BASE) if language == "cell" else program_of(text, where))
    assert code in found
    assert set(found) <= {code} | (_ALSO if language == "cell" else set())


def test_every_code_in_the_package_has_a_page() -> None:
    used = {
        code
        for path in (ROOT / "intentlang").rglob("*.py")
        for code in re.findall(
            r'(?:error|warning)\(\s*"([EW]\d{3})"|code="?([EW]\d{3})|"([EW][124]\d{2})"', path.read_text("utf-8")
        )
        for code in code
        if code
    }
    assert used - set(PAGES) == set()
    assert set(PAGES) - used <= {"E120", "E123", "E124"}, "a page for a code that nobody raises"


def test_every_page_says_what_why_an_example_and_what_to_do() -> None:
    for code, page in PAGES.items():
        assert page.title, code
        for heading in ("**Why.**", "**Example.**", "**What to do.**"):
            assert heading in page.text, code
    assert title("E201") == "unknown name"
    assert "../x" not in PAGES
