"""The screens as a page: each browser gets a terminal of its own, in a process of its own. The one door to aiohttp and
textual-serve.

Law: the page asks for nothing but what this server has, and this server answers nobody who does not know its token.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from tui.operate.web.address import own_name, turned_away
from tui.signals import ENDINGS
from tui.speech import printable

MOST: Final = 8
"""Terminals at a time: each is a process."""
LARGEST: Final = 1_000
"""Columns, and rows, that a terminal may have."""
PARTED_WITHIN: Final = 5.0
"""s that screens have to end by themselves: they wait for the answer to a stop that was asked for last (live.py)."""
UNTOLD: Final = (
    "the screens of a browser did not end by themselves and were ended: nobody knows whether what was asked there last was"
    " acknowledged; look at the run"
)
_TOKEN: Final = 24  # bytes
_LAST_WORDS: Final = 4_000  # bytes
_FONTS: Final = range(8, 49)  # px
_GUARDS: Final = {
    "Referrer-Policy": "no-referrer",  # the address has the token in it
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Tell = Callable[[str], None]


class Page(Server):
    def __init__(self, command: str, host: str, port: int, title: str) -> None:
        """`command` opens the screens for one browser."""
        super().__init__(command, host=host, port=port, title=title)
        self.token = secrets.token_urlsafe(_TOKEN)
        self._text = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
        self._terminals = 0
        self._open: set[_Screens] = set()

    async def _make_app(self) -> web.Application:
        """Everything stands behind the token, which no other user of this machine knows."""
        app, at = web.Application(middlewares=[_from_here]), f"/{self.token}"
        app.add_routes(
            [
                web.get(f"{at}/", self.index),
                web.get(f"{at}/ws", self.handle_websocket),
                web.static(f"{at}/static", self.statics_path),
            ]
        )
        app.on_response_prepare.append(_guarded)
        return app

    async def index(self, request: web.Request) -> web.Response:
        size = request.query.get("fontsize", "")
        text = self._text.substitute(
            title=escape(self.title),
            socket=escape(f"ws://{own_name(request.host)}/{self.token}/ws"),
            size=size if size.isascii() and size.isdecimal() and len(size) <= 4 and int(size) in _FONTS else "16",
        )
        return web.Response(text=text, content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A terminal in a browser. What is no message of one ends it."""
        if self._terminals >= MOST:
            raise web.HTTPServiceUnavailable(text=f"{MOST} terminals are open already; close one")
        size = [request.query.get(name, usual) for name, usual in (("width", "80"), ("height", "24"))]
        if not all(_is_size(length) for length in size):
            raise web.HTTPBadRequest(text=f"a terminal has 1 to {LARGEST} columns and rows")
        self._terminals += 1
        line = web.WebSocketResponse(heartbeat=15)

        async def closed() -> None:
            await line.close()

        screens = _Screens(
            self.command,
            write_bytes=line.send_bytes,
            write_str=line.send_str,
            close=closed,
            download_manager=self.download_manager,
        )
        self._open.add(screens)
        try:
            await line.prepare(request)
            await screens.start(*map(int, size))
            await self._process_messages(line, screens)
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError):
            await line.close(code=WSCloseCode.POLICY_VIOLATION)
        finally:
            try:
                await screens.stop()
            finally:
                self._terminals -= 1
                self._open.discard(screens)
        return line

    async def stay(self, told: Tell) -> None:
        """Until somebody asks the program to end. `told` is given the page's address. Raises OSError where its port is taken."""
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=PARTED_WITHIN)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            port = runner.addresses[0][1]
            with ExitStack() as stack:
                ended = _ended(stack)
                told(f"http://{self.host}:{port}/{self.token}/")
                await ended.wait()
                # Before the library ends what is under way, and with it whoever waits for the last words.
                await asyncio.gather(*(screens.stop() for screens in tuple(self._open)), return_exceptions=True)
        finally:
            await runner.cleanup()


class _Screens(AppService):
    """Where they end, however they end, so does the line: the last picture of them is not to be taken for the cell. What they say
    last (that a stop was not acknowledged) goes to whoever serves them."""

    _words: asyncio.Task[bytes] | None = None

    async def start(self, width: int, height: int) -> None:
        process = await self._open_app_process(width, height)
        assert process.stderr is not None
        self._words = asyncio.create_task(_last_of(process.stderr))
        process.stderr = asyncio.StreamReader()  # textual-serve would write it as it is where our data go
        process.stderr.feed_eof()
        self._task = asyncio.create_task(self.run())

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def set_terminal_size(self, width: int, height: int) -> None:
        """Each row is drawn and kept: what is larger has its screens in a part of it. Raises TypeError, ValueError."""
        if min(width, height) < 0:
            raise ValueError(f"a terminal of {width} by {height}")
        await super().set_terminal_size(min(width, LARGEST), min(height, LARGEST))

    async def stop(self) -> None:
        process = self._process
        with suppress(TimeoutError):
            await asyncio.wait_for(super().stop(), PARTED_WITHIN)
        if process is None:
            return
        said = ""
        try:
            await asyncio.wait_for(process.wait(), PARTED_WITHIN)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            said = UNTOLD
        await self._tell_last_words(said)

    async def _tell_last_words(self, said: str) -> None:
        """Once, whoever asks for the end."""
        told, self._words = self._words, None
        if told is None:
            return
        with suppress(TimeoutError):  # another process may hold its end of the pipe
            words = await asyncio.wait_for(told, PARTED_WITHIN)
            for word in (*words.decode("utf-8", "replace").splitlines(), *([said] if said else ())):
                logging.getLogger("textual-serve").warning("%s", word.removeprefix("cellwright: "))


async def _last_of(stream: asyncio.StreamReader) -> bytes:
    """Read to its end, so that who writes never waits."""
    last = b""
    while data := await stream.read(_LAST_WORDS):
        last = (last + data)[-_LAST_WORDS:]
    return last


def serve(command: str, address: tuple[str, int], title: str, told: Tell, say: Tell) -> None:
    """`say` is for what goes wrong meanwhile: a line each. Raises OSError where the port is taken."""
    for name in ("textual-serve", "aiohttp"):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.handlers = [_Lines(say)]
    asyncio.run(Page(command, *address, title).stay(told))


class _Lines(logging.Handler):
    def __init__(self, say: Tell) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(f"cellwright: {printable(record.getMessage())[:300]}")


def _ended(stack: ExitStack) -> asyncio.Event:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, ended.set)
            stack.callback(loop.remove_signal_handler, number)
    return ended


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= LARGEST


@web.middleware
async def _from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    why = turned_away(request.host, request.headers.get("Origin"))
    if why is not None:
        raise web.HTTPForbidden(text=why)
    return await handler(request)


async def _guarded(request: web.Request, response: web.StreamResponse) -> None:
    """What the page's script may ask for is this server alone, whatever is written into it or behind its address."""
    name = own_name(request.host)
    socket = f" ws://{name}" if name is not None else ""
    response.headers.update(_GUARDS)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self'{socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
