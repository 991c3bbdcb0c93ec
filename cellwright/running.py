"""From a released plan to a run: the planner that stays at hand, the rehearsal.

A run plans again whenever the controller asks; that is stages 3 to 5 with the state that was observed, there is no second path.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace

from cell.commands import RequestPlan
from cell.dataclass import dataclass
from cell.declared_state import declared_state
from cell.diagnostic import Outcome, Position, Span, error
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Scenario
from cell.scenario_file import scenario_from_mapping
from cell.state import PlanningRequest
from cellwright.file_bytes import LARGEST_TOML, read_whole
from cellwright.reading import Reading
from cellwright.session import make_jog, make_plan, make_retreats, release_plan, request_for
from cellwright.workshop import Workshop


def read_scenario(path: str) -> Outcome[Scenario]:
    """Raises OSError where the file cannot be read."""
    top = Span(path, Position(1, 1), Position(1, 1))
    content = read_whole(path, LARGEST_TOML)
    try:
        mapping = tomllib.loads(content.decode("utf-8"))
    except RecursionError:
        return Outcome(None, (error("E280", "the scenario file is nested too deeply", top),))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        return Outcome(None, (error("E280", f"the scenario file is no TOML: {cause}", top),))
    return scenario_from_mapping(mapping, path)


@dataclass(frozen=True, slots=True)
class ResidentPlanner:
    """Answers the controller's requests for a plan that goes on from what was observed. `without` are robots that may not be
    used."""

    reading: Reading
    workshop: Workshop
    seed: int
    without: frozenset[str] = frozenset()
    is_continuous: bool = False

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        wanted = self.wanted(request)
        if wanted.value is None:
            return Outcome(None, wanted.diagnostics)
        if request.jog is not None:
            return self._jog(wanted.value)
        asked = wanted.value
        found = make_plan(asked, self.workshop, compares=False)
        if found.value is not None:
            return release_plan(found.value, asked, self.workshop)
        why = list(found.diagnostics)
        for back in make_retreats(asked, self.workshop) if asked.stopped else ():
            released = back if back.value is None else release_plan(back.value, asked, self.workshop)
            if isinstance(released.value, ReleasedPlan):
                return Outcome(released.value)
            why += released.diagnostics
        return Outcome(None, tuple(why), found.why)

    def _jog(self, wanted: PlanningRequest) -> Outcome[ReleasedPlan]:
        way = make_jog(wanted)
        return Outcome(None, way.diagnostics) if way.value is None else release_plan(way.value, wanted, self.workshop)

    def wanted(self, request: RequestPlan) -> Outcome[PlanningRequest]:
        """Whoever plans and whoever proves go by the same."""
        found = request_for(self.reading, self.workshop, self.seed, request.state, self.without, is_continuous=self.is_continuous)
        return found if found.value is None else Outcome(going_on(found.value, request), found.diagnostics)


def going_on(planning: PlanningRequest, request: RequestPlan) -> PlanningRequest:
    """The same from what was observed, with all that the controller asks for."""
    return replace(planning, state=request.state, former=request.former, stopped=request.stopped, jog=request.jog)


def run_spec(run_id: str, request: PlanningRequest, is_manual: bool = False) -> RunSpec:
    """`is_manual`: somebody has said what hands hold, beside what the cell declares."""
    declared = replace(declared_state(request.cell), orders=request.state.orders)
    start = request.state if is_manual else declared
    continuous = request.is_continuous
    return RunSpec(run_id, request.program, request.cell, start, request.seed, is_continuous=continuous, is_manual=is_manual)
