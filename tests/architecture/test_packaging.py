"""What pyproject.toml says of the tree is so: packages, dependencies, and the two commands of the README."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

from tests.architecture.tree import OUTSIDE_THE_WHEEL, ROOT, pyproject, wheel_packages

COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install -e . "
    "&& .venv/bin/cellwright run examples/02_machine_tending/tending.intent --yes",
    'python3 -m venv .venv && .venv/bin/pip install -e ".[dev]" && .venv/bin/pytest -n 2',
)


def canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


DRIVER_EXTRAS = ("conformance", "modbus", "opcua", "web")
"""Extras that bring what one driver, the kit's plugin or the screens in a browser import; its door in [tool.importlinter] keeps
everybody else from it."""


def declared_dependencies() -> set[str]:
    project = pyproject()["project"]
    lines = [*project["dependencies"], *(line for extra in DRIVER_EXTRAS for line in project["optional-dependencies"][extra])]
    return {canonical(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines}


def imported_modules() -> dict[str, str]:
    """Each third-party module that our packages import, with a file that does."""
    found: dict[str, str] = {}
    for package in wheel_packages():
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names = [node.module]
                for name in names:
                    found.setdefault(name.split(".")[0], str(path.relative_to(ROOT)))
    return {n: f for n, f in found.items() if n not in sys.stdlib_module_names and n not in wheel_packages()}


def test_every_top_level_package_is_in_the_wheel() -> None:
    with_python = {path.parent.name for path in ROOT.glob("*/*.py")} - OUTSIDE_THE_WHEEL
    assert {name for name in with_python if not name.startswith(".")} == wheel_packages()


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for package in wheel_packages() for path in (ROOT / package).rglob("*.py")}
    assert [str(f.relative_to(ROOT)) for f in sorted(folders) if not (f / "__init__.py").is_file()] == []


def test_every_package_says_that_it_is_typed() -> None:
    assert {name for name in wheel_packages() if (ROOT / name / "py.typed").is_file()} == wheel_packages()


def test_every_third_party_import_is_declared() -> None:
    owners = packages_distributions()
    undeclared = {
        f"{module} in {where}"
        for module, where in imported_modules().items()
        if not {canonical(owner) for owner in owners.get(module, [module])} & declared_dependencies()
    }
    assert undeclared == set()


def test_every_dependency_has_a_floor_and_a_cap() -> None:
    project = pyproject()["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    assert [line for line in lines if ">=" not in line or "<" not in line] == []


def test_what_a_driver_extra_brings_is_brought_to_developers_too() -> None:
    extras = pyproject()["project"]["optional-dependencies"]
    assert [line for extra in DRIVER_EXTRAS for line in extras[extra] if line not in extras["dev"]] == []


def test_readme_gives_each_of_the_two_commands_once() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [readme.count(command) for command in COMMANDS] == [1, 1]


def test_ci_takes_the_test_command_from_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    marker = "<!-- the test command, run by .ci/run as it stands -->"
    assert marker in script
    assert readme.count(marker) == 1
    assert readme.split(marker)[1].strip().splitlines()[:2] == ["```sh", COMMANDS[1]]
