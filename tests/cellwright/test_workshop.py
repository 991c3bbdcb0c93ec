"""The pool that plans and proves is of the process that it works for."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

OWNER = """
import subprocess, sys
from cellwright.workshop import open_workshop
if __name__ == "__main__":
    with open_workshop(lambda stage, done, of: None, 2).mapping() as mapped:
        print(*set(mapped(subprocess.getoutput, ["echo $PPID"] * 4)), flush=True)
        sys.stdin.read()
"""
WITHIN = 600.0  # s


def test_a_pool_ends_with_its_owner_also_where_that_is_killed() -> None:
    process = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    workers = [int(word) for word in process.stdout.readline().split()]
    assert workers
    try:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=WITHIN)  # until nobody has its stdout any more
    finally:
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
