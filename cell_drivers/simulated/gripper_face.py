"""The driver of a simulated tool: each of its hands is open, held or empty, as what is truly between its jaws says.

Laws: whether a grip holds is decided by geometry and force when the jaws have closed, never by what was commanded. Where nobody
knows where the robot is, nothing is decided: the call is refused, or its command ends `aborted` with the fault LOST.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cell.device import CommandStatus, FaultCleared, FaultRaised, GripChanged, GripKind, GripperState
from cell.driver_errors import Refusal
from cell.durations import action_duration
from cell.geometry import Pose
from cell.model import Tool
from cell.steps import Release
from cell.world_record import JoinedTo
from cell_drivers.simulated.face import DONE, LOST, Face
from cell_drivers.simulated.parts import Part
from cell_drivers.simulated.timeline import Due
from cell_drivers.simulated.world import World


@dataclass(slots=True)
class Jaws:
    """Of one hand. `grip` None while they move. `command` is what they move for."""

    hand: str
    grip: GripKind | None = "open"
    touched: bool | None = None
    command: str | None = None
    due: Due | None = None
    loses_it: bool = False
    T_world_flange: Pose | None = None


class GripperFace(Face):
    def __init__(self, world: World, tool: Tool) -> None:
        super().__init__(world, tool.name)
        self._tool = tool
        self._jaws = {hand.name: Jaws(hand.name) for hand in tool.hands}
        self._met = 0
        self._frozen_states: dict[str, GripperState] = {}
        self._is_lost = False
        release = Release(tool.name, tool.hands[0].name if tool.hands else "", "")
        self._grip_time = action_duration(world.cell, release).longest

    @property
    def tool(self) -> Tool:
        return self._tool

    @property
    def mount(self) -> str:
        """The robot or the changer that it is at, "" for one that was dropped."""
        return self.world.mounts[self.name]

    @property
    def is_holding(self) -> bool:
        return any(jaws.grip == "held" for jaws in self._jaws.values())

    def holds(self, hand: str) -> None:
        """As the world begins."""
        self._jaws[hand].grip = "held"

    # --- calls ---

    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        asked = ("grip", hand, width, force)
        if not self.takes(command, *asked):
            return
        jaws = self._jaws_for(command, hand)
        self._refuse_force(command, force)
        if jaws.grip == "held":
            self.already(command, *asked)
            return
        self._refuse_lost(command)
        self._judge_approach(jaws, command)
        self.begin(command, *asked)
        self._moves(jaws, command)
        jaws.due = self.world.timeline.after(self._seconds(command), lambda: self._closed(jaws, command, force))

    def release(self, command: str, hand: str) -> None:
        asked = ("release", hand)
        if not self.takes(command, *asked):
            return
        jaws = self._jaws_for(command, hand)
        if jaws.grip == "open":
            self.already(command, *asked)
            return
        self._refuse_lost(command)
        self.begin(command, *asked)
        self._moves(jaws, command)
        jaws.due = self.world.timeline.after(self._seconds(command), lambda: self._opened(jaws, command))

    def _seconds(self, command: str) -> float:
        return self._grip_time * self.world.luck.stretch(self.name, command)

    def drive(self, command: str, hand: str, torque: float) -> None:
        raise self.refused(Refusal.NOT_OFFERED, command, "it drives nothing")

    def stop(self) -> None:
        """Raises LinkLost: then jaws that move go on."""
        self.link.reach()
        for jaws in self._jaws.values():
            if jaws.command is not None and jaws.due is not None:
                jaws.due.cancel()
                command, jaws.command, jaws.due = jaws.command, None, None
                held = self.world.parts.held_by(self._full(jaws)) is not None
                jaws.grip = "held" if held else "empty"
                self._say(jaws)
                self.change(command, CommandStatus("aborted", None, "stop"))

    def state(self, hand: str) -> GripperState:
        self.link.reach()
        if hand in self._frozen_states:
            return self._frozen_states[hand]
        if hand not in self._jaws:
            raise self.refused(Refusal.UNKNOWN_NAME, "", f"no hand {hand!r}")
        return self._state_now(self._jaws[hand])

    def acknowledge(self, fault: str, operator: str) -> None:
        super().acknowledge(fault, operator)
        if fault == LOST and self._is_lost and not self.world.is_lost(self.mount):
            self._is_lost = False
            self.world.effect(self.name, "", "acknowledged", detail=f"{fault} by {operator}")
            self.tell(FaultCleared(self.name, self.world.now, fault))

    def freeze(self) -> None:
        self._frozen_states = {hand: self._state_now(jaws) for hand, jaws in self._jaws.items()}
        super().freeze()

    def thaw(self) -> None:
        self._frozen_states = {}
        super().thaw()

    # --- what then happens ---

    def _closed(self, jaws: Jaws, command: str, force: float) -> None:
        if self.world.is_lost(self.mount):
            self._lose_sight(jaws, command, None)
            return
        T_world_tcp = self.world.T_world_tcp(self.tool, jaws.hand)
        if self.world.is_moving(self.tool):
            self.world.violation(self.name, command, f"hand {jaws.hand} closes while the robot moves")
        part = self.world.parts.within_reach(T_world_tcp) if T_world_tcp is not None else None
        if part is None or T_world_tcp is None:
            self._shut_on_nothing(jaws, command)
            return
        self._met += 1
        lost = self.world.luck.grip(self.name, self._met)
        if lost == "at grip" or force < (part.kind.grip_force or 0.0) * (1.0 - 1e-9):
            self._slipped(jaws, command, part)
            return
        self.world.parts.take(part, self._full(jaws), T_world_tcp)
        jaws.loses_it = lost == "on the way"
        self._judge_load(jaws, command)
        self._settle(jaws, "held", True)
        self.world.effect(self.name, command, "gripped", part.id, self._full(jaws))
        self._finish(jaws, command)

    def _shut_on_nothing(self, jaws: Jaws, command: str) -> None:
        self._settle(jaws, "empty", False)
        self.world.effect(self.name, command, "closed on nothing", "", self._full(jaws))
        self._finish(jaws, command)

    def _slipped(self, jaws: Jaws, command: str, part: Part) -> None:
        self._settle(jaws, "empty", True)
        self.world.effect(self.name, command, "slipped", part.id, self._full(jaws))
        self._finish(jaws, command)

    def _opened(self, jaws: Jaws, command: str) -> None:
        part = self.world.parts.held_by(self._full(jaws))
        if part is not None and self.world.is_lost(self.mount):
            self._lose_sight(jaws, command, "held")
            return
        self._settle(jaws, "open", None)
        if part is None:
            self.world.effect(self.name, command, "opened empty", "", self._full(jaws))
        else:
            self._let_go(jaws, command, part)
        self._finish(jaws, command)

    def _let_go(self, jaws: Jaws, command: str, part: Part) -> None:
        T_world_tcp = self.world.T_world_tcp(self.tool, jaws.hand)
        assert T_world_tcp is not None, "a tool on no robot holds nothing, and one that is lost does not open"
        if self.world.is_moving(self.tool):
            self.world.violation(self.name, command, f"hand {jaws.hand} opens while the robot moves")
        machine = self.world.clamp_holding(part)
        rested, why = self.world.parts.let_go(part, T_world_tcp)
        if why:
            self.world.violation(self.name, command, f"{part.id} is dropped: {why}")
            self.world.effect(self.name, command, "fell", part.id, why + (f", clamped in {machine}" if machine else ""))
            return
        match rested.where:
            case JoinedTo(base, seat):
                self.world.effect(self.name, command, "joined", part.id, f"{base}.{seat}")
            case _:
                self.world.effect(self.name, command, "released", part.id, getattr(rested.where, "place", ""))

    def _lose_sight(self, jaws: Jaws, command: str, grip: GripKind | None) -> None:
        """`grip` None: what the jaws have closed on is not known either. A part that is held stays held."""
        jaws.grip, jaws.command, jaws.due = grip, None, None
        self._say(jaws)
        self.world.effect(self.name, command, "alarm", detail=LOST)
        if not self._is_lost:
            self._is_lost = True
            self.tell(FaultRaised(self.name, self.world.now, LOST, f"nobody tells where {self.mount} is"))
        self.change(command, CommandStatus("aborted", None, LOST))

    def connected(self) -> None:
        """It was coupled to a flange, or let go: says what is so now."""
        for jaws in self._jaws.values():
            self._say(jaws)

    def carried_off(self, seconds: float) -> None:
        """The robot begins a motion of `seconds`. A part that is doomed falls halfway."""
        for jaws in self._jaws.values():
            if jaws.loses_it and jaws.grip == "held":
                jaws.loses_it = False
                part = self.world.parts.held_by(self._full(jaws))
                if part is not None:
                    self.world.timeline.after(seconds / 2.0, lambda j=jaws, p=part.id: self._fell(j, p))  # type: ignore[misc]

    def _fell(self, jaws: Jaws, part_id: str) -> None:
        part = self.world.parts.held_by(self._full(jaws))
        if part is None or part.id != part_id:
            return
        T_world_tcp = self.world.T_world_tcp(self.tool, jaws.hand)
        if T_world_tcp is None:
            jaws.loses_it = True  # on its next way, then: where it would fall nobody knows
            return
        self.world.parts.fall(part, self.world.parts.pose_in(part, T_world_tcp), "lost on the way")
        if jaws.command is None:
            self._settle(jaws, "empty", True)
        self.world.effect(self.name, "", "fell", part_id, "lost on the way")

    # --- small print ---

    def _full(self, jaws: Jaws) -> str:
        return f"{self.name}.{jaws.hand}"

    def _jaws_for(self, command: str, hand: str) -> Jaws:
        if hand not in self._jaws:
            raise self.refused(Refusal.UNKNOWN_NAME, command, f"no hand {hand!r}")
        jaws = self._jaws[hand]
        if jaws.command is not None:
            raise self.refused(Refusal.BUSY, command, jaws.command)
        return jaws

    def _refuse_force(self, command: str, force: float) -> None:
        low, high = self.tool.force or (0.0, math.inf)
        if not (math.isfinite(force) and low <= force <= high):
            raise self.refused(Refusal.OUT_OF_RANGE, command, f"force {force} N is not in {low} to {high} N")

    def _refuse_lost(self, command: str) -> None:
        self.refuse_lost(self.mount, command)
        if self._is_lost:
            raise self.refused(Refusal.ALARM, command, LOST)

    def _moves(self, jaws: Jaws, command: str) -> None:
        jaws.command, jaws.grip = command, None
        self._say(jaws)

    def _settle(self, jaws: Jaws, grip: GripKind, touched: bool | None) -> None:
        jaws.grip, jaws.touched = grip, touched
        jaws.T_world_flange = self._flange()
        self._say(jaws)

    def _finish(self, jaws: Jaws, command: str) -> None:
        jaws.command, jaws.due = None, None
        self.change(command, DONE)

    def _say(self, jaws: Jaws) -> None:
        self.tell(GripChanged(self.name, self.world.now, self._state_now(jaws)))

    def _state_now(self, jaws: Jaws) -> GripperState:
        """In its pocket a tool is connected to nothing, and nothing is known of its jaws."""
        grip = jaws.grip if self.mount in self.world.arms else None
        return GripperState(self.name, jaws.hand, self.world.now, grip, jaws.touched, None, (LOST,) if self._is_lost else ())

    def last_state(self) -> GripperState:
        return self._state_now(next(iter(self._jaws.values())))

    def _flange(self) -> Pose | None:
        """None: it is on no robot, or nobody knows where that is."""
        arm = self.world.arms.get(self.mount)
        return None if arm is None else arm.T_world_flange()

    def _judge_approach(self, jaws: Jaws, command: str) -> None:
        """Closed jaws cannot go over a part: whoever comes for one opens them first."""
        T_world_tcp = self.world.T_world_tcp(self.tool, jaws.hand)
        if jaws.grip != "empty" or T_world_tcp is None or jaws.T_world_flange == self._flange():
            return
        part = self.world.parts.within_reach(T_world_tcp)
        if part is not None:
            self.world.violation(self.name, command, f"hand {jaws.hand} came to {part.id} with closed jaws")

    def _judge_load(self, jaws: Jaws, command: str) -> None:
        unit = self.world.cell.robots[self.world.mounts[self.name]]
        load = self.tool.mass + sum(part.kind.mass for _, _, part in self.world.held(unit.name))
        if unit.payload is not None and load > unit.payload + 1e-9:
            self.world.violation(self.name, command, f"{unit.name} carries {load:g} kg, allowed {unit.payload:g} kg")
