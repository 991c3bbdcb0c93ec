"""Motion stops because the run says so: everything at once, or robots where they are on their paths.

Supervisory only: none of this protects a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from immutables import Map

from cell.commands import SetSpeed, StopAll
from controller import recovery, speeds
from controller.draft import Draft


def stop_all(d: Draft) -> None:
    """Asks every robot to stop on its path. What this breaks off is no failure of its own."""
    d.proceed(flights=d.progress.flights.update({c: replace(f, is_stopped=True) for c, f in d.progress.flights.items()}))
    d.command(StopAll(d.fresh_id("stop"), d.subject, "hold"))


def halt(d: Draft, robots: Iterable[str]) -> None:
    """They stand still where they are on their paths; their motions are not over, and nothing has to be planned again for it. A
    driver that cannot do that refuses, and then everything is stopped (reports.py)."""
    d.mend(halted=d.trouble.halted.update({name: "" for name in robots if name not in d.trouble.halted}))
    speeds.set_speeds(d, "a never is broken")
    sent = {c.robot: c.id for c in d.send if isinstance(c, SetSpeed)}
    d.mend(halted=d.trouble.halted.update({name: sent[name] for name in d.trouble.halted if name in sent}))


def cannot_halt(d: Draft, why: str) -> None:
    """The driver does not stand still on its path: so everything is stopped."""
    d.mend(halted=Map())
    stop_all(d)
    recovery.replan(d, why)
