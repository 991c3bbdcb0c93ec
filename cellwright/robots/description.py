"""The TOML file of a robot: what a URDF cannot say. Ours and a user's have the same form, and ours are the catalogue."""

from __future__ import annotations

import difflib
import importlib.util
import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np

from cell.dataclass import dataclass
from cell.geometry import Array, frozen
from cellwright.file_bytes import LARGEST_TOML, read_whole
from cellwright.robots.urdf import UrdfError

CATALOGUE = Path(__file__).parent


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """`urdf` and the folders of `packages` (`package://<name>/…`) are relative to the TOML file, or `package://…` themselves.
    `tip`: the flange's link. `payload` kg. `position`: lowest and highest of each joint; `velocity`, `acceleration`, `jerk`,
    `effort`: one number a joint; all of these go before the URDF's. `one_hull`: links whose shapes become one convex hull
    together. `pieces`: link to number of slabs its meshes are cut into. `apart`: two link names and the reason why they can
    never meet. `assumptions`: sentences for the proof."""

    urdf: str
    packages: Mapping[str, str] = field(default_factory=dict)
    tip: str | None = None
    payload: float | None = None
    position: Array | None = None
    velocity: Array | None = None
    acceleration: Array | None = None
    jerk: Array | None = None
    effort: Array | None = None
    one_hull: frozenset[str] = frozenset()
    pieces: Mapping[str, int] = field(default_factory=dict)
    apart: tuple[tuple[str, str, str], ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A robot as found: `content` is the TOML file's text, empty when there is none; `home` is the folder that names in
    `description` are relative to."""

    name: str
    file: Path
    home: Path
    content: bytes
    description: Description

    @property
    def urdf(self) -> Path:
        return self.locate(self.description.urdf, self.home)

    def locate(self, filename: str, beside: Path) -> Path:
        """The file that `filename` means: relative to `beside`, absolute, file:// or package://. It may not exist."""
        if filename.startswith("package://"):
            package, _, rest = filename.removeprefix("package://").partition("/")
            folder = self._package(package, beside)
            if folder is None:
                raise UrdfError(
                    "E312",
                    f"package `{package}` of {filename} is not found",
                    help=f'say where it is: `packages = {{ {package} = "folder" }}` in the robot\'s TOML file',
                )
            return folder / rest
        return beside / filename.removeprefix("file://")

    def _package(self, name: str, beside: Path) -> Path | None:
        """Declared; else a folder of that name on the way up from the URDF; else an installed Python package (rtb-data),
        which is located without being imported."""
        if (declared := self.description.packages.get(name)) is not None:
            return self.locate(declared, self.home)
        for folder in (beside, *beside.parents):
            if folder.name == name:
                return folder
            if (folder / name / "package.xml").is_file():
                return folder / name
        found = importlib.util.find_spec(name) if name.isidentifier() else None
        places = found.submodule_search_locations if found is not None else None
        return Path(places[0]) if places else None


def known_robots() -> tuple[str, ...]:
    """The names that need no file of the user."""
    return tuple(sorted(path.stem for path in CATALOGUE.glob("*.toml")))


def find_robot(name: str, cell_dir: Path) -> Source:
    """Raises UrdfError E310 for an unknown name, E311 for a missing file, E315 for xacro, E316 for a bad TOML file."""
    suffix = Path(name).suffix.lower()
    if suffix == ".xacro":
        raise UrdfError("E315", "xacro is not read", help="expand it once with `xacro file.xacro > file.urdf` and name that")
    if suffix == ".toml":
        return _described(cell_dir / name)
    if suffix in (".urdf", ".xml"):
        file = cell_dir / name
        beside = file.with_suffix(".toml")
        if beside.is_file():
            return _described(beside, file.name)
        return Source(file.stem, file, file.parent, b"", Description(file.name))
    if name not in known_robots():
        raise _unknown(name)
    return _described(CATALOGUE / f"{name}.toml")


def _unknown(name: str) -> UrdfError:
    known = known_robots()
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`? " if near else ""
    help = f"{hint}known: {', '.join(known)}; or a path to a .urdf file"
    return UrdfError("E310", f"there is no robot model `{name}`", help=help)


def _described(file: Path, urdf: str | None = None) -> Source:
    try:
        content = read_whole(file, LARGEST_TOML)
        values = tomllib.loads(content.decode())
        description = _description(values if urdf is None else {"urdf": urdf, **values})
    except FileNotFoundError:
        raise UrdfError("E311", f"there is no file {file}", file=str(file)) from None
    except (OSError, ValueError, TypeError, RecursionError) as reason:
        raise UrdfError("E316", f"the robot's TOML file cannot be used: {reason}", file=str(file)) from None
    return Source(file.stem, file, file.parent, content, description)


def _description(values: Mapping[str, Any]) -> Description:
    """Raises ValueError or TypeError, saying what is wrong; a key that nothing reads is somebody's typing error."""
    known = tuple(Description.__dataclass_fields__)
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
            raise ValueError(f"unknown key `{key}`; {hint}")
    if not isinstance(values.get("urdf"), str):
        raise ValueError('it needs `urdf = "…"`')
    taken = dict(values)
    for key in ("velocity", "acceleration", "jerk", "effort"):
        if key in taken:
            taken[key] = frozen(taken[key])
            if taken[key].ndim != 1 or not np.all(taken[key] > 0.0):
                raise ValueError(f"`{key}` takes one positive number for each joint")
    if "position" in taken:
        taken["position"] = frozen(taken["position"])
        if taken["position"].ndim != 2 or taken["position"].shape[1] != 2 or not np.all(np.diff(taken["position"]) > 0.0):
            raise ValueError("`position` takes [lowest, highest] for each joint")
    if not (isinstance(taken.get("payload", 0.0), int | float) and 0.0 <= taken.get("payload", 0.0) < float("inf")):
        raise ValueError("`payload` takes a number of kg")
    for key, kind in (("packages", str), ("pieces", int)):
        if not (isinstance(taken.get(key, {}), dict) and all(type(v) is kind for v in taken.get(key, {}).values())):
            raise ValueError(f"`{key}` takes a table of {kind.__name__}")
    if not isinstance(taken.get("tip", ""), str):
        raise ValueError("`tip` takes the name of a link")
    for key in ("one_hull", "assumptions"):
        if not _is_list_of_text(taken.get(key, [])):
            raise ValueError(f"`{key}` takes a list of texts")
    rows = taken.get("apart", [])
    if not (isinstance(rows, list) and all(_is_list_of_text(row) and len(row) == 3 for row in rows)):
        raise ValueError('`apart` takes rows like ["link_1", "link_3", "why they can never meet"]')
    taken["one_hull"] = frozenset(taken.get("one_hull", ()))
    taken["assumptions"] = tuple(taken.get("assumptions", ()))
    taken["apart"] = tuple((row[0], row[1], row[2]) for row in taken.get("apart", ()))
    return Description(**taken)


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)
