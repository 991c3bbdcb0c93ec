"""From a scenario under which a run goes wrong to a smaller one under which it still does: what a person has to look at.

Delta debugging by complements (Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28(2), 2002),
then each number is tried simpler. Every step is a whole rehearsal, so there is a budget of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

from cell.scenario import Disturbance, Scenario

STEPS = 60


@dataclass(slots=True)
class _Budget:
    fails: Callable[[Scenario], bool]
    left: int

    def still(self, scenario: Scenario) -> bool:
        """Whether it still goes wrong; no, once nothing is left to try with."""
        if self.left <= 0:
            return False
        self.left -= 1
        return self.fails(scenario)


def shrunk(scenario: Scenario, fails: Callable[[Scenario], bool], steps: int = STEPS) -> Scenario:
    """The smallest that is found within `steps` rehearsals. `fails` holds of the given one, and of what is returned."""
    budget = _Budget(fails, steps)
    return _simpler(_fewer(scenario, budget), budget)


def _fewer(scenario: Scenario, budget: _Budget) -> Scenario:
    size = max(len(scenario.disturbances) // 2, 1)
    while size >= 1 and budget.left > 0:
        smaller = next((s for s in _without(scenario, size) if budget.still(s)), None)
        if smaller is not None:
            scenario = smaller
            size = min(size, max(len(scenario.disturbances), 1))
        else:
            size //= 2
    return scenario


def _without(scenario: Scenario, size: int) -> Iterator[Scenario]:
    found = scenario.disturbances
    for first in range(0, len(found), size):
        yield replace(scenario, disturbances=found[:first] + found[first + size :])


def _simpler(scenario: Scenario, budget: _Budget) -> Scenario:
    for k in range(len(scenario.disturbances)):
        for tried in _variants(scenario.disturbances[k]):
            changed = replace(scenario, disturbances=(*scenario.disturbances[:k], tried, *scenario.disturbances[k + 1 :]))
            if budget.still(changed):
                scenario = changed
                break
    return scenario


def _variants(disturbance: Disturbance) -> Iterator[Disturbance]:
    """Its numbers with fewer digits, all at once: whole ones, then tenths."""
    for digits in (0, 1):
        numbers = {f.name: v for f in fields(disturbance) if isinstance(v := getattr(disturbance, f.name), float)}
        rounded = {name: round(value, digits) for name, value in numbers.items()}
        if rounded != numbers and _is_whole(rounded):
            yield replace(disturbance, **rounded)  # type: ignore[arg-type]


def _is_whole(values: dict[str, float]) -> bool:
    """A spell still ends after its start."""
    return not {"start", "end"} <= values.keys() or values["start"] < values["end"]
