"""Draws the picture of a report's replay from a rehearsal, in a browser: `python docs/pictures/report.py` (needs chromium).

What it shows is the page that the program wrote, at one moment, without its other sections; nothing is drawn by hand.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "pictures" / "report.png"
INTENT = "examples/02_machine_tending/tending.intent"
MOMENT = 61.0  # s: the robot is at the chuck with a shaft in each hand
SIZE = "1000,900"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        simulate = [sys.executable, "-m", "tui.cli", "simulate", INTENT, "--report", str(page)]
        subprocess.run(simulate, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        whole = page.read_text("utf-8")
        page.write_text(re.sub(r'<section aria-labelledby="(?!replay").*?</section>', "", whole, flags=re.DOTALL), "utf-8")
        browser = [
            "chromium", "--headless", "--no-sandbox", f"--user-data-dir={folder}/profile", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--timeout=20000",
            f"--window-size={SIZE}", f"--screenshot={TARGET}", f"{page.as_uri()}#t={MOMENT}",
        ]  # fmt: skip
        subprocess.run(browser, stderr=subprocess.DEVNULL, check=True)
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
