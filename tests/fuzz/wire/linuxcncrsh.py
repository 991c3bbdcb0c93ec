"""The lines of LinuxCNC's shell, from the greeting to a reading and to what a debug message shows."""

from contextlib import suppress

from cell_drivers.linuxcnc.dialogue import Dialogue
from cell_drivers.linuxcnc.malformed import Malformed
from cell_drivers.linuxcnc.shell import GREETING, QUESTIONS, SETTINGS, check_greeting, debugged, reading_of

GREETED = b"HELLO ACK EMCNETSVR 1.1\r\n"
SET = b"set echo off\r\nSET VERBOSE ACK\n\rSET ECHO ACK\n\rSET ENABLE ACK\n\r"
READING = (
    b"TIME 1795877145.095269\r\nJOINT_POS 180.000000 -110.000000 110.000000 -90.000000 -90.000000 0.000000\r\n"
    b"ABS_CMD_POS 180.000000 -110.000000 110.000000 -90.000000 -90.000000 0.000000\r\nPROGRAM_STATUS RUNNING\r\n"
    b"PROGRAM_LINE 26\r\nPROGRAM /srv/A b.ngc\r\nMODE AUTO\r\nMACHINE ON\r\nESTOP OFF\r\nJOINT_HOMED YES YES YES YES YES YES\r\n"
    b"FEED_OVERRIDE 100\r\nENABLE ON\r\nERROR OK\r\n"
)
SHOWN = b"OPERATOR_DISPLAY  cellwright 7 2.900000 ######\r\n"
SEEDS = (GREETED, GREETED + SET + READING, READING, READING + READING, SHOWN, GREETED + SET + READING + SHOWN)


def one(data: bytes) -> None:
    """Whole, and again in two pieces: the same answers. A breach takes with it what came in the same piece."""
    cut = len(data) // 3
    whole, pieces = _read((data,)), _read((data[:cut], data[cut:]))
    assert whole == pieces[: len(whole)], "pieces say something else"


def _read(pieces: tuple[bytes, ...]) -> list[object]:
    """What was read before the first breach."""
    dialogue, found = Dialogue(), list[object]()
    for asked in (GREETING, SETTINGS, QUESTIONS, ("get operator_display",)):
        dialogue.ask(asked, 0)
    with suppress(Malformed):
        for piece in pieces:
            for exchange in dialogue.take(piece, 0):
                found.append(_meaning(exchange.requests, exchange.answers))
    return found


def _meaning(requests: tuple[str, ...], answers: list[str | None]) -> object:
    if requests == GREETING:
        return check_greeting(answers[0])
    if requests == QUESTIONS:
        return reading_of(answers)
    return repr(debugged(answers[-1] or "", 7, 2))
