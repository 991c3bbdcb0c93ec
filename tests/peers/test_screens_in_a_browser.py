"""`operate --web` in a real browser: the first screen is drawn, a finger on it is felt, and nobody but this server is asked.
Needs chromium, which is spoken to by its own debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.peers.test_report_in_a_browser import CHROMIUM
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.test_web import serving

pytestmark = [pytest.mark.peer, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]
WIDE, TALL = 1280, 800  # as a tablet has

DRAWN = 20_000  # bytes; a page with nothing on it has fewer


class Tab:
    """A page of the browser. `asked_for`: every address that it has asked for, by whatever means."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line, self._numbers = line, count(1)
        self.asked_for: list[str] = []

    async def do(self, method: str, **words: object) -> dict[str, Any]:
        number = next(self._numbers)
        await self._line.send_json({"id": number, "method": method, "params": words})
        while True:
            said = await self._line.receive_json(timeout=120)
            if said.get("method") == "Network.requestWillBeSent":
                self.asked_for.append(said["params"]["request"]["url"])
            elif said.get("method") == "Network.webSocketCreated":
                self.asked_for.append(said["params"]["url"])
            elif said.get("id") == number:
                return dict(said.get("result", {}))

    async def until(self, claim: str) -> None:
        """Until that is so, in its own language."""
        for _ in range(1_200):
            if (await self.do("Runtime.evaluate", expression=claim))["result"].get("value") is True:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"it did not come to that: {claim}")

    async def picture(self) -> bytes:
        return base64.b64decode((await self.do("Page.captureScreenshot"))["data"])

    async def still(self) -> bytes:
        """Once it is drawn, which it is in pieces: half a second without a change."""
        before, same = b"", 0
        for _ in range(600):
            now = await self.picture()
            same = same + 1 if now == before and len(now) > DRAWN else 0
            if same == 5:
                break
            before = now
            await asyncio.sleep(0.1)
        return before

    async def another(self, before: bytes) -> bytes:
        """The first picture that differs."""
        for _ in range(600):
            if (now := await self.picture()) != before:
                return now
            await asyncio.sleep(0.1)
        return before

    async def touch(self, x: int, y: int) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


@asynccontextmanager
async def tab(folder: Path) -> AsyncIterator[Tab]:
    assert CHROMIUM is not None
    profile = folder / "profile"
    process = subprocess.Popen(
        [
            CHROMIUM, "--headless", "--no-sandbox", f"--user-data-dir={profile}", "--no-first-run", "--remote-debugging-port=0",
            "--disable-background-networking", "--disable-component-update", "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader", f"--window-size={WIDE},{TALL}", "about:blank",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        written = profile / "DevToolsActivePort"
        for _ in range(1_200):
            if written.is_file() and written.read_text().count("\n"):
                break
            await asyncio.sleep(0.1)
        port = written.read_text().splitlines()[0]
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/json/list") as answer:
                at = next(page["webSocketDebuggerUrl"] for page in await answer.json() if page["type"] == "page")
            found = Tab(await client.ws_connect(at, max_msg_size=0))
            for domain in ("Page", "Network", "Runtime"):
                await found.do(f"{domain}.enable")
            yield found
    finally:
        process.kill()
        process.wait()


@in_a_loop
async def test_the_first_screen_is_drawn_a_finger_is_felt_and_only_the_loopback_is_asked(tmp_path: Path) -> None:
    """The picture is kept, to be looked at: CELLWRIGHT_ARTEFACTS says where."""
    folder = Path(os.environ.get("CELLWRIGHT_ARTEFACTS", tmp_path))
    with serving(tmp_path) as (process, at):
        async with tab(tmp_path) as page:
            await page.do("Page.navigate", url=at)
            await page.until("document.body.classList.contains('-first-byte')")
            before = await page.still()
            assert len(before) > DRAWN
            (folder / "screens_in_a_browser.png").write_bytes(before)
            await page.touch(WIDE - 40, 10)  # STOP, at the right end of the first line
            assert await page.another(before) != before
            (folder / "screens_in_a_browser_touched.png").write_bytes(await page.picture())
            assert {urlsplit(address).netloc for address in page.asked_for if not address.startswith("data:")} == {
                urlsplit(at).netloc
            }
            assert any(address.startswith("ws://") for address in page.asked_for)
            assert any(address.endswith(".ttf") for address in page.asked_for)
            process.kill()
            await page.until("document.body.classList.contains('-closed')")
            assert (await page.do("Runtime.evaluate", expression="document.querySelector('.over').innerText"))["result"][
                "value"
            ].find("STOP does not work here") > 0


@in_a_loop
async def test_an_address_that_has_something_else_fetched_gets_nothing_fetched(tmp_path: Path) -> None:
    """The library's script fetches what stands behind `?ping=`; the page's policy does not let it."""
    asked = []

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    stranger = await asyncio.start_server(answered, "127.0.0.1", 0)
    port = stranger.sockets[0].getsockname()[1]
    with serving(tmp_path) as (_, at):
        async with tab(tmp_path) as page:
            await page.do("Page.navigate", url=f"{at}?ping=http://127.0.0.1:{port}/")
            await page.until("document.readyState === 'complete'")
            refused = f"fetch('http://127.0.0.1:{port}/', {{mode: 'no-cors'}}).then(() => false, () => true)"
            found = await page.do("Runtime.evaluate", expression=refused, awaitPromise=True)
            assert found["result"]["value"] is True
    stranger.close()
    assert asked == []
