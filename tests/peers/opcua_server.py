"""Starts opcua_server.js on node-opcua, and speaks to it beside the wire."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.peers.counterpart import HOME, needs

SOURCE = Path(__file__).with_name("opcua_server.js")
NAMESPACE = "urn:example:cell"
Tags = Mapping[str, tuple[str, object]]

CELL: Tags = {
    "lathe.door": ("String", "open"),
    "lathe.door.set": ("String", ""),
    "lathe.chuck": ("Boolean", False),
    "lathe.chuck.set": ("Boolean", False),
    "lathe.running": ("Boolean", False),
    "lathe.alarm": ("String", ""),
    "lathe.alarm.set": ("Boolean", True),
    "lathe.occupied": ("Boolean", False),
    "lathe.job.request": ("String", ""),
    "lathe.job.answer": ("String", ""),
    "gauge.verdict": ("String", ""),
    "gauge.occupied": ("Boolean", False),
    "gauge.job.request": ("String", ""),
    "gauge.job.answer": ("String", ""),
}
"""Tag: type and value."""
WORDS = {"lathe.door": ("open", "closed"), "lathe.chuck": ("closed", "open")}


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int = 0
    log: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/cell?namespace={NAMESPACE}"

    def tell(self, **line: object) -> Any:
        """One of the lines of opcua_server.js, and its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        while text := self.process.stdout.readline():
            self.log.append(text)
            try:
                return json.loads(text)
            except ValueError:  # what node-opcua has to say
                continue
        raise AssertionError("the server has ended:\n" + "".join(self.log))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two that start at once would both make the certificates."""
    with (HOME / "opcua" / ".starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def opcua_server(
    folder: Path, tags: Tags = CELL, port: int = 0, read_only: tuple[str, ...] = (), **plan: object
) -> Iterator[Server]:
    """It has ended at the end of the block. `folder` takes its plan; its certificates are made once."""
    node, modules = needs("node", "opcua/node_modules")
    kept = str(HOME / "opcua")
    file = folder / "plan.json"
    whole = {"namespace": NAMESPACE, "tags": tags, "words": WORDS, "moving": 0.1, "job": 0.3, "needs_part": ["lathe", "gauge"],
             "outcomes": {"verdict": "accept"}, "port": port, "read_only": read_only, **plan}  # fmt: skip
    file.write_text(json.dumps(whole), encoding="utf-8")
    with _one_at_a_time():
        process = subprocess.Popen(
            [str(node), str(SOURCE), str(modules), str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, "XDG_CONFIG_HOME": kept, "HOME": kept},
        )  # fmt: skip
        server = Server(process)
        server.port = _first_port(server)
    try:
        yield server
    finally:
        process.kill()
        process.communicate(timeout=10)


def _first_port(server: Server) -> int:
    try:
        return int(server.answer()["port"])
    except BaseException:
        server.process.kill()
        raise
