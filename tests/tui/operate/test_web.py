"""The screens in a browser: on the loopback, for who knows the token, with nothing asked for from outside; and the whole way
from the command to the first screen and back."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from tests.end_to_end.program import Program
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import ASSEMBLY
from tests.tui.operate.seen import in_a_loop
from tui.cli import main
from tui.operate.web import page as served
from tui.operate.web import session
from tui.operate.web.address import NotHere, address_of, turned_away
from tui.operate.web.page import Page

ROOT = Path(__file__).resolve().parents[3]
LINKS = re.compile(r"""(?:href|src)\s*=\s*["']([^"']*)|url\(\s*["']?([^"')]*)""")
ADDRESSES = re.compile(r"""(?:https?:|wss?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s"'`)]*""", re.IGNORECASE)
NAMED_ONLY = {"http://www.w3.org/2000/svg", "https://github.com/chjj/term.js", "http://bellard.org/jslinux/"}
"""Addresses that stand in xterm.js and its style without being asked for: a namespace, and where it comes from."""


@pytest.mark.parametrize(
    ("text", "found"), [("8000", 8000), ("0", 0), (":81", 81), ("127.0.0.1:9", 9), ("localhost:65535", 65_535)]
)
def test_a_port_of_the_loopback_is_taken(text: str, found: int) -> None:
    assert address_of(text) == ("127.0.0.1", found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0.0.0.0:8000", "loopback"), ("[::]:8000", "loopback"), ("192.168.0.7:8000", "can stop and move robots"),
        ("cell-1:80", "ssh -L"), ("127.0.0.1.example:80", "loopback"), ("65536", "is no port"), ("", "is no port"),
        ("http", "is no port"), ("٣", "is no port"), ("-1", "is no port"), ("127.0.0.1:", "is no port"),
        ("9" * 5000, "is no port"),
    ],
)  # fmt: skip
def test_another_address_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NotHere, match=why):
        address_of(text)


@pytest.mark.parametrize(
    ("host", "origin"),
    [("127.0.0.1:8000", None), ("localhost:9000", "http://localhost:9000"), ("localhost", None),
     ("LOCALHOST:9000", "http://localhost:9000")],
)  # fmt: skip
def test_this_machine_and_its_own_page_are_answered(host: str, origin: str | None) -> None:
    assert turned_away(host, origin) is None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("cell.example:8000", None), ("127.0.0.1.example", None), ("", None), ("127.0.0.1:x", None), ("evil@127.0.0.1:80", None),
        ("127.0.0.1:80/..", None), ("127.0.0.1:99999999", None), ("127.0.0.1:80", "http://evil.example"),
        ("127.0.0.1:80", "null"),
        ("127.0.0.1:80", "http://127.0.0.1:81"), ("127.0.0.1:80", "https://127.0.0.1:80"), ("127.0.0.1:80", ""), ("[::1", None),
    ],
)  # fmt: skip
def test_a_name_that_was_made_to_lead_here_and_a_page_of_another_are_turned_away(host: str, origin: str | None) -> None:
    assert turned_away(host, origin) is not None


@in_a_loop
async def test_the_page_and_all_it_leads_to_is_here_and_nobody_without_the_token_gets_any() -> None:
    found: asyncio.Queue[str] = asyncio.Queue()
    staying = asyncio.ensure_future(Page("exit 1", "127.0.0.1", 0, "<run & one>").stay(found.put_nowait))
    try:
        at = await asyncio.wait_for(found.get(), 60)
        async with aiohttp.ClientSession() as client:
            await _is_whole(client, at)
            await _is_closed_to_others(client, at)
    finally:
        staying.cancel()
        await asyncio.wait([staying])


