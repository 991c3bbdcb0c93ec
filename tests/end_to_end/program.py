"""The command line in a process of its own: `python -m tui.cli`, with cache and state folders that are handed in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.journal.folder import all_runs


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

    def recorded_runs(self) -> list[dict[str, Any]]:
        answer = self.call("runs", "--format", "json")
        assert answer.code == 0, answer.everything
        runs: list[dict[str, Any]] = answer.document["runs"]
        return runs
