"""The report of machine tending in a real browser, from file://: nothing is asked for, and the replay draws. Needs chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journals.packing import recordings, unpacked
from tui.cli import main

CHROMIUM = shutil.which("chromium")
PATIENCE = 600  # s for a browser on a busy machine
LARGEST = 3_000_000  # bytes
OF_THE_BROWSER = re.compile(r"^(https?://[a-z0-9.-]*\.(google|googleapis|gvt1)\.com/|chrome|data:|devtools:)")
"""What a browser asks its maker by itself, whatever it shows."""
WIDE, TALL = 1000, 2400

pytestmark = [pytest.mark.peer, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "state" / "runs").mkdir(parents=True)
    run = unpacked(next(r for r in recordings() if r.name.startswith("tending")), folder / "state" / "runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CELLWRIGHT_STATE", str(folder / "state"))
        patch.setenv("CELLWRIGHT_CACHE", str(folder / "cache"))
        assert main(["report", run.id, "-o", str(folder / "out.html")]) == 0
    return folder / "out.html"


def browser(address: str, folder: Path, *words: str) -> str:
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", f"--user-data-dir={folder / 'profile'}", "--no-first-run", "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
        "--timeout=20000", f"--window-size={WIDE},{TALL}", f"--log-net-log={folder / 'net.json'}", *words, address,
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return ran.stdout


def asked_for(folder: Path) -> set[str]:
    text = (folder / "net.json").read_text()
    try:
        log = json.loads(text)
    except json.JSONDecodeError:  # the browser was ended before it had closed the list
        log = json.loads(text.rstrip().rstrip(",") + "]}")
    return {url for event in log["events"] if (url := (event.get("params") or {}).get("url"))}


def test_nothing_is_asked_for_and_the_replay_draws(page: Path, tmp_path: Path) -> None:
    """The page counts the pixels of its replay that are not the ground."""
    assert page.stat().st_size < LARGEST
    drawn = []
    for moment in (5, 60):
        document = browser(f"{page.as_uri()}#t={moment}", tmp_path, "--dump-dom")
        assert f"<output>{moment // 60}:{moment % 60:02}.0 of " in document
        found = re.search(r'data-drawn="(\d+)"', document)
        assert found is not None
        drawn.append(int(found[1]))
        own = {url for url in asked_for(tmp_path) if not OF_THE_BROWSER.match(url) and not url.startswith(page.as_uri())}
        assert own == set()
    assert min(drawn) > 20_000
    assert drawn[0] != drawn[1]


def test_a_picture_of_it_is_kept(page: Path, tmp_path: Path) -> None:
    """To be looked at: pytest keeps the folder, or CELLWRIGHT_ARTEFACTS says where."""
    target = Path(os.environ.get("CELLWRIGHT_ARTEFACTS", tmp_path)) / "report_of_machine_tending.png"
    browser(f"{page.as_uri()}#t=60", tmp_path, f"--screenshot={target}")
    assert target.read_bytes().startswith(b"\x89PNG")
    assert target.stat().st_size > 100_000
