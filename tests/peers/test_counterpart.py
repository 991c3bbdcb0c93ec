"""A counterpart that is missing is told, and where it is required it is a failure; those of Modbus and OPC UA start."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import counterpart


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counterpart, "HOME", tmp_path)
    monkeypatch.delenv("CELLWRIGHT_COUNTERPARTS", raising=False)


@pytest.mark.usefixtures("nothing_installed")
def test_a_missing_counterpart_is_a_skip_that_says_what_to_install() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"\.ci/counterparts modbus"):
        counterpart.needs("modbus/root/usr/bin/mbpoll")


@pytest.mark.usefixtures("nothing_installed")
def test_a_missing_counterpart_is_a_failure_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLWRIGHT_COUNTERPARTS", "required")
    with pytest.raises(pytest.fail.Exception, match=r"\.ci/counterparts modbus"):
        counterpart.needs("modbus/root/usr/bin/mbpoll")
    with pytest.raises(pytest.fail.Exception, match=r"\[peers\]"):
        counterpart.needs_module("no_such_module_of_ours", "peers")


@pytest.mark.usefixtures("nothing_installed")
def test_a_module_without_a_wheel_for_this_python_is_a_skip_also_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLWRIGHT_COUNTERPARTS", "required")
    for python in ((3, 13, 0), (3, 14, 2)):
        monkeypatch.setattr(sys, "version_info", python)
        with pytest.raises(pytest.skip.Exception, match=r"no wheel for Python 3\.13 or later"):
            counterpart.needs_module("no_such_module_of_ours", "dev", before=(3, 13))
        counterpart.needs_module("pytest", "dev", before=(3, 13))
    monkeypatch.setattr(sys, "version_info", (3, 12, 9))
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception), match=r"\[dev\]") as ended:
        counterpart.needs_module("no_such_module_of_ours", "dev", before=(3, 13))
    assert isinstance(ended.value, pytest.fail.Exception), "a skip here would be taken for this test's own"


@pytest.mark.usefixtures("nothing_installed")
def test_a_program_on_the_path_is_found_by_its_name() -> None:
    assert counterpart.needs("sh")[0].name == "sh"


@pytest.mark.counterpart
def test_mbpoll_starts_with_debians_libmodbus() -> None:
    (mbpoll,) = counterpart.needs("modbus/root/usr/bin/mbpoll")
    run = subprocess.run([mbpoll, "-V"], env=counterpart.libraries("modbus"), capture_output=True, text=True, timeout=10)
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.counterpart
def test_node_opcua_loads() -> None:
    node, server = counterpart.needs("node", "opcua/node_modules/node-opcua-server")
    script = f"const {{ OPCUAServer }} = require({str(server)!r}); console.log(typeof OPCUAServer)"
    run = subprocess.run([node, "-e", script], capture_output=True, text=True, timeout=60)
    assert run.stdout.splitlines()[0] == "function", run.stderr
