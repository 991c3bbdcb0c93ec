"""A page on loopback: to this machine, by its own name, and nothing but the page."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest

from cellwright.report.page import own_policy, page
from cellwright.report.viewed import LOOPBACK, Viewed

PAGE = page("A plan", nav=())


@pytest.fixture
def port() -> Iterator[int]:
    with Viewed(PAGE, own_policy()) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def asked(port: int, verb: str = "GET", path: str = "/", host: str | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=300.0)
    connection.putrequest(verb, path, skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def test_it_gives_the_page_under_its_own_policy(port: int) -> None:
    status, headers, body = asked(port, path="/?again")
    assert (status, body) == (200, PAGE.encode())
    assert headers["content-security-policy"] == f"{own_policy()}; frame-ancestors 'none'"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1"])
def test_who_calls_it_by_another_name_gets_nothing(port: int, host: str) -> None:
    status, _, body = asked(port, host=host)
    assert (status, body) == (403, b"")


def test_there_is_nothing_else(port: int) -> None:
    assert asked(port, path="/etc/passwd")[0] == 404
    assert asked(port, verb="POST")[0] == 501


def test_it_listens_to_this_machine_only() -> None:
    with Viewed(PAGE, own_policy()) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert server.address.startswith("http://127.0.0.1:")
