"""The dashboard's lines, as answers to each request in turn."""

from cell_drivers.ur.dashboard import Dialogue, Request
from cell_drivers.ur.malformed import Malformed

GREETING = b"Connected: Universal Robots Dashboard Server\n"
ANSWERS = (
    b"Powering on\n",
    b"Powering off\n",
    b"Brake releasing\n",
    b"Stopped\n",
    b"Protective stop releasing\n",
    b"Robotmode: RUNNING\n",
    b"Safetystatus: NORMAL\n",
    b"UR5\n",
    b"20265000001\n",
    b"URSoftware 5.15.0.126 (Jan 01 2026)\n",
    b"true\n",
)
SEEDS = (GREETING, *ANSWERS, GREETING + b"".join(ANSWERS), b"Failed to execute: stop\r\n", b"could not understand: 'x'\n")


def one(data: bytes) -> None:
    """What it is asked depends on the data, so that every answer meets its own request and others."""
    dialogue = Dialogue()
    dialogue.ask(*(tuple(Request)[sum(data) % len(Request) :] + tuple(Request)))
    try:
        for line in (GREETING + data).splitlines(keepends=True):
            dialogue.received(line)
            dialogue.outgoing()
    except Malformed:
        pass