async def _is_whole(client: aiohttp.ClientSession, at: str) -> None:
    """Walks every link there is."""
    to_do, seen = [at], set()
    while to_do:
        address = to_do.pop()
        if address in seen:
            continue
        seen.add(address)
        async with client.get(address) as answer:
            assert answer.status == 200, address
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert set(re.findall(r"wss?://\S+?(?=[; ])", policy)) == {f"ws://{urlsplit(at).netloc}"}
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            if answer.content_type.startswith(("image/", "font/", "application/octet")):
                continue
            text = await answer.text()
        outside = {a for a in ADDRESSES.findall(text) if a not in NAMED_ONLY and urlsplit(a).hostname not in ("127.0.0.1", None)}
        assert outside == set()
        if "javascript" in answer.content_type:
            continue  # its links are looked for by name only: what it may ask for the policy says
        for link in (a or b for a, b in LINKS.findall(text)):
            if link and not link.startswith("data:"):
                to_do.append(urljoin(address, link))
    assert len(seen) == 5, seen  # the page, a style, a script, two fonts
    async with client.get(at) as answer:
        text = await answer.text()
    assert "<title>&lt;run &amp; one&gt;</title>" in text
    assert f'data-session-websocket-url="ws://{urlsplit(at).netloc}{urlsplit(at).path}ws"' in text


async def _is_closed_to_others(client: aiohttp.ClientSession, at: str) -> None:
    root = urljoin(at, "/")
    turned: list[tuple[str, dict[str, str], int]] = [
        (root, {}, 404),
        (urljoin(root, "static/js/textual.js"), {}, 404),
        (urljoin(root, "x" * 32 + "/ws"), {}, 404),
        (urljoin(at, "static/"), {}, 403),
        (urljoin(at, "static/%2e%2e/server.py"), {}, 404),
        (at, {"Host": "evil.example"}, 403),
        (urljoin(at, "ws"), {"Origin": "http://evil.example"}, 403),
        (urljoin(at, "ws"), {"Host": "evil.example", "Origin": "http://evil.example"}, 403),
    ]
    for address, headers, status in turned:
        async with client.get(address, headers=headers) as answer:
            assert answer.status == status, (address, headers)
            assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.ws_connect(urljoin(at, "ws"), headers={"Origin": "http://evil.example"})
    for size in ("width=99999999999", "height=00000899999999", "width=0", "height=x"):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
            await client.ws_connect(urljoin(at, f"ws?{size}"))


@in_a_loop
async def test_no_more_terminals_are_opened_than_that_and_what_is_no_message_of_one_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(served, "MOST", 1)
    monkeypatch.setattr(served, "PARTED_WITHIN", 0.01)
    found: asyncio.Queue[str] = asyncio.Queue()
    staying = asyncio.ensure_future(Page("exec cat", "127.0.0.1", 0, "run").stay(found.put_nowait))
    try:
        at = await asyncio.wait_for(found.get(), 60)
        async with aiohttp.ClientSession() as client:
            for message in (
                "{}",
                "[]",
                "no json",
                '["resize", 7]',
                '["resize", {"width": -1, "height": 9}]',
                '["resize", {"width": "9", "height": 9}]',
                '["stdin"]',
                '["stdin", 7]',
            ):
                line = await opened(client, at)
                with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
                    await client.ws_connect(urljoin(at, "ws"))
                await line.send_str(message)
                assert (await asyncio.wait_for(line.receive(), 60)).data == aiohttp.WSCloseCode.POLICY_VIOLATION
    finally:
        staying.cancel()
        await asyncio.wait([staying])


@in_a_loop
async def test_a_terminal_becomes_no_larger_than_any_may_be_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []

    async def send(self: AppService, data: dict[str, object]) -> bool:
        sent.append((data["width"], data["height"]))
        return True

    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(AppService, "send_meta", send)
    manager = DownloadManager()
    screens = served._Screens("", write_bytes=nothing, write_str=nothing, close=nothing, download_manager=manager)
    for size in ((120, 36), (10**9, 40), (80, 10**9)):
        await screens.set_terminal_size(*size)
    assert sent == [(120, 36), (served.LARGEST, 40), (80, served.LARGEST)]


