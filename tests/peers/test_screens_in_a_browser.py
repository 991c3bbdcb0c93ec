"""`operate --web` in a real browser: the first screen is drawn, and nobody but this server is asked. Needs chromium."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.peers.test_report_in_a_browser import CHROMIUM, OF_THE_BROWSER, asked_for, browser
from tests.tui.operate.test_web import serving

pytestmark = [pytest.mark.peer, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]


def test_the_first_screen_is_drawn_and_only_the_loopback_is_asked(tmp_path: Path) -> None:
    """Also where the address itself says to fetch something from elsewhere."""
    with serving(tmp_path) as (_, at):
        document = browser(f"{at}?ping=https://ping.example/", tmp_path, "--dump-dom")
        own = {url for url in asked_for(tmp_path) if not OF_THE_BROWSER.match(url)}
        assert {urlsplit(url).netloc for url in own} == {urlsplit(at).netloc}
        assert "-first-byte" not in document  # the page itself was told to wait for that answer, and may not have it
        document = browser(at, tmp_path, "--dump-dom")
        own = {url for url in asked_for(tmp_path) if not OF_THE_BROWSER.match(url)}
        assert {urlsplit(url).netloc for url in own} == {urlsplit(at).netloc}
        assert any(url.startswith("ws://") for url in own)
        assert "-first-byte" in document


def test_a_picture_of_it_is_kept(tmp_path: Path) -> None:
    """To be looked at: pytest keeps the folder, or CELLWRIGHT_ARTEFACTS says where."""
    target = Path(os.environ.get("CELLWRIGHT_ARTEFACTS", tmp_path)) / "screens_in_a_browser.png"
    with serving(tmp_path) as (_, at):
        browser(at, tmp_path, f"--screenshot={target}")
    assert target.read_bytes().startswith(b"\x89PNG")
    assert target.stat().st_size > 20_000
