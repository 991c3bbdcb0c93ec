"""Drivers are found by entry point, and looking imports none of them."""

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from cell_drivers.declared import drives, shares_address, summary, told_apart_by
from cell_drivers.registry import (
    PAGES,
    InstalledDriver,
    find_driver,
    installed,
    load,
    unknown_drivers,
)
from cell_drivers.simulated import driver
from tests.cell_drivers.gantry import SPAN, gantry_cell


def plant(folder: Path, package: str, entries: str, summary: str = "A driver.") -> None:
    """An installed distribution, as far as its metadata goes."""
    place = folder / f"{package}-1.2.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\nSummary: {summary}\n")
    (place / "entry_points.txt").write_text(f"[cell_drivers]\n{entries}\n\n[console_scripts]\nnot_a_driver = x:y\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    plant(tmp_path, "maker-arm", "maker = no_such_module_at_all.arm:driver", "Speaks to the arms of Maker.")
    plant(tmp_path, "bundled", "sim = cell_drivers.simulated:driver")
    return tmp_path


def test_lists_drivers_with_their_metadata(site: Path) -> None:
    found = installed([str(site)])
    assert [d.name for d in found] == ["maker", "sim"]
    assert found[0] == InstalledDriver(
        "maker", "no_such_module_at_all.arm:driver", "maker-arm", "1.2", "Speaks to the arms of Maker."
    )


def test_only_load_imports_a_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_planted_driver.py").write_text("def driver(assembly):\n    return assembly\n")
    plant(tmp_path, "planted", "planted = a_planted_driver:driver")
    monkeypatch.syspath_prepend(tmp_path)
    found = find_driver("planted").expect()
    assert "a_planted_driver" not in sys.modules
    assert load(found).is_ok
    assert sys.modules.pop("a_planted_driver")


def test_an_unknown_driver_is_told_with_the_installed_names(site: Path) -> None:
    outcome = find_driver("simm", SPAN, path=[str(site)])
    assert outcome.value is None
    (finding,) = outcome.diagnostics
    assert finding.code == "E291"
    assert finding.spans == (SPAN,)
    assert "did you mean sim?" in finding.help
    assert "maker, sim" in finding.help


def test_a_name_that_two_packages_claim_is_refused(site: Path) -> None:
    plant(site, "second", "sim = elsewhere:driver")
    outcome = find_driver("sim", path=[str(site)])
    assert [d.code for d in outcome.diagnostics] == ["E293"]
    assert "bundled and second" in outcome.diagnostics[0].message


def test_a_package_that_is_found_twice_counts_once(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        plant(tmp_path / folder, "bundled", "sim = cell_drivers.simulated:driver")
    assert find_driver("sim", path=[str(tmp_path / "first"), str(tmp_path / "second")]).is_ok


def test_loads_the_simulated_driver_through_its_entry_point(site: Path) -> None:
    found = find_driver("sim", path=[str(site)]).expect()
    assert load(found).expect() is driver


def test_a_driver_that_does_not_import_is_a_finding(site: Path) -> None:
    found = find_driver("maker", path=[str(site)]).expect()
    (finding,) = load(found, SPAN).diagnostics
    assert finding.code == "E292"
    assert "no_such_module_at_all" in finding.help


def test_an_entry_point_that_is_no_factory_is_a_finding() -> None:
    odd = InstalledDriver("odd", "cell_drivers.registry:GROUP", "p", "1", "")
    assert [d.code for d in load(odd).diagnostics] == ["E292"]


def test_each_robot_with_an_unknown_driver_is_told(site: Path) -> None:
    cell = gantry_cell()
    assert unknown_drivers(cell, [str(site)]) == ()
    odd = replace(cell, robots={"g1": replace(cell.robots["g1"], driver="nobody")})
    assert [d.code for d in unknown_drivers(odd, [str(site)])] == ["E291"]


def test_the_project_declares_the_simulated_driver(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["cell_drivers"]["sim"] == "cell_drivers.simulated:driver"


def test_every_code_has_a_page() -> None:
    assert set(PAGES) == {"E291", "E292", "E293"}


def test_a_driver_that_leaves_the_program_on_import_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_leaving_driver.py").write_text("raise SystemExit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    (finding,) = load(InstalledDriver("leaving", "a_leaving_driver:driver", "p", "1", "")).diagnostics
    assert (finding.code, finding.help) == ("E292", "SystemExit: 0")


@pytest.mark.parametrize(
    "text", [b"[cell_drivers]\nno entry\n", b"\xff\xfe[cell_drivers]\nmaker = a:b\n"], ids=["no entry", "no text"]
)
def test_a_package_whose_metadata_is_damaged_disturbs_nobody(site: Path, text: bytes) -> None:
    plant(site, "damaged", "damaged = a:b")
    (site / "damaged-1.2.dist-info/entry_points.txt").write_bytes(text)
    assert [d.name for d in installed([str(site)])] == ["maker", "sim"]
    assert find_driver("maker", path=[str(site)]).is_ok


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '"""Moves the arms of Maker,\nover TCP. And more.\n\nMuch more."""\nraise SystemExit(1)\n',
            "Moves the arms of Maker, over TCP",
        ),
        ("raise SystemExit(1)\n", "What the package says."),
        ("no module at all (\n", "What the package says."),
        ("\x00", "What the package says."),
        ("(" * 5000, "What the package says."),
    ],
    ids=["a sentence", "none", "no Python", "zeros", "deep"],
)
def test_a_driver_is_told_by_the_first_sentence_of_its_module_which_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    (tmp_path / "a_told_package").mkdir()
    (tmp_path / "a_told_package/__init__.py").write_text("raise SystemExit(2)\n")
    (tmp_path / "a_told_package/arm.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert summary(InstalledDriver("told", "a_told_package.arm:driver", "p", "1", "What the package says.")) == told
    assert "a_told_package" not in sys.modules


def test_a_driver_that_is_nowhere_is_told_as_its_package_says() -> None:
    assert summary(InstalledDriver("odd", "no_such_module_at_all.arm:driver", "p", "1", "Odd.")) == "Odd."
    assert summary(InstalledDriver("odd", "", "p", "1", "Odd.")) == "Odd."
    assert summary(InstalledDriver("odd", "a..b:c", "p", "1", "Odd.")) == "Odd."


def test_the_drivers_of_this_package_are_told_apart() -> None:
    ours = [summary(driver) for driver in installed() if driver.package == "cellwright"]
    assert len(ours) >= 5
    assert len(set(ours)) == len(ours)


@pytest.mark.parametrize(
    ("text", "is_shared"),
    [
        ("SHARES_ADDRESS = True", True),
        ("SHARES_ADDRESS: bool = True", True),
        ("SHARES_ADDRESS = False", False),
        ("SHARES_ADDRESS = 1 > 0", False),
        ("OTHER = True", False),
        ("if True:\n    SHARES_ADDRESS = True", False),
        ("SHARES_ADDRESS = True\n)", False),
    ],
)
def test_whether_an_address_is_shared_is_read_and_not_run(
    text: str, is_shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sharing.py").write_text(f"raise SystemExit\n{text}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert shares_address(InstalledDriver("odd", "sharing:driver", "p", "1", "")) is is_shared


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('TOLD_APART_BY = {"port": "502", "unit": "9"}', {"port": "502", "unit": "9"}),
        ('TOLD_APART_BY: Mapping[str, str] = {"port": "502"}', {"port": "502"}),
        ("TOLD_APART_BY = {}", {}),
        ('OTHER = {"port": "502"}', None),
        ('TOLD_APART_BY = {"port": 502}', None),
        ('TOLD_APART_BY = {"port": PORT}', None),
        ('TOLD_APART_BY = {**DEFAULTS, "port": "502"}', None),
        ('TOLD_APART_BY = dict(port="502")', None),
        ('if True:\n    TOLD_APART_BY = {"port": "502"}', None),
        ("TOLD_APART_BY = {}\n)", None),
    ],
)
def test_what_tells_devices_apart_is_read_and_not_run(
    text: str, words: dict[str, str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be read the whole address counts, as where nothing is said."""
    (tmp_path / "telling.py").write_text(f"raise SystemExit\n{text}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert told_apart_by(InstalledDriver("odd", "telling:driver", "p", "1", "")) == words


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('DRIVES = ("robot",)', ("robot",)),
        ('DRIVES: tuple[str, ...] = ("tool", "zone")', ("tool", "zone")),
        ("DRIVES = ()", ()),
        ('DRIVES = ("robot", KIND)', None),
        ('DRIVES = ["robot"]', None),
        ('DRIVES = ("robot", 1)', None),
        ('if True:\n    DRIVES = ("robot",)', None),
        ("DRIVES: tuple[str, ...]", None),
    ],
)
def test_what_a_driver_drives_is_read_and_not_run(
    text: str, kinds: tuple[str, ...] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "driving.py").write_text(f"raise SystemExit\n{text}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert drives(InstalledDriver("odd", "driving:driver", "p", "1", "")) == kinds


def test_every_driver_of_real_devices_says_what_it_drives() -> None:
    silent = [d.name for d in installed() if d.package == "cellwright" and not drives(d)]
    assert silent == ["sim"], "which drives all there is"


def test_every_driver_of_real_devices_says_what_tells_them_apart() -> None:
    silent = [d.name for d in installed() if d.package == "cellwright" and told_apart_by(d) is None]
    assert silent == ["sim"]


def test_only_a_server_of_tags_is_shared() -> None:
    assert [driver.name for driver in installed() if driver.package == "cellwright" and shares_address(driver)] == ["opcua_io"]
