"""A run that begins, in its controller's process: the plan in the folder proved again, drivers made, a start waited for.

Law: nothing moves, and no journal is there, before the start; what has not begun leaves nothing, and keeps the cell for nobody
who has gone.
"""

from __future__ import annotations

import gc

from cell.scenario import Scenario
from cell.scenario_orders import order_changes
from cellwright.begun import Begun, write_begun
from cellwright.cell_lock import CellLock, keys_of
from cellwright.in_service import InService, drivers_in_service
from cellwright.last_plan import write_sources
from cellwright.planner_link import PlannerProcess
from cellwright.reading import Reading
from cellwright.refusal import Refusal, value_of
from cellwright.running import run_spec
from cellwright.site import Site
from cellwright.starting_again import Ready, read_again, released_again
from cellwright.undisturbed import undisturbed
from cellwright.workshop import Workshop
from controller.attached.messages import Parting, Prepared
from controller.order_book import Announced
from controller.service import serve


def begun_run(site: Site) -> Parting:
    """To its end. Raises Refusal, DriverError, OSError."""
    site.stand()
    workshop = site.workshop()
    workshop.progress("reading", 0, 0)
    reading = read_again(site.start)
    with site.lock(reading) as lock:
        return _controlled(site, reading, workshop, lock)


def _controlled(site: Site, reading: Reading, workshop: Workshop, lock: CellLock) -> Parting:
    ready = value_of(site.desk.withdrawable(lambda: released_again(site.folder, site.start, reading, workshop)))
    site.orders.cell = ready.request.cell
    made = made_for(site, ready, lock)
    planner = PlannerProcess(site.folder.path, workshop, ready.request, proves_beside=made.clock is not None)
    try:
        gc.collect()
        gc.freeze()
        site.server.prepared(Prepared(made.is_simulated, None if made.record is None else str(made.record)))
        if not site.desk.is_started():
            return Parting("not begun", "", "nothing was moved", 0)
        site.desk.has_begun = True
        write_sources(site.folder.path, reading.texts)
        write_begun(site.folder.path, _for_another(made, keys_of(reading, ready.request.cell), site.start.speed))
        if made.clock is not None:
            planner.warm()
        changes = Announced(order_changes(site.start.scenario or Scenario(), ready.request.cell))
        spec = run_spec(site.folder.id, ready.request, site.start.is_manual)
        summary = serve(
            spec, ready.released, made.drivers, planner, site.folder, site.desk.inbox,
            tell=site.server.tell, speed=site.start.speed, orders=changes, clock=made.clock,
            see=site.server.see, catch_up=site.server.catch_up,
        )  # fmt: skip
        return Parting("over", "", summary.state, 0)
    finally:
        planner.close()
        made.drivers.close()


def made_for(site: Site, ready: Ready, lock: CellLock) -> InService:
    """Raises Refusal."""
    scenario = site.start.scenario
    found = value_of(drivers_in_service(ready.request, scenario or Scenario(), site.start.speed, site.worlds, lock=lock))
    if scenario is not None and (why := undisturbed(scenario, ready.request.cell, found.real)):
        found.drivers.close()
        raise Refusal(why)
    return found


def _for_another(made: InService, drives: tuple[str, ...], speed: float | None) -> Begun:
    """What another controller has to know, should this one not come to the end."""
    return Begun(
        world=None if made.reached is None else str(made.reached),
        record=None if made.record is None else str(made.record),
        is_simulated=made.is_simulated,
        drives=drives,
        speed=speed if made.is_simulated else None,
    )
