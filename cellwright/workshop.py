"""What planning and proving may use: private stores under the cache folder, a pool of processes, someone to tell of progress.

Planning is pure; here is where it is given its means. A pool gives the same results in the same order as a plain map, and ends
with the process that it works for, however that ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from cell.dataclass import dataclass
from cellwright.file_store import FileStore
from cellwright.folders import cache_folder

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[str, int, int], None]
"""A stage of the work, how much of it is done, and of how much; 0: nobody knows. The next one ends it, "" where there is none."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """`motions` and `certificates` keep bytes by content key. `processes` 1 works in this process. `is_thorough`: where there is
    no plan, look for what would do however long that takes."""

    motions: FileStore
    certificates: FileStore
    robots: Path
    processes: int
    progress: Progress
    is_thorough: bool = False

    @contextmanager
    def mapping(self) -> Iterator[Callable[[Callable[[T], R], Sequence[T]], Iterator[R]]]:
        """A map over independent work. The pool starts when work comes that is worth it, and ends with the block."""
        pool: list[ProcessPoolExecutor] = []

        def mapped(act: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
            if self.processes == 1 or len(items) < 4:
                return map(act, items)
            if not pool:
                import multiprocessing
                from concurrent.futures import ProcessPoolExecutor

                # forkserver: a child must not inherit threads or half-held locks.
                context = multiprocessing.get_context("forkserver")
                pool.append(ProcessPoolExecutor(self.processes, context, _end_with_owner))
            return pool[0].map(act, items)

        is_whole = False
        try:
            yield mapped
            is_whole = True
        finally:
            for one in pool:  # whoever breaks it off waits for nothing that is still worked at
                one.shutdown(wait=is_whole, cancel_futures=True)


def _end_with_owner() -> None:
    """In a process of the pool: one whose owner is killed would wait for work for ever."""
    import multiprocessing

    owner = multiprocessing.parent_process()
    assert owner is not None

    def watch() -> None:
        owner.join()
        os._exit(1)

    Thread(target=watch, name="owner", daemon=True).start()


def open_workshop(progress: Progress, processes: int | None = None, cache: Path | None = None) -> Workshop:
    folder = cache or cache_folder()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Workshop(
        motions=FileStore(folder / "motions"),
        certificates=FileStore(folder / "certificates"),
        robots=folder / "robots",
        processes=processes or cores,
        progress=progress,
    )
