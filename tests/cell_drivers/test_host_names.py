"""A name server that says nothing keeps nobody: the question is asked beside whoever needs it, one at a time."""

from collections.abc import Iterator

import pytest

from cell_drivers.host_names import HostName
from tests.doubles.name_server import NAME, NameServer, name_server
from tests.doubles.waiting import PATIENCE, until


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as server:
        yield server


@pytest.mark.parametrize("number", ["127.0.0.1", "::1", "192.0.2.7"])
def test_a_number_is_asked_of_nobody(server: NameServer, number: str) -> None:
    assert HostName(number).places(0.0) == (number,)
    assert server.questions == 0


def test_nobody_waits_longer_than_he_says_and_one_question_is_under_way(server: NameServer) -> None:
    name = HostName(NAME)
    assert [name.places(0.0) for _ in range(3)] == [None] * 3
    until(lambda: server.questions == 1, "the question")
    assert name.is_asked
    assert name.silence == "no name server has told yet where slow.test is"
    server.let()
    assert name.places(PATIENCE) == ("127.0.0.1",)
    assert (server.questions, name.is_asked) == (1, False)


def test_what_came_after_somebody_gave_up_is_there_for_the_next_one_and_is_taken_once(server: NameServer) -> None:
    name = HostName(NAME)
    assert name.places(0.0) is None
    server.let()
    until(lambda: name._question is not None and name._question.done(), "the answer")
    server.places = ("127.0.0.2",)
    assert name.places(0.0) == ("127.0.0.1",)
    assert name.places(PATIENCE) == ("127.0.0.2",), "where it points has changed"


def test_each_place_has_its_turn_to_be_the_first(server: NameServer) -> None:
    server.let()
    server.places = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    name = HostName(NAME)
    assert [(name.places(PATIENCE) or ("",))[0] for _ in range(4)] == [*server.places, server.places[0]]


def test_a_name_that_nobody_knows_is_told_with_it(server: NameServer) -> None:
    server.let()
    server.places = ()
    with pytest.raises(OSError, match=f"^{NAME}: Name or service not known$"):
        HostName(NAME).places(PATIENCE)


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".test"])
def test_what_is_no_name_is_told_and_is_no_defect(server: NameServer, name: str) -> None:
    with pytest.raises(OSError, match="is no name of a host"):
        HostName(name).places(PATIENCE)
