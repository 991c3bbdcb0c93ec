"""The command line, `python -m tui.cli`, with cache and state folders that are handed in: in a process of its own, or, where the
answer is all that is asked about, in this one, for a start takes seconds."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cell_drivers.hosted import NoStart, found_again
from controller.journal.folder import all_runs
from tui.cli import main


@dataclass(frozen=True, slots=True)
class Finished:
    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def has_traceback(self) -> bool:
        return "Traceback (most recent call last)" in self.out + self.err


@dataclass(frozen=True, slots=True)
class Program:
    root: Path
    cache: Path
    state: Path
    folder: Path
    hash_seed: str = "0"

    def environment(self) -> dict[str, str]:
        """XDG folders of our own; nothing of the caller's configuration."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CELLWRIGHT_", "XDG_", "PYTEST_"))}
        return {
            **kept,
            "PYTHONPATH": str(self.root),
            "PYTHONHASHSEED": self.hash_seed,
            "CELLWRIGHT_CACHE": str(self.cache),
            "CELLWRIGHT_STATE": str(self.state),
            "XDG_STATE_HOME": str(self.state),
            "NO_COLOR": "1",
        }

    def command(self, *words: object, before: tuple[str, ...] = ()) -> list[str]:
        return [sys.executable, *before, "-m", "tui.cli", *map(str, words)]

    def call(self, *words: object, timeout: float = 600.0, before: tuple[str, ...] = ()) -> Finished:
        """`timeout` ends a test that hangs; nothing is measured with it."""
        done = subprocess.run(
            self.command(*words, before=before),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def answer(self, *words: object) -> Finished:
        """What `call` gives, without a process of its own."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        surroundings = patch.dict(os.environ, self.environment(), clear=True)
        with chdir(self.folder), surroundings, redirect_stdout(out), redirect_stderr(err):
            try:
                code = main([str(word) for word in words])
            except SystemExit as end:
                code = int(end.code or 0)
        return Finished(code, _written(out), _written(err))

    def start(self, *words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def is_any_under_way(self) -> bool:
        """Whether a run has begun to move; read from the records in this process, for whoever looks again and again."""
        return any(run.state == "Execute" for run in all_runs(self.state).summaries)

    def end_worlds(self) -> None:
        """Those that go on, with nobody to find them."""
        for at in (self.state / "worlds").glob("*.at"):
            with suppress(NoStart, OSError):
                found_again(Path(at.read_text("utf-8")), "sim").line.end()

    def recorded_runs(self) -> list[dict[str, Any]]:
        answer = self.answer("runs", "--format", "json")
        assert answer.code == 0, answer.everything
        runs: list[dict[str, Any]] = answer.document["runs"]
        return runs


def _written(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
