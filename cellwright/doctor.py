"""What is wrong with this installation: findings, each with what would help. Changes nothing but a folder of our own that is
missing, talks to no device and imports no driver."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from cell.standard_verbs import STANDARD
from cell_drivers.registry import installed
from cellwright.configuration import FILE, project_root
from cellwright.folders import cache_folder, private, state_folder
from cellwright.words import brought_beyond, installed_words

PACKAGES: Final = ("cell", "cell_drivers", "cellwright", "controller", "intentlang", "planner", "tui")
Verdict = Literal["good", "told", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`told` is a fact without a judgement. `help` says what to do about a bad one."""

    about: str
    what: str
    verdict: Verdict = "good"
    help: str = ""


def examine(folder: Path, environment: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """Everything, in the order in which a reader looks. `folder` is where a project's configuration is looked for."""
    return (
        *_program(),
        *_requirements(),
        *_names(),
        *_folders(environment),
        *_configuration(folder),
        *_drivers(),
        *_words(),
        *_caches(environment),
    )


def _program() -> Iterator[Finding]:
    python = platform.python_version()
    try:
        distribution = metadata.distribution("cellwright")
    except metadata.PackageNotFoundError:
        yield Finding("program", "cellwright is not installed; its source is used as it lies", "bad", "pip install -e .")
        yield Finding("Python", python, "told")
        return
    yield Finding("program", f"cellwright {distribution.version} in {Path(__file__).parent.parent}")
    wanted = distribution.metadata["Requires-Python"] or ""
    fits = satisfies(python, wanted)
    yield Finding("Python", f"{python}, wanted {wanted}", "good" if fits else "bad", "" if fits else "Make the environment anew.")


def _requirements() -> Iterator[Finding]:
    try:
        needed = metadata.requires("cellwright") or []
    except metadata.PackageNotFoundError:
        return
    for line in needed:
        if "extra ==" in line:
            continue
        name, wanted = requirement(line)
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding("library", f"{name} is missing, wanted {wanted}", "bad", f'pip install "{name}{wanted}"')
            continue
        fits = satisfies(found, wanted)
        yield Finding("library", f"{name} {found}", "good" if fits else "bad", "" if fits else f'pip install "{name}{wanted}"')


def requirement(line: str) -> tuple[str, str]:
    """Name and version bounds of one `Requires-Dist`, without extras and markers."""
    match = re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)", line)
    return (match[1], match[2].strip()) if match else (line, "")


def satisfies(version: str, bounds: str) -> bool:
    """Whether `version` keeps every bound of `>=1.2,<2`. Only release numbers are compared; a bound that is written in
    another way (`~=`, `==1.*`) counts as kept, for it cannot be judged here."""
    own = _numbers(version)
    for bound in filter(None, (b.strip() for b in bounds.split(","))):
        match = re.fullmatch(r"(>=|<=|<|>)\s*([0-9.]+)", bound)
        if match is None:
            continue
        limit = _numbers(match[2])
        width = max(len(own), len(limit))
        a, b = (n + (0,) * (width - len(n)) for n in (own, limit))
        if not {">=": a >= b, "<=": a <= b, "<": a < b, ">": a > b}[match[1]]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(int(n) for n in match[0].split(".")) if match else ()


def _names() -> Iterator[Finding]:
    """Our packages have common names: another distribution may bring one too, and whichever comes first is imported."""
    owners = metadata.packages_distributions()
    home = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        others = sorted({owner for owner in owners.get(name, ()) if owner != "cellwright"})
        if others:
            yield Finding("name", f"`{name}` also belongs to {', '.join(others)}", "bad", "Install cellwright by itself.")
        spec = importlib.util.find_spec(name)
        origin = None if spec is None or spec.origin is None else Path(spec.origin).resolve().parent.parent
        if origin != home:
            yield Finding("name", f"`{name}` is taken from {origin}, not from {home}", "bad", "Look at PYTHONPATH.")
    yield Finding("name", f"{len(PACKAGES)} top-level packages looked up", "told")


def _folders(environment: Mapping[str, str]) -> Iterator[Finding]:
    for about, folder, own, xdg in (
        ("runs", state_folder(environment), "CELLWRIGHT_STATE", "XDG_STATE_HOME"),
        ("caches", cache_folder(environment), "CELLWRIGHT_CACHE", "XDG_CACHE_HOME"),
    ):
        source = next((name for name in (own, xdg) if _is_used(name, own, environment)), "the default")
        try:
            with tempfile.TemporaryFile(dir=private(folder)):
                pass
        except OSError as cause:
            why = (cause.strerror or str(cause)).lower()
            yield Finding(about, f"{folder} (from {source}) cannot be written: {why}", "bad", f"Set {own} to a folder of yours.")
        else:
            yield Finding(about, f"{folder} (from {source})")


def _is_used(name: str, own: str, environment: Mapping[str, str]) -> bool:
    value = environment.get(name, "")
    return bool(value) if name == own else Path(value).is_absolute()


def _configuration(folder: Path) -> Iterator[Finding]:
    file = project_root(folder / "any") / FILE
    if not file.is_file():
        yield Finding("project", f"no {FILE} at or above {folder}: a file's own folder is its project", "told")
        return
    try:
        keys = sorted(tomllib.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as cause:
        yield Finding("project", f"{file} cannot be read: {cause}", "bad", "It may be empty; its place marks the project's root.")
        return
    yield Finding("project", f"{file} marks the project's root")
    for key in keys:
        yield Finding("project", f"{file}: nothing reads `{key}`", "bad", "Take it out, or correct its name.")


def _drivers() -> Iterator[Finding]:
    found = installed()
    names = [driver.name for driver in found]
    for driver in found:
        twice = names.count(driver.name) > 1
        said = f"`{driver.name}` of {driver.package} {driver.version} ({driver.target})"
        yield Finding("driver", said, "bad" if twice else "good", "Two drivers have this name; uninstall one." if twice else "")
    if not found:
        yield Finding("driver", "no driver is installed, not even the simulated one", "bad", "pip install -e .")


def _words() -> Iterator[Finding]:
    """What packages bring, and what is wrong with it."""
    words = installed_words()
    for problem in words.diagnostics:
        yield Finding("words", f"{problem.code}: {problem.message}", "bad", problem.help)
    brought = brought_beyond(STANDARD, words.expect())
    if brought:
        yield Finding("words", f"packages bring {brought}")


def _caches(environment: Mapping[str, str]) -> Iterator[Finding]:
    things = {"robots": "robot models", "motions": "motions", "certificates": "certificates", "sources": "sources of plans"}
    for name, thing in things.items():
        files = [f for f in (cache_folder(environment) / name).rglob("*") if f.is_file()]
        size = sum(f.stat().st_size for f in files)
        yield Finding("cache", f"{len(files)} {thing}, {size / 1e6:.1f} MB", "told")
