"""The relay acts out the schedule and changes no byte; nothing of it is left behind."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.doubles.chaos_datagrams import DatagramChaosRelay
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Act, Chaos, Mix, Pass, Reorder
from tests.doubles.nobody import nobody
from tests.doubles.waiting import PATIENCE, until

LINE = b"state 12.5 13.0\n"
SLOWLY = Mix(trickle=1.0, longest=100.0)


def lines(stream: bytes) -> int | None:
    return stream.index(b"\n") + 1 if b"\n" in stream else None


class Echo:
    """A device that says everything back, over TCP."""

    def __init__(self) -> None:
        self.heard = b""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._server.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                end, _ = self._server.accept()
                threading.Thread(target=self._talk, args=(end,), daemon=True).start()

    def _talk(self, end: socket.socket) -> None:
        with suppress(OSError), end:
            while read := end.recv(4096):
                self.heard += read
                end.sendall(read)

    def close(self) -> None:
        """A socket that is only closed goes on to be waited at, under a number that another one may have by then."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def echo() -> Iterator[Echo]:
    device = Echo()
    yield device
    device.close()


def swaps() -> int:
    """A seed with which the first unit is overtaken by the second."""
    return next(s for s in range(99) if isinstance(act(s, 0), Reorder) and isinstance(act(s, 1), Pass))


def act(seed: int, unit: int) -> Act:
    return Chaos(seed, Mix(reorder=0.5)).act_on(0, "to device", unit)


def connected(relay: ChaosRelay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE)


def answer(end: socket.socket, length: int) -> bytes:
    """What comes back until `length` bytes are there or the other side ends."""
    got = b""
    with suppress(ConnectionError):
        while len(got) < length and (read := end.recv(4096)):
            got += read
    return got


def turned_away(relay: ChaosRelay) -> bool:
    try:
        with connected(relay) as end:
            return answer(end, 1) == b""
    except ConnectionError:
        return True


def silent(end: socket.socket) -> bool:
    end.settimeout(0.1)
    try:
        return end.recv(1) == b"never"
    except TimeoutError:
        return True


def test_calm_it_changes_nothing(echo: Echo) -> None:
    told = bytes(range(256)) * 40
    with ChaosRelay(echo.address, Chaos(1, CALM)) as relay, connected(relay) as end:
        end.sendall(told)
        assert answer(end, len(told)) == told
        assert relay.acted == []


@pytest.mark.parametrize("mix", [Mix(delay=1.0), Mix(trickle=1.0)], ids=["delay", "trickle"])
def test_late_or_in_pieces_every_byte_arrives_in_order(echo: Echo, mix: Mix) -> None:
    with ChaosRelay(echo.address, Chaos(1, mix), lines) as relay, connected(relay) as end:
        end.sendall(LINE + b"more\n")
        assert answer(end, len(LINE) + 5) == LINE + b"more\n"
        assert relay.acted


def test_trickle_gives_a_byte_at_a_time(echo: Echo) -> None:
    """The next one would be there in half a second: nobody waits for it."""
    seed = next(s for s in range(99) if getattr(Chaos(s, SLOWLY).act_on(0, "to device", 0), "gap", 0.0) > 0.5)
    with ChaosRelay(echo.address, Chaos(seed, SLOWLY), lines) as relay, connected(relay) as end:
        end.sendall(LINE)
        until(lambda: echo.heard != b"", "the first of them")
        assert len(echo.heard) < len(LINE)


def test_drop_loses_a_frame_whole(echo: Echo) -> None:
    mix = Mix(drop=1.0, quiet=1)
    with ChaosRelay(echo.address, Chaos(1, mix), lines) as relay, connected(relay) as end:
        end.sendall(LINE + b"lost\n")
        assert answer(end, len(LINE)) == LINE
        assert silent(end)


def test_duplicate_gives_a_frame_twice(echo: Echo) -> None:
    with ChaosRelay(echo.address, Chaos(1, Mix(duplicate=1.0)), lines) as relay, connected(relay) as end:
        end.sendall(LINE)
        assert answer(end, 4 * len(LINE)) == 4 * LINE  # twice there, and each of them twice back


def test_reorder_swaps_two_frames_or_gives_the_last_late(echo: Echo) -> None:
    seed = swaps()
    with ChaosRelay(echo.address, Chaos(seed, Mix(reorder=0.5)), lines) as relay, connected(relay) as end:
        end.sendall(b"first\nsecond\n")
        answer(end, 13)
    assert echo.heard == b"second\nfirst\n"


