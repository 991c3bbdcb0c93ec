"""The thread that talks to a PLC, and the one door to asyncua.

Law: a conversation begins from nothing each time: session, namespace, nodes, types, subscription. It ends at the first thing
that is not as it should be, is told with its cause, and begins anew after a pause. Nothing is written twice.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol

from asyncua import Client, Node, ua

from cell_drivers.host_names import HostName
from cell_drivers.opcua_io.address import Address
from cell_drivers.opcua_io.naming_loop import NamingLoop
from cell_drivers.opcua_io.plc import Wanted
from cell_drivers.opcua_io.reading import Reading
from cell_drivers.opcua_io.tags import Tag

PERIOD = 50.0  # ms between two publishings
READ = 0.1  # s between two times that everything is read
ANSWER = 1.0  # s that the server may take for an answer
PAUSE = 0.25  # s between two conversations
CLOCK = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # what fails is told as a fault, not on somebody's terminal


class WrongServer(ValueError):
    """What is there is not what the cell file means."""


class Follower(Protocol):
    """Who is told what was seen, and asked what to write. Every call comes from the link's thread."""

    def connected(self, is_boolean: Mapping[str, bool]) -> None: ...

    def beat(self, server_time: int) -> None: ...

    def seen(self, tag: str, reading: Reading, is_asked: bool) -> None: ...

    def lost(self, why: str) -> None: ...

    def take_writes(self) -> tuple[Wanted, ...]: ...

    def written(self, tag: Tag) -> None: ...

    def not_written(self, tag: Tag, why: str) -> None: ...


class Link:
    def __init__(self, address: Address, tags: Iterable[Tag], follower: Follower) -> None:
        self.first = threading.Event()
        """Set when everything has been seen once, or the first conversation has failed."""
        self._address, self._tags, self._follower = address, tuple(tags), follower
        self._host = HostName(address.host)
        self._is_over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=f"opcua {address}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something is to be written."""
        loop, woken = self._loop, self._woken
        if loop is not None and woken is not None:
            with suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(woken.set)

    def end(self) -> None:
        """Returns when the thread has ended, in some ANSWERs at most."""
        self._is_over.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(4.0 * ANSWER)

    def _run(self) -> None:
        while not self._is_over.is_set():
            try:
                with asyncio.Runner(loop_factory=lambda: NamingLoop(self._host)) as runner:
                    runner.run(self._conversation())
            except Exception as cause:  # whatever fails, the conversation is over and its cause is told
                if not self._is_over.is_set():  # else another link may be up by now
                    why = self._host.silence if self._host.is_asked else _told(cause)
                    self._follower.lost(f"{self._address}: {why}")
            finally:
                self._loop = self._woken = None
                self.first.set()
            self._is_over.wait(PAUSE)

    async def _conversation(self) -> None:
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        client = Client(self._address.endpoint, timeout=ANSWER, watchdog_intervall=ANSWER)
        try:
            await asyncio.wait_for(client.connect(), 2.0 * ANSWER)
            nodes = await self._nodes(client)
            told = {tag: node for tag, node in nodes.items() if tag.role in ("reports", "answer")}
            heard = Heard(self._follower, {node.nodeid: tag.name for tag, node in told.items()}, self._woken.set)
            subscription = await client.create_subscription(PERIOD, heard)
            results = await subscription.subscribe_data_change(list(told.values()), sampling_interval=PERIOD)
            if any(isinstance(result, ua.StatusCode) for result in results):
                raise WrongServer("it does not let us subscribe to what it has")
            await self._follow(client, nodes, told, heard)
        finally:
            with suppress(Exception):
                await asyncio.wait_for(client.disconnect(), ANSWER)

    async def _nodes(self, client: Client) -> dict[Tag, Node]:
        """The node of every tag that there is. Raises WrongServer where one that is needed is not there, or of another type."""
        try:
            index = await client.get_namespace_index(self._address.namespace)
        except ValueError:
            raise WrongServer(f"it has no namespace {self._address.namespace!r}; is it the right server?") from None
        found, is_boolean = dict[Tag, Node](), dict[str, bool]()
        for tag in self._tags:
            node = client.get_node(ua.NodeId(self._address.prefix + tag.name, index))
            kind = await _type_of(node)
            if kind is None:
                if tag.is_needed:
                    raise WrongServer(f"it has no node {node.nodeid.to_string()}")
                continue
            _check_type(tag, kind)
            found[tag] = node
            if tag.role in ("sets", "request"):
                is_boolean[tag.name] = kind == ua.VariantType.Boolean
        self._follower.connected(is_boolean)
        return found

    async def _follow(self, client: Client, nodes: Mapping[Tag, Node], told: Mapping[Tag, Node], heard: Heard) -> None:
        assert self._woken is not None
        assert self._loop is not None
        due = 0.0
        while not self._is_over.is_set():
            self._woken.clear()
            if heard.defect is not None:
                raise heard.defect
            if self._loop.time() >= due:
                due = self._loop.time() + READ
                await self._read(client, told)
                self.first.set()
            for wanted in self._follower.take_writes():
                await self._write(nodes[wanted.tag], wanted)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), max(0.0, due - self._loop.time()))

    async def _read(self, client: Client, told: Mapping[Tag, Node]) -> None:
        """Everything in one request, and the server's clock. An answer in time is the sign of life."""
        clock, *values = await client.read_attributes([client.get_node(CLOCK), *told.values()], ua.AttributeIds.Value)
        time = _reading_of(clock).value
        if not isinstance(time, datetime):
            raise WrongServer("it does not tell its time")
        for tag, value in zip(told, values, strict=True):
            self._follower.seen(tag.name, _reading_of(value), True)
        self._follower.beat(_nanoseconds(time))

    async def _write(self, node: Node, wanted: Wanted) -> None:
        """Raises what ends the conversation; what the server refuses is told to whoever asked for it."""
        kind = ua.VariantType.Boolean if isinstance(wanted.value, bool) else ua.VariantType.String
        try:
            await node.write_attribute(ua.AttributeIds.Value, ua.DataValue(ua.Variant(wanted.value, kind)))
        except ua.UaStatusCodeError as refused:
            if refused.code in _LINK_CODES:
                raise
            self._follower.not_written(wanted.tag, _name_of(refused.code))
        else:
            self._follower.written(wanted.tag)


