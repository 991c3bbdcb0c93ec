"""Where a robot stands and what its hands hold, followed through the steps in their order.

The steps of one robot are totally ordered but for the branches of a choice (exclusion.py proves that), so there is one such
state at each step, whatever other robots do meanwhile. The branches of a choice start from one state and have to end in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from cell.dataclass import dataclass
from cell.model import CellModel
from cell.state import CellState, InHand, tool_at
from cell.steps import AtPlace, BranchRef, Carried, Couple, Decide, Drive, Grip, Move, Release, Stance, Step, Uncouple
from cell.task_plan import Choice


@dataclass(frozen=True, slots=True)
class RobotState:
    """`tool` is at the flange, None for a bare one. `hands` maps tool.hand to (part, what is carried) for every hand that holds
    one."""

    stance: Stance
    tool: str | None
    hands: Mapping[str, tuple[str, Carried]]

    def carried(self, order: tuple[str, ...]) -> tuple[Carried, ...]:
        """What is in the hands, in the order in which the tool declares them."""
        return tuple(self.hands[hand][1] for hand in order if hand in self.hands)


@dataclass(slots=True)
class Followed:
    """The state of every robot as of now, in each branch and outside. `width`: alternatives of each choice. `decided` has the
    state from which a robot goes into the branches of a choice, by both."""

    cell: CellModel
    kinds: Mapping[str, str]
    outside: dict[str, RobotState]
    width: Mapping[str, int]
    inside: dict[BranchRef, dict[str, RobotState]] = field(default_factory=dict)
    decided: dict[tuple[str, str], RobotState] = field(default_factory=dict)
    uneven: list[str] = field(default_factory=list)

    @classmethod
    def start(
        cls, cell: CellModel, state: CellState, choices: Sequence[Choice], kinds: Mapping[str, str] | None = None
    ) -> Followed:
        """`kinds`: what each part is as the steps are followed; whoever follows them keeps it up."""
        kinds = {p.id: p.kind for p in state.parts} if kinds is None else kinds
        robots = {}
        for robot, stance in state.stances.items():
            tool = tool_at(cell, state, robot)
            at_flange = None if tool is None else tool.name
            own = hands_of(cell, at_flange)
            held = {
                p.location.hand: (p.id, Carried(p.location.hand, p.kind, p.location.grasp))
                for p in state.parts
                if isinstance(p.location, InHand) and p.location.hand in own
            }
            robots[robot] = RobotState(stance, at_flange, held)
        return cls(cell, kinds, robots, {choice.id: len(choice.alternatives) for choice in choices})

    def before(self, step: Step, robot: str) -> RobotState:
        """The state in which `step` finds `robot`."""
        if step.branch is not None:
            inside = self.inside.get(step.branch, {}).get(robot)
            return inside if inside is not None else self._at_decision(step.branch.choice, robot)
        self._close(robot)
        return self.outside[robot]

    def after(self, step: Step, robot: str) -> None:
        """Takes in what `step` does to `robot`."""
        changed = self._changed(self.before(step, robot), step)
        if step.branch is not None:
            self.inside.setdefault(step.branch, {})[robot] = changed
        else:
            self.outside[robot] = changed

    def decide(self, step: Step, robot: str) -> None:
        """`robot` leaves the branches that it is in, where `step` decides for it."""
        if isinstance(step.action, Decide):
            self._close(robot)
            self._at_decision(step.action.choice, robot)

    def is_branching(self, robot: str) -> bool:
        """Whether the robot is inside a choice at this point of the steps."""
        return any(robot in robots for robots in self.inside.values())

    def end(self) -> dict[str, RobotState]:
        """The states after all steps."""
        for robot in self.outside:
            self._close(robot)
        return self.outside

    def _at_decision(self, choice: str, robot: str) -> RobotState:
        """As the robot was when the choice was decided for it, or when it came to the first of its branches."""
        if (choice, robot) not in self.decided:
            self._close(robot, choice)
            self.decided[choice, robot] = self.outside[robot]
        return self.decided[choice, robot]

    def _close(self, robot: str, but: str | None = None) -> None:
        """Leaves the branches that have moved `robot`, but those of choice `but`: all alternatives of a choice must agree on
        where it is now."""
        for choice in {ref.choice for ref, robots in self.inside.items() if robot in robots} - {but}:
            states = [robots.pop(robot) for ref, robots in self.inside.items() if ref.choice == choice and robot in robots]
            width = self.width.get(choice, len(states))
            if len(states) < width:
                states.append(self._at_decision(choice, robot))
            if any(state != states[0] for state in states):
                self.uneven.append(choice)
            self.outside[robot] = states[0]

    def _changed(self, state: RobotState, step: Step) -> RobotState:
        match step.action:
            case Move(need=need):
                return replace(state, stance=need.end)
            case Couple(tool=tool):
                return replace(state, tool=tool)
            case Uncouple():
                return replace(state, tool=None)
            case Grip(tool=tool, hand=hand, part=part):
                grasp = state.stance.grasp if isinstance(state.stance, AtPlace) else 0
                name = f"{tool}.{hand}"
                return replace(state, hands={**state.hands, name: (part, Carried(name, self.kinds[part], grasp))})
            case Release(tool=tool, hand=hand) | Drive(tool=tool, hand=hand):
                return replace(state, hands={k: v for k, v in state.hands.items() if k != f"{tool}.{hand}"})
            case _:
                return state


def hands_of(cell: CellModel, tool: str | None) -> tuple[str, ...]:
    """tool.hand of every hand of the tool, as declared."""
    return () if tool is None else tuple(f"{tool}.{hand.name}" for hand in cell.tools[tool].hands)
