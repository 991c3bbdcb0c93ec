"""A host is one place, by whichever of its names it is called, as far as nobody has to be asked; and two hosts are two."""

from pathlib import Path

import pytest

from cellwright.device_place import place_of
from cellwright.host_place import host_place

HOSTS = """
127.0.0.1  localhost
127.0.1.1  cellpc.plant.test cellpc
# 192.0.2.9 nobody
192.0.2.4\tur1.plant.test UR1  # the robot at the press
2001:db8::4 both
192.0.2.5   both
2001:DB8:0::6 six
no-number   odd
"""


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    file = tmp_path / "hosts"
    file.write_text(HOSTS, "utf-8")
    return file


@pytest.mark.parametrize(
    ("place", "spellings"),
    [
        (
            "127.0.0.1",
            ("127.0.0.1", "localhost", "LOCALHOST.", "ur.localhost", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "127.1"),
        ),
        ("192.0.2.4", ("192.0.2.4", "ur1", "Ur1.Plant.Test", "ur1.plant.test.", "::ffff:192.0.2.4", "0xC0000204")),
        ("192.0.2.5", ("both", "192.0.2.5")),
        ("2001:db8::6", ("six", "2001:db8:0:0::6", "2001:DB8::6")),
    ],
)
def test_a_host_has_one_place_however_it_is_called(place: str, spellings: tuple[str, ...], hosts: Path) -> None:
    assert {spelling: host_place(spelling, hosts) for spelling in spellings} == dict.fromkeys(spellings, place)


@pytest.mark.parametrize(
    "host", ["nobody", "odd", "ur2", "ur1.other.test", "mylocalhost", "face", "127.0.0.2", "fe80::1%eth0", "a" * 300, "256.1.1.1"]
)
def test_what_this_machine_does_not_know_is_a_place_of_its_own(host: str, hosts: Path) -> None:
    assert host_place(host, hosts) == host


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"127.0.0.1", b"\n" * 3])
def test_a_hosts_file_that_says_nothing_stands_in_nobodys_way(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    if content is not None:
        file.write_bytes(content)
    assert (host_place("ur1", file), host_place("localhost", file)) == ("ur1", "127.0.0.1")


def test_two_cell_files_that_call_one_host_differently_name_one_device(hosts: Path) -> None:
    apart = {"port": "502", "unit": "9"}
    places = {
        place_of(f"modbus://{host}?stroke=85", apart, hosts) for host in ("ur1", "192.0.2.4", "[::ffff:192.0.2.4]", "UR1:502")
    }
    assert places == {"192.0.2.4:502 unit=9"}
