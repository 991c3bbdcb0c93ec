"""The versions that a driver says it was run against are those that are run here: Debian may bring others."""

import gzip
import json
import re
from importlib.metadata import version

import pytest

from cell_drivers.linuxcnc.capabilities import VERIFIED_AGAINST as LINUXCNC
from cell_drivers.modbus_gripper.gripper import VERIFIED as GRIPPER
from cell_drivers.opcua_io.drivers import VERIFIED as OPCUA
from cell_drivers.ur.capabilities import VERIFIED as UR
from tests.peers.counterpart import needs, needs_module

pytestmark = pytest.mark.counterpart


def of_debian(counterpart: str, package: str) -> str:
    """As the package itself says, the newest first."""
    (changes,) = needs(f"{counterpart}/root/usr/share/doc/{package}/changelog.Debian.gz")
    with gzip.open(changes, "rt", encoding="utf-8") as lines:
        found = re.match(r"\S+ \((\S+)\)", lines.readline())
    assert found is not None
    return found[1]


def test_linuxcnc() -> None:
    assert f"LinuxCNC {of_debian('linuxcnc', 'linuxcnc-uspace')} (Debian 12)" in LINUXCNC[0]


@pytest.mark.parametrize("package", ["libmodbus5", "mbpoll"])
def test_what_speaks_modbus(package: str) -> None:
    upstream = re.split(r"[+-]", of_debian("modbus", package))[0]
    assert f"{package.rstrip('5')} {upstream}" in GRIPPER[0]


def test_node_opcua() -> None:
    (package,) = needs("opcua/node_modules/node-opcua-server/package.json")
    major, minor, _ = json.loads(package.read_text("utf-8"))["version"].split(".")
    assert f"node-opcua {major}.{minor} " in OPCUA[0]


def test_ur_rtde() -> None:
    needs_module("rtde_receive", "dev", before=(3, 13))
    assert f"ur_rtde {version('ur_rtde')}" in UR[1]
