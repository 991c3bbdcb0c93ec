"""A driver in a process of its own: what it does to itself it does to nobody else.

A run in service talks to every driver through this. The child (`python -m cell_drivers.hosted`) loads the driver by its entry
point and carries out the contract's calls; the proxies in the controller's process return within a declared bound, whatever the
child does.

    bounds   how long anything may take
    frames   bytes in, texts out
    wire     what the two say to each other
    in_words child: what a driver has raised, in few words
    failures controller: what a call has raised over there
    pace     simulated time in step with real time
    desk     child: calls carried out, everything looked at
    child    child: the loop, and the thread that hears stops
    spawn    controller: a child with the sockets to it
    printed  controller: the last line of what a driver prints
    stops    controller: stops sent at once, and who is deaf to them
    first_word controller: what a child drives, or why it does not come up
    credible controller: what a look may say
    told     controller: what was told and nobody has fetched
    line     controller: calls and their answers; when the child fails, why
    proxies  controller: the drivers of the contract over one line

A driver that dies, hangs, floods, leaks or speaks nonsense is cut off: asked to stop on a channel of its own, then killed. What
ran is unknown then. It is started again only when an operator acknowledges the fault `link`.
"""

from __future__ import annotations

from pathlib import Path

from cell_drivers.hosted.bounds import Bounds
from cell_drivers.hosted.first_word import NoStart
from cell_drivers.hosted.line import LINK, Line
from cell_drivers.hosted.pace import Pace
from cell_drivers.hosted.proxies import HostedSet
from cell_drivers.hosted.spawn import Reached, StartUp, reach, spawn

__all__ = [
    "LINK",
    "Bounds",
    "HostedSet",
    "Line",
    "NoStart",
    "Pace",
    "Reached",
    "StartUp",
    "found_again",
    "hosted",
    "reach",
    "spawn",
]


def hosted(start_up: StartUp, bounds: Bounds = Bounds()) -> HostedSet:  # noqa: B008
    """Drivers in a child that has said what it drives. Raises NoStart where it does not come up."""
    return HostedSet(Line(lambda: spawn(start_up, bounds), start_up.driver, bounds))


def found_again(socket_path: Path, driver: str, bounds: Bounds = Bounds()) -> HostedSet:  # noqa: B008
    """The drivers of a child that another process has started and left: what became of its commands `status` tells. Open them
    before anything else. Raises NoStart where there is no such child any more, or somebody talks to it."""
    return HostedSet(Line(lambda: reach(socket_path), driver, bounds))
