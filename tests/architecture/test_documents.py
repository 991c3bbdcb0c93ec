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


def test_every_package_is_a_room_of_the_architecture_and_each_file_that_it_begins_with_is_there() -> None:
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## The rooms")[2].partition("\n## ")[0]
    rooms = {}
    for row in (row for row in told.splitlines() if row.startswith("| `")):
        room, _, begin = row.strip("| ").split(" | ")
        rooms[room.strip("`")] = re.findall(r"`([^`]+)`", begin)
    packages = {
        f"{init.parent.relative_to(ROOT)}/" for package in wheel_packages() for init in (ROOT / package).rglob("__init__.py")
    }
    assert rooms.keys() == packages - {"cell_drivers/conformance/laws/"}  # that one is a list
    assert [f"{room}{name}" for room, names in rooms.items() for name in names if not (ROOT / room / name).exists()] == []


def test_the_file_that_the_glossary_names_beside_a_word_is_there() -> None:
    rows = [row for row in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`([\w/]+)`", row.rsplit("|", 2)[1])}
    assert len(named) > 10
    assert {n for n in named if not (ROOT / "cell" / f"{n}.py").exists() and not (ROOT / n).is_dir()} == set()


def test_one_file_makes_a_released_plan() -> None:
    makers = set()
    for package in wheel_packages():
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)) if "ReleasedPlan" in text else ()
            if any(ast.unparse(call.func).split(".")[-1] == "ReleasedPlan" for call in calls):
                makers.add(str(path.relative_to(ROOT)))
    assert makers <= {"planner/proof/release.py"}