def test_close_in_mid_frame_gives_a_part_and_the_end(echo: Echo) -> None:
    with ChaosRelay(echo.address, Chaos(4, Mix(close_inside=1.0)), lines) as relay, connected(relay) as end:
        end.sendall(LINE)
        answer(end, 999)
    assert LINE.startswith(echo.heard)
    assert len(echo.heard) < len(LINE)


def test_cut_resets_and_refuses_until_it_is_healed(echo: Echo) -> None:
    with ChaosRelay(echo.address, Chaos(1, CALM)) as relay:
        with connected(relay) as end:
            end.sendall(LINE)
            assert answer(end, len(LINE)) == LINE
            relay.cut(refuses=True)
            assert answer(end, 1) == b""
        assert turned_away(relay)
        relay.heal()
        with connected(relay) as end:
            end.sendall(LINE)
            assert answer(end, len(LINE)) == LINE
        assert relay.connections == 2


def test_half_open_hears_and_does_not_answer(echo: Echo) -> None:
    with ChaosRelay(echo.address, Chaos(1, CALM)) as relay, connected(relay) as end:
        end.sendall(LINE)
        assert answer(end, len(LINE)) == LINE
        relay.silence("to client")
        end.sendall(LINE)
        assert silent(end)
    assert echo.heard == 2 * LINE


def test_what_is_held_comes_whole_when_it_is_let_go_and_nothing_is_closed(echo: Echo) -> None:
    with ChaosRelay(echo.address, Chaos(1, CALM)) as relay, connected(relay) as end:
        let_go = relay.hold()
        with connected(relay) as later:
            for each in (end, later):
                each.sendall(LINE)
            until(lambda: echo.heard == 2 * LINE, "both to be heard")
            assert silent(end)
            assert silent(later)
            let_go()
            for each in (end, later):
                each.settimeout(PATIENCE)
                assert answer(each, len(LINE)) == LINE


def test_nothing_is_left_when_it_is_closed(echo: Echo) -> None:
    with ChaosRelay(echo.address, Chaos(1, CALM)) as relay, connected(relay) as end:
        end.sendall(LINE)
        answer(end, len(LINE))
    assert [t.name for t in threading.enumerate() if t.name.startswith("chaos")] == []


def test_a_device_that_is_not_there_is_a_reset() -> None:
    with nobody() as port, ChaosRelay(("127.0.0.1", port), Chaos(1, CALM)) as relay:
        assert turned_away(relay)


# --- datagrams ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def device() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", 0))
        end.settimeout(PATIENCE)
        yield end


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.settimeout(PATIENCE)
        yield end


def heard(device: socket.socket, client: socket.socket, mix: Mix, seed: int = 1, count: int = 2) -> list[bytes]:
    with DatagramChaosRelay(device.getsockname(), Chaos(seed, mix)) as relay:
        for word in (b"first", b"second"):
            client.sendto(word, ("127.0.0.1", relay.port))
        return [device.recv(99) for _ in range(count)]


def test_datagrams_pass_twice_or_late_but_whole(device: socket.socket, client: socket.socket) -> None:
    assert heard(device, client, CALM) == [b"first", b"second"]
    assert heard(device, client, Mix(duplicate=1.0), count=4) == [b"first", b"first", b"second", b"second"]
    assert sorted(heard(device, client, Mix(delay=1.0))) == [b"first", b"second"]


def test_a_datagram_is_overtaken(device: socket.socket, client: socket.socket) -> None:
    """However long the next one takes to come."""
    seed = swaps()
    assert heard(device, client, Mix(reorder=0.5, longest=60.0), seed) == [b"second", b"first"]


def test_a_datagram_that_nothing_overtakes_is_late(device: socket.socket, client: socket.socket) -> None:
    assert heard(device, client, Mix(reorder=1.0)) == [b"first", b"second"]


def test_a_datagram_is_lost_or_cut_short(device: socket.socket, client: socket.socket) -> None:
    assert heard(device, client, Mix(drop=1.0, quiet=1), count=1) == [b"first"]
    assert silent(device)
    (short,) = heard(device, client, Mix(close_inside=1.0), count=1)
    assert b"first".startswith(short)
    assert len(short) < 5


def test_answers_find_their_client(device: socket.socket, client: socket.socket) -> None:
    with DatagramChaosRelay(device.getsockname(), Chaos(1, CALM)) as relay:
        client.sendto(b"ask", ("127.0.0.1", relay.port))
        _, back = device.recvfrom(99)
        device.sendto(b"told", back)
        assert client.recv(99) == b"told"