@in_a_loop
async def test_what_screens_say_last_is_told_where_they_are_served_and_paints_nothing_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    lines, logger = served._Lines(said.put_nowait), logging.getLogger("textual-serve")
    logger.addHandler(lines)
    found: asyncio.Queue[str] = asyncio.Queue()
    screens = r"echo __GANGLION__; head -c 99999 /dev/zero >&2; printf '\ncellwright: one\nSTOP NOT\033[2J ACKNOWLEDGED\n' >&2"
    staying = asyncio.ensure_future(Page(screens, "127.0.0.1", 0, "run").stay(found.put_nowait))
    try:
        at = await asyncio.wait_for(found.get(), 60)
        async with aiohttp.ClientSession() as client:
            line = await client.ws_connect(urljoin(at, "ws"))
            assert (await asyncio.wait_for(line.receive(), 60)).type is aiohttp.WSMsgType.CLOSE
            told = [await asyncio.wait_for(said.get(), 60) for _ in range(3)]
    finally:
        logger.removeHandler(lines)
        staying.cancel()
        await asyncio.wait([staying])
    assert len(told[0]) < 400
    assert told[1:] == ["cellwright: one", r"cellwright: STOP NOT\x1b[2J ACKNOWLEDGED"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("screens", "within", "last"),
    [
        ("echo __GANGLION__; head -c 1 >/dev/null; sleep 0.3; echo STOP NOT ACKNOWLEDGED >&2", 60.0, "STOP NOT ACKNOWLEDGED"),
        ("trap '' TERM; echo __GANGLION__; exec tail -f /dev/null", 0.05, served.UNTOLD),
    ],
)
@in_a_loop
async def test_where_the_server_is_ended_under_open_screens_their_last_words_are_told_or_that_nobody_has_heard_them(
    screens: str, within: float, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, ended, found = asyncio.Queue[str](), asyncio.Event(), asyncio.Queue[str]()
    monkeypatch.setattr(served, "PARTED_WITHIN", within)
    monkeypatch.setattr(served, "_ended", lambda stack: ended)
    lines, logger = served._Lines(said.put_nowait), logging.getLogger("textual-serve")
    logger.addHandler(lines)
    page = Page(screens, "127.0.0.1", 0, "run")
    staying = asyncio.ensure_future(page.stay(found.put_nowait))
    try:
        at = await asyncio.wait_for(found.get(), 60)
        async with aiohttp.ClientSession() as client:
            await client.ws_connect(urljoin(at, "ws"))
            while not any(each._process for each in page._open):
                await asyncio.sleep(0.01)
            ended.set()
            await asyncio.wait_for(staying, 60)
    finally:
        logger.removeHandler(lines)
        staying.cancel()
        await asyncio.wait([staying])
    told = [said.get_nowait() for _ in range(said.qsize())]
    assert told == [f"cellwright: {last}"]


async def opened(client: aiohttp.ClientSession, at: str) -> aiohttp.ClientWebSocketResponse:
    """As soon as the one before has been put away."""
    for _ in range(6_000):
        try:
            return await client.ws_connect(urljoin(at, "ws"))
        except aiohttp.WSServerHandshakeError:
            await asyncio.sleep(0.01)
    raise AssertionError("no terminal can be opened any more")


def test_what_goes_with_nothing_or_cannot_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path / "state" / "runs")
    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path / "state"))
    for words, why in (
        (["--address", "8000"], "goes with --web"),
        (["--web", "--address", "0.0.0.0:8000"], "not this machine's loopback"),
    ):
        assert main(["operate", ASSEMBLY, *words]) == 2
        assert why in capsys.readouterr().err
    monkeypatch.setitem(__import__("sys").modules, "tui.operate.web.page", None)
    assert main(["operate", ASSEMBLY, "--web"]) == 2
    assert "pip install 'cellwright[web]'" in capsys.readouterr().err


