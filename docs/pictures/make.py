"""Draws the pictures of the documents from real runs of the program: `python docs/pictures/make.py [FILE.intent]`.

Nothing in them is made up: what stands in a picture was written by the command in its first line. The SVG asks for nothing from
outside: rich's template loads a font from a server, ours names the reader's own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "pictures" / "first_run.svg"
INTENT = "examples/02_machine_tending/tending.intent"
WIDTH = 110
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"

# rich's template (rich.console.Console.export_svg says which fields there are) without its @font-face rules.
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{ font-family: @FONTS@; font-size: {char_height}px; line-height: {line_height}px; }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def main() -> int:
    intent = sys.argv[1] if len(sys.argv) > 1 else INTENT
    said = run(intent)
    TARGET.write_text(drawn(f"$ cellwright run {intent} --yes\n{said}"), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}\n")
    return 0


def run(intent: str) -> str:
    """What the program says, both streams in the order of saying, as one who looks at a log sees it."""
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "COLUMNS": str(WIDTH), "CELLWRIGHT_STATE": state}
        command = [sys.executable, "-m", "tui.cli", "run", intent, "--yes"]
        ran = subprocess.run(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=True,
        )  # fmt: skip
        return without_progress(ran.stdout).replace(state, "~/.local/state/cellwright")


def without_progress(said: str) -> str:
    """A terminal shows bars while the work goes on and takes them away; in a log each has lines of its own."""
    return "\n".join(line for line in said.splitlines() if not re.fullmatch(r"[a-z ]+: \d+ of \d+", line))


def drawn(text: str) -> str:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere)
        console.print(Text.from_ansi(text))
        return console.export_svg(
            title="cellwright", theme=MONOKAI, code_format=TEMPLATE.replace("@FONTS@", FONTS), unique_id="first-run"
        )


if __name__ == "__main__":
    raise SystemExit(main())