_LINK_CODES = frozenset(
    getattr(ua.StatusCodes, name)
    for name in (
        "BadConnectionClosed", "BadSecureChannelClosed", "BadSecureChannelIdInvalid", "BadSessionClosed", "BadSessionIdInvalid",
        "BadTimeout", "BadRequestTimeout", "BadCommunicationError", "BadServerNotConnected", "BadShutdown",
    )
)  # fmt: skip
"""Codes after which nobody knows whether it was written."""


class Heard:
    """What the subscription brings. `defect` is what ends the conversation."""

    def __init__(self, follower: Follower, names: Mapping[ua.NodeId, str], wake: Callable[[], None]) -> None:
        self.defect: Exception | None = None
        self._follower, self._names, self._wake = follower, dict(names), wake

    def datachange_notification(self, node: Node, value: Any, data: Any) -> None:
        try:
            self._follower.seen(self._names[node.nodeid], _reading_of(data.monitored_item.Value), False)
        except Exception as cause:  # asyncua would log it and go on
            self.defect = cause
        self._wake()

    def status_change_notification(self, status: Any) -> None:
        self.defect = ConnectionError("the server has ended the subscription")
        self._wake()


def _reading_of(value: ua.DataValue) -> Reading:
    said = None if value.Value is None else value.Value.Value
    code = 0 if value.StatusCode is None else value.StatusCode.value
    time = value.SourceTimestamp or value.ServerTimestamp
    return Reading(said, code, None if time is None else _nanoseconds(time))


def _nanoseconds(time: datetime) -> int:
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return round((aware - EPOCH).total_seconds() * 1e6) * 1000


async def _type_of(node: Node) -> ua.VariantType | None:
    """None where there is no such node."""
    try:
        return await node.read_data_type_as_variant_type()
    except ua.UaStatusCodeError as refused:
        if refused.code in (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid):
            return None
        raise


def _check_type(tag: Tag, kind: ua.VariantType) -> None:
    """Raises WrongServer."""
    boolean, text = ua.VariantType.Boolean, ua.VariantType.String
    allowed = {"request": {text}, "answer": {text}, "sets": {boolean} if tag.fact == "alarm" else {boolean, text}}.get(tag.role)
    if allowed is not None and kind not in allowed:
        names = " or ".join(sorted(each.name for each in allowed))
        raise WrongServer(f"its {tag.name} is {kind.name} where {names} is expected")


def _name_of(code: int) -> str:
    return str(ua.StatusCode(ua.UInt32(code)).name)


def _told(cause: Exception) -> str:
    """In a line."""
    match cause:
        case WrongServer():
            return str(cause)
        case ua.UaStatusCodeError():
            return f"the server answers {_name_of(cause.code)}"
        case asyncio.TimeoutError() if not str(cause):
            return f"no answer of an OPC UA server within {2.0 * ANSWER:g} s"
        case _:
            return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