def test_the_screens_of_a_browser_say_last_what_those_of_a_terminal_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path / "state" / "runs")
    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(session, "_end_with", lambda parent: None)  # the test's own parent
    for last_word, said in (("STOP NOT ACKNOWLEDGED", "STOP NOT ACKNOWLEDGED\n"), ("", "")):
        monkeypatch.setattr("tui.operate.shown.shown", lambda *_, word=last_word: word)
        assert session.main([ASSEMBLY, "--role", "operate", "--theme", "grey"]) == 0
        assert capsys.readouterr() == ("", said)


def test_keys_that_cannot_be_read_any_more_are_told_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cellwright" / "keys.toml").mkdir(parents=True)  # what root may not read either
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(session, "_end_with", lambda parent: None)
    assert session.main([ASSEMBLY, "--role", "operate", "--theme", "grey"]) == 2
    said = capsys.readouterr().err
    assert "keys.toml" in said
    assert "Traceback" not in said


# --- the whole way, in processes of their own ---


@contextmanager
def serving(tmp_path: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path / "state" / "runs")
    program = Program(ROOT, tmp_path / "cache", tmp_path / "state", tmp_path)
    process = subprocess.Popen(
        program.command("operate", ASSEMBLY, "--web", "--address", "0", *words),
        cwd=tmp_path, env=program.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


async def comes(line: aiohttp.ClientWebSocketResponse, wanted: str) -> None:
    """Bytes that a terminal would draw, until they have said that."""
    text = ""
    while wanted not in text:
        message = await asyncio.wait_for(line.receive(), 120)
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
        if message.type is aiohttp.WSMsgType.BINARY:
            text += re.sub(r"\x1b\[[0-9;?<>=]*[a-zA-Z]", "", message.data.decode("utf-8", "replace"))


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.slow
@in_a_loop
async def test_a_browser_has_the_screens_by_key_and_by_finger_and_they_end_with_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, at):
        async with aiohttp.ClientSession() as client:
            line = await client.ws_connect(urljoin(at, "ws?width=80&height=24"), headers={"Origin": at[:-1].rpartition("/")[0]})
            await comes(line, "■ STOPPED")
            await line.send_str(json.dumps(["stdin", "x"]))
            await comes(line, "STOP: this is a record")
            await line.send_str(json.dumps(["stdin", "4"]))
            await comes(line, "what it is, and what to do")
            for button in ("M", "m"):  # a finger on STOP, at the right end of the first line
                await line.send_str(json.dumps(["stdin", f"\x1b[<0;78;1{button}"]))
            await comes(line, "STOP: this is a record")
            await line.send_str(json.dumps(["resize", {"width": 120, "height": 36}]))
            await comes(line, "R715")
            other = await client.ws_connect(urljoin(at, "ws"))
            await comes(other, "■ STOPPED")
            screens = children(process.pid)
            assert len(screens) == 2
            os.kill(screens[1], signal.SIGKILL)  # its last picture is not to be taken for the cell
            while (await asyncio.wait_for(other.receive(), 120)).type is aiohttp.WSMsgType.BINARY:
                pass
            assert other.closed
            os.kill(process.pid, signal.SIGKILL)
            while lives(screens[0]):  # pytest's own bound ends a test that hangs
                await asyncio.sleep(0.05)


@pytest.mark.slow
@in_a_loop
async def test_who_leaves_the_page_or_ends_the_server_leaves_nothing_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, at):
        async with aiohttp.ClientSession() as client:
            line = await client.ws_connect(urljoin(at, "ws"))
            await comes(line, "■ STOPPED")
            await line.send_str(json.dumps(["stdin", "d"]))
            while (await asyncio.wait_for(line.receive(), 120)).type is aiohttp.WSMsgType.BINARY:
                pass
            other = await client.ws_connect(urljoin(at, "ws"))
            await comes(other, "■ STOPPED")
            screens = children(process.pid)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 120) == 0
            while any(lives(pid) for pid in screens):
                await asyncio.sleep(0.05)
