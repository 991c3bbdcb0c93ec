"""The thread that carries a gripper's words, and the one door to pymodbus.

Law: it reads before it writes, so nothing is written on a stale state; it tries nothing twice. A stop alone goes out where an
answer does not come, as long as the link is there and the state is not stale. What lay there before a question is no answer to
it: RTU frames carry no number by which that would be seen. A link that fails is closed, told, and made anew after a pause: what
was to be written then is not.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from socket import socket
from typing import Protocol

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusIOException
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse, WriteMultipleRegistersResponse

from cell_drivers.host_names import HostName
from cell_drivers.modbus_gripper.address import Address
from cell_drivers.modbus_gripper.registers import (
    REQUEST_ADDRESS,
    STATUS_ADDRESS,
    WORDS,
    Request,
    Status,
    status_of,
    words_of,
)

PERIOD = 0.02  # s between two samples
ANSWER = 0.25  # s that the gripper may take for an answer, and for a connection
PAUSE = 0.25  # s between two tries of a connection
NAMING = 0.75  # s that a name server may take; who opens the driver waits no longer
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what fails is told as a fault, not on somebody's terminal
UNASKED = 65_536  # bytes that are thrown away before a question: an answer has a dozen
FRAMERS = {"tcp": FramerType.SOCKET, "rtu": FramerType.RTU}


class Follower(Protocol):
    """Who is told what was seen, and asked what to write."""

    def seen(self, status: Status) -> Request | None: ...

    def unheard(self) -> Request | None:
        """What goes out all the same where no answer comes: a stop."""

    def lost(self, why: str) -> None: ...


class Link:
    """`is_over` ends it; `wake` has it look at once. `first` is set when the first sample has come, or the first failure."""

    def __init__(self, address: Address, follower: Follower) -> None:
        self.first = threading.Event()
        self._address, self._follower, self._host = address, follower, HostName(address.host)
        self._is_over = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"gripper {address.host}:{address.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        """Returns when the thread has ended, in NAMING and a little at most."""
        self._is_over.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(NAMING + ANSWER)

    def _run(self) -> None:
        while not self._is_over.is_set():
            try:
                with self._connected() as client, self._stopping_unheard(client):
                    self._converse(client)
            except (ModbusException, OSError, ValueError) as cause:
                self._lost(_told(cause))
            except Exception as cause:  # a library's defect is a link that does not work, and no end of this thread
                self._lost(f"{type(cause).__name__}: {cause}")
            finally:
                self.first.set()
            self._is_over.wait(PAUSE)

    def _lost(self, why: str) -> None:
        """A gripper that answers late can keep this thread beyond its end: by then another link may be up."""
        if not self._is_over.is_set():
            self._follower.lost(f"{self._address}: {why}")

    @contextmanager
    def _connected(self) -> Iterator[ModbusTcpClient]:
        """With the first place of the address that takes the connection. Raises OSError."""
        places = self._host.places(NAMING)
        if places is None:
            raise TimeoutError(self._host.silence)
        for place in places:
            with closing(self._client(place)) as client:
                if client.connect():  # type: ignore[no-untyped-call]
                    yield client
                    return
        raise ConnectionError("nothing answers there")

    def _client(self, place: str) -> ModbusTcpClient:
        return ModbusTcpClient(
            place, port=self._address.port, framer=FRAMERS[self._address.framing],
            timeout=ANSWER, retries=0, reconnect_delay=0,
        )  # fmt: skip

    def _converse(self, client: ModbusTcpClient) -> None:
        due = time.monotonic()
        while not self._is_over.is_set():
            self._woken.clear()
            request = self._follower.seen(self._read(client))
            self.first.set()
            if request is not None:
                self._write(client, request)
            due = max(due + PERIOD, time.monotonic())
            self._woken.wait(due - time.monotonic())

    @contextmanager
    def _stopping_unheard(self, client: ModbusTcpClient) -> Iterator[None]:
        """Where the conversation breaks off, a stop that waited for an answer is written: whether it arrived nobody knows. Over
        this link alone: asked for a write, pymodbus makes one anew where the gripper has closed it."""
        try:
            yield
        except Exception:  # whatever it was goes on to whoever ends the link
            stop = self._follower.unheard() if client.socket is not None else None
            if stop is not None:
                with suppress(Exception):
                    self._write(client, stop)
            raise

    def _read(self, client: ModbusTcpClient) -> Status:
        """Raises NotAGripper, ModbusException, OSError, ValueError."""
        answer = self._asked(
            client,
            lambda: client.read_holding_registers(STATUS_ADDRESS, count=WORDS, device_id=self._address.unit),
            ReadHoldingRegistersResponse,
            "reading its status",
        )
        return status_of(answer.registers)

    def _write(self, client: ModbusTcpClient, request: Request) -> None:
        """Raises as `_read` does."""
        words = list(words_of(request))
        self._asked(
            client,
            lambda: client.write_registers(REQUEST_ADDRESS, words, device_id=self._address.unit),
            WriteMultipleRegistersResponse,
            "writing a request",
        )

    def _asked(self, client: ModbusTcpClient, ask: Callable[[], ModbusPDU], expected: type[ModbusPDU], what: str) -> ModbusPDU:
        _drain(client.socket)
        answer = ask()
        if answer.isError():
            code = getattr(answer, "exception_code", "?")
            raise ValueError(f"{what} is answered with exception {code}; is it a gripper, and is the unit right?")
        if not isinstance(answer, expected):
            raise ValueError(f"{what} is answered with function {answer.function_code}, which answers something else")
        return answer


def _drain(end: socket | None) -> None:
    """Takes away what nobody has asked for, as long as that comes to an end. Raises OSError."""
    taken = 0
    while end is not None and select.select([end], [], [], 0.0)[0]:
        piece = end.recv(4096)
        taken += len(piece)
        if not piece:
            raise ConnectionError("it has closed the connection")
        if taken > UNASKED:
            raise ConnectionError("it goes on talking, and nobody has asked")


def _told(cause: BaseException) -> str:
    """In the words of the cause, without the library's frame."""
    if isinstance(cause, ModbusIOException):
        return f"no answer of a Modbus device within {ANSWER:g} s"
    return str(cause).removeprefix("Modbus Error: ").strip() or type(cause).__name__
