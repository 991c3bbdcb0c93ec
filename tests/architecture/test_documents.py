"""What the documents point to is there."""

import ast
import re

from tests.architecture.tree import ROOT, repository_files, wheel_packages

LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")


def test_every_relative_link_leads_somewhere() -> None:
    broken = []
    for path in repository_files():
        if path.suffix == ".md":
            for target in LINK.findall(path.read_text(encoding="utf-8")):
                if not (path.parent / target).exists():
                    broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [page for page in pages if f"({page})" not in index] == []
    numbers = [page.split("-")[0] for page in pages]
    assert len(numbers) == len(set(numbers))


def test_one_file_makes_a_released_plan() -> None:
    makers = set()
    for package in wheel_packages():
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)) if "ReleasedPlan" in text else ()
            if any(ast.unparse(call.func).split(".")[-1] == "ReleasedPlan" for call in calls):
                makers.add(str(path.relative_to(ROOT)))
    assert makers <= {"planner/proof/release.py"}
