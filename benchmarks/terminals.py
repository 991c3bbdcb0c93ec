"""From an event that the loop hands over to the terminal that has it, with 20 terminals, one of which reads nothing.

    python -m benchmarks.terminals

Claim: under 100 ms (p99), and handing over costs the loop microseconds (the median is under 0.1 ms), whoever reads. Exit 1 where
it is not so. The events are those of a rehearsal of tests/controller/tending.py, handed over at 50 a second, which is more than a
cell in real time says. One thread reads for all terminals that do, in this process: it has the interpreter's lock against the
server, so the figure is an upper bound. `own` leaves out what the two threads, ready to run, waited for a processor: on a machine
that others use it is nearer to an idle one.
There is no peer: it is our own protocol.
"""
# ruff: noqa: T201

from __future__ import annotations

import gc
import select
import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path

from cellwright.sparing import SPARING
from controller.attached.chronicle import Chronicle
from controller.attached.endpoint import connect_to, listen_in
from controller.attached.lines import Lines
from controller.attached.messages import LARGEST_ANSWER, VERSION, Hello, Subscribe, line
from controller.attached.reception import About
from controller.attached.server import Server
from controller.journal.replay import states
from tests.controller.attached.at_a_socket import Heard
from tests.controller.tending import tend

TERMINALS = 20
EVENTS = 1_000
RATE = 50.0  # events a second
REACHED, HANDED = 0.1, 0.0001  # s
BEGIN = b'{"type":"Told","seq":'


def main() -> int:
    gc.set_threshold(*SPARING)  # as a controller has it, and what is there before it begins is not looked through again
    events = tuple(tend().record.events)
    after = tuple(states(events))
    with tempfile.TemporaryDirectory() as folder:
        listener, path = listen_in(Path(folder))
        server = Server(About("run-1", "tending.intent"), Heard(), Chronicle(lambda behind, most: []), listener)
        server.start()
        ends = [_attached(path) for _ in range(TERMINALS)]  # the last of them is never read
        came: list[tuple[int, float, float]] = []
        reader = threading.Thread(target=_read, args=(ends[:-1], came, server), daemon=True)
        reader.start()
        handed, waited, costs = [], [], []
        gc.collect()
        gc.freeze()
        began = time.perf_counter()
        for number in range(EVENTS):
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            at = number % len(events)
            waited.append(_waited(server, reader))
            handed.append(time.perf_counter())
            server.tell([events[at]], after[at])
            costs.append(time.perf_counter() - handed[-1])
        reader.join(30.0)
    late = [moment - handed[seq - 1] for seq, moment, _ in came]
    own = [max(0.0, moment - handed[seq - 1] - (lay - waited[seq - 1])) for seq, moment, lay in came]
    assert len(late) == EVENTS * (TERMINALS - 1), "something is missing"
    print(f"{TERMINALS} terminals, one of them asleep, {EVENTS} events at {RATE:g} a second")
    print(f"event to terminal    p50 {_ms(late, 50)}  p99 {_ms(late, 99)}  worst {max(late) * 1e3:.1f} ms  (asked: 100 ms)")
    print(f"  own                p50 {_ms(own, 50)}  p99 {_ms(own, 99)}  worst {max(own) * 1e3:.1f} ms")
    print(
        f"handing over         p50 {_ms(costs, 50)}  p99 {_ms(costs, 99)}  worst {max(costs) * 1e3:.1f} ms  (asked: p50 0.1 ms)"
    )
    return 0 if _percentile(late, 99) < REACHED and _percentile(costs, 50) < HANDED else 1


def _attached(path: Path) -> socket.socket:
    end = connect_to(path)
    end.sendall(line(Hello(VERSION, "view", "reader")) + line(Subscribe(1, 0)))
    return end


def _waited(*threads: Server | threading.Thread) -> float:
    """s that these threads, ready to run, have waited for a processor."""
    lines = (Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text() for thread in threads)
    return sum(int(line.split()[1]) for line in lines) / 1e9


def _read(ends: list[socket.socket], came: list[tuple[int, float, float]], server: Server) -> None:
    """Until each has the last event."""
    left = {end: Lines(LARGEST_ANSWER) for end in ends}
    while left:
        ready, _, _ = select.select(list(left), [], [], 30.0)
        for end in ready:
            piece = end.recv(1_000_000)
            moment, lay = time.perf_counter(), _waited(server, threading.current_thread())
            numbers = [int(text[len(BEGIN) :].partition(b",")[0]) for text in left[end].feed(piece) if text.startswith(BEGIN)]
            came += [(number, moment, lay) for number in numbers]
            if not piece or EVENTS in numbers:
                del left[end]


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _ms(times: list[float], percent: int) -> str:
    return f"{_percentile(times, percent) * 1e3:.2f} ms"


if __name__ == "__main__":
    raise SystemExit(main())
