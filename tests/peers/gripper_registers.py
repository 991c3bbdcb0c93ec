"""Starts gripper_registers.c on libmodbus, and asks mbpoll: two programs on the gripper's wire that are not ours."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.peers.counterpart import HOME, libraries, needs

SOURCE = Path(__file__).with_name("gripper_registers.c")
NOTHING = 0xFFFF


def compiled(folder: Path) -> Path:
    """The program, built against Debian's libmodbus."""
    compiler, header = needs("gcc", "modbus/root/usr/include/modbus/modbus.h")
    program = folder / "gripper_registers"
    (library,) = (HOME / "modbus" / "root" / "usr" / "lib").glob("*-linux-gnu/libmodbus.so.5")
    command = [compiler, "-std=gnu11", "-O1", "-Wall", "-Werror", f"-I{header.parent}", "-o", program, SOURCE, library]
    subprocess.run([str(word) for word in command], check=True, timeout=60)
    return program


@contextmanager
def started(program: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the first line that it says; it has ended at the end of the block."""
    process = subprocess.Popen([str(program), *arguments], stdout=subprocess.PIPE, text=True, env=libraries("modbus"))
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate(timeout=10)


@contextmanager
def on_a_serial_line(program: Path) -> Iterator[int]:
    """The gripper behind a serial server: bytes of one TCP connection at a time go to its line and back. The port."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    over = threading.Event()
    with (
        started(program, "rtu", os.ttyname(theirs)) as (_, said),
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        assert said == "ready"
        listener.settimeout(0.05)
        thread = threading.Thread(target=_bridge, args=(listener, ours, over), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(timeout=10)
            os.close(theirs)
            os.close(ours)


def _bridge(listener: socket.socket, line: int, over: threading.Event) -> None:
    os.set_blocking(line, False)
    while not over.is_set():
        with suppress(TimeoutError):
            end, _ = listener.accept()
            with end, suppress(ConnectionError):
                _carry(end, line, over)


def _carry(end: socket.socket, line: int, over: threading.Event) -> None:
    end.settimeout(0.001)
    while not over.is_set():
        with suppress(BlockingIOError):
            end.sendall(os.read(line, 256))
        with suppress(TimeoutError):
            read = end.recv(256)
            if not read:
                return
            os.write(line, read)


def mbpoll(port: int, address: int, *values: int, count: int = 1) -> list[int]:
    """What mbpoll reads in `count` holding registers from `address`; with `values` it writes these instead."""
    (program,) = needs("modbus/root/usr/bin/mbpoll")
    what = ["-r", str(address), "-0", "-t", "4:hex", "-1", "-o", "2", "-p", str(port)]
    asked = what if values else [*what, "-c", str(count)]
    command = [str(program), "-m", "tcp", "-a", "9", *asked, "127.0.0.1", *(f"0x{value:04X}" for value in values)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, env=libraries("modbus"))
    assert run.returncode == 0, run.stdout + run.stderr
    return [int(word, 16) for word in re.findall(r"\]:\s+0x([0-9A-F]{4})", run.stdout)]
