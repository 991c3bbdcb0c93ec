"""Faults of grippers, machines, stations, sensors, couplings, conveyors and people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cell.command_book import CommandBook
from cell.device import (
    CommandChanged,
    CommandStatus,
    CouplingState,
    DeviceEvent,
    GripperState,
    MachineState,
    PersonState,
    PersonWork,
    SignalSample,
)
from cell.driver_errors import Refusal, Refused
from cell_drivers.conformance.laws import doubting, gripping, inspecting, machining, remembering, sensing, waiting
from cell_drivers.simulated import SimulatedCell
from tests.conformance.around import Around, Fault, Set, another_id, deaf, even_closed, grippers, machines, nameless, with_devices


class GripState(Around):
    """A gripper that says of a hand what its sensor does not."""

    def changed(self, state: GripperState) -> GripperState:
        return state

    def state(self, hand: str) -> GripperState:
        return self.changed(self.inner.state(hand))


class BelievesItHolds(GripState):
    def changed(self, state: GripperState) -> GripperState:
        return replace(state, grip="held", touched=True) if state.grip == "empty" else state


class FeelsNothing(GripState):
    def changed(self, state: GripperState) -> GripperState:
        return replace(state, touched=False) if state.grip == "held" else state


class NeverOpen(GripState):
    def changed(self, state: GripperState) -> GripperState:
        return replace(state, grip=None) if state.grip == "open" else state


class EmptyAtOnce(GripState):
    def changed(self, state: GripperState) -> GripperState:
        return replace(state, grip="empty") if state.grip is None else state


class OldGrip(GripState):
    last: GripperState | None = None

    def changed(self, state: GripperState) -> GripperState:
        if self.last is None or self.last.grip != state.grip:
            self.last = state
        return self.last


class DoneFirst(Set):
    """Tells that a command is done, then what has come of it."""

    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        return tuple(sorted(events, key=lambda e: (e.time, not (isinstance(e, CommandChanged) and e.status.state == "done"))))


class DoneEachTime(Around):
    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        if self.inner.status(command).state == "done":
            self.inner.tell(CommandChanged(self.inner.name, self.now, command, CommandStatus("done")))
        self.inner.grip(command, hand, width, force)


class AnyForce(Around):
    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        self.inner.grip(command, hand, width, force if 20.0 <= force <= 120.0 else 20.0)


class AnyHand(Around):
    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        self.inner.grip(command, "a", width, force)

    def release(self, command: str, hand: str) -> None:
        self.inner.release(command, "a")


class DrivesNothing(Around):
    def drive(self, command: str, hand: str, torque: float) -> None: ...


class NeverStops(Around):
    def stop(self) -> None: ...


class DropsWhenStopped(Around):
    def stop(self) -> None:
        self.inner.stop()
        self.inner.release(another_id(), "a")


class GripsWhileClosed(Around):
    def grip(self, *asked: object) -> None:
        even_closed(self.inner, lambda: self.inner.grip(*asked))


class TerseGrip(Around):
    def grip(self, *asked: object) -> None:
        nameless(lambda: self.inner.grip(*asked))


class ForgetsSoon(Around):
    """All but the newest twenty."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        inner.commands = CommandBook(inner.name, 20)


class Forgets(Set):
    """What was done before it was opened."""

    def open(self) -> None:
        self.inner.open()
        for device in self.inner.drivers.values():
            device.commands._status.clear()


# --- machines and stations -----------------------------------------------------------------------------------------


class HalfADoor(Around):
    def set_door(self, command: str, is_open: bool) -> None:
        self.inner.set_door(command, True)


class SaysOfMachine(Around):
    def changed(self, state: MachineState) -> MachineState:
        return state

    def state(self) -> MachineState:
        return self.changed(self.inner.state())


class OpenAtOnce(SaysOfMachine):
    def changed(self, state: MachineState) -> MachineState:
        return replace(state, door="open") if state.door is None else state


class OldState(SaysOfMachine):
    last: MachineState | None = None

    def changed(self, state: MachineState) -> MachineState:
        self.last = self.last or state
        return self.last


class Runs(Around):
    """A machine that takes refusals of its program, door and clamp for answers."""

    to: tuple[Refusal, ...] = ()

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        for call in ("program", "set_door", "set_clamp", "inspect", "treat"):
            setattr(self, call, self.swallowing(getattr(inner, call)))

    def swallowing(self, call: Callable[..., object]) -> Callable[..., object]:
        return lambda *asked: deaf(*self.to)(lambda: call(*asked))


def runs(*codes: Refusal, kind: str = "machines") -> Callable[[Any], object]:
    return with_devices(kind, type("RunsIn", (Runs,), {"to": codes}))


class RunsAgain(Around):
    def program(self, command: str, name: str) -> None:
        is_over = self.inner.status(command).state == "done"
        self.inner.program(another_id() if is_over else command, name)


class DoorWhileClosed(Around):
    def set_door(self, *asked: object) -> None:
        even_closed(self.inner, lambda: self.inner.set_door(*asked))


class InspectsWhileClosed(Around):
    def inspect(self, *asked: object) -> None:
        even_closed(self.inner, lambda: self.inner.inspect(*asked))


class TerseProgram(Around):
    def program(self, *asked: object) -> None:
        nameless(lambda: self.inner.program(*asked))


# --- sensors -------------------------------------------------------------------------------------------------------


class Says(Around):
    """Signals that are read otherwise."""

    def changed(self, sample: SignalSample) -> SignalSample:
        return sample

    def read(self, signal: str) -> SignalSample:
        return self.changed(self.inner.read(signal))


class OwnWords(Says):
    def changed(self, sample: SignalSample) -> SignalSample:
        return replace(sample, value="shut") if sample.value == "closed" else sample


class Ageless(Says):
    def changed(self, sample: SignalSample) -> SignalSample:
        return replace(sample, max_age=None)


class AlwaysNew(Says):
    def changed(self, sample: SignalSample) -> SignalSample:
        return replace(sample, time=self.now)


class AnySignal(Around):
    def read(self, signal: str) -> SignalSample:
        try:
            sample: SignalSample = self.inner.read(signal)
        except Refused:
            return SignalSample(signal, None, self.now, None)
        return sample


class Trusting(Around):
    """A detector that is silent says what it said last."""

    def is_occupied(self, zone: str, now: int) -> bool:
        if self.inner._frozen_words is not None:
            return bool(self.inner._frozen_words[zone])
        return bool(self.inner.is_occupied(zone, self.now))


class TrustingWhenClosed(Around):
    def is_occupied(self, zone: str, now: int) -> bool:
        return bool(even_closed(self.inner, lambda: self.inner.is_occupied(zone, now)))


class AnyZone(Around):
    def is_occupied(self, zone: str, now: int) -> bool:
        return zone in self.inner.zones and bool(self.inner.is_occupied(zone, now))


# --- couplings, conveyors, people ----------------------------------------------------------------------------------


class ByNumber(Around):
    def state(self) -> CouplingState:
        state: CouplingState = self.inner.state()
        return replace(state, tool="tool 1")


class AnyTool(Around):
    def couple(self, *asked: object) -> None:
        deaf(Refusal.UNKNOWN_NAME)(lambda: self.inner.couple(*asked))


class CouplesWhileClosed(Around):
    def uncouple(self, *asked: object) -> None:
        even_closed(self.inner, lambda: self.inner.uncouple(*asked))


class PresentsWhileClosed(Around):
    def present(self, *asked: object) -> None:
        even_closed(self.inner, lambda: self.inner.present(*asked))


class AsksWhileClosed(Around):
    def await_work(self, *asked: object) -> None:
        even_closed(self.inner, lambda: self.inner.await_work(*asked))


class AsksAnything(Around):
    def await_work(self, command: str, work: PersonWork) -> None:
        deaf(Refusal.BUSY)(lambda: self.inner.await_work(command, work))


class NeverWithdraws(Around):
    def withdraw(self) -> None: ...


class OwnAlone(Around):
    """Knows of what it has asked itself, since it was opened."""

    has_asked = False

    def await_work(self, command: str, work: PersonWork) -> None:
        self.has_asked = True
        self.inner.await_work(command, work)


class ShowsItsOwn(OwnAlone):
    def state(self) -> PersonState:
        state: PersonState = self.inner.state()
        return state if self.has_asked else replace(state, work=None, is_working=False)


class WithdrawsItsOwn(OwnAlone):
    def withdraw(self) -> None:
        if self.has_asked:
            self.inner.withdraw()


def forgetful(wrapper: type[OwnAlone]) -> Callable[[SimulatedCell], object]:
    """Persons that begin with each `open` as if nobody had been asked."""

    class Forgetful(Set):
        def open(self) -> None:
            self.persons = {name: wrapper(person) for name, person in self.inner.persons.items()}
            self.inner.open()

    def around(cell: SimulatedCell) -> object:
        drivers = Forgetful(cell)
        drivers.persons = {name: wrapper(person) for name, person in cell.persons.items()}
        return drivers

    return around


FAULTS = (
    Fault("believes that it holds", gripping.closing_on_nothing_is_empty, grippers(BelievesItHolds)),
    Fault("feels nothing", gripping.closing_on_a_part_is_held, grippers(FeelsNothing)),
    Fault("never says that it is open", gripping.released_is_open, grippers(NeverOpen)),
    Fault("says done before held", gripping.the_grip_is_told_before_done, DoneFirst),
    Fault("is empty before it is closed", gripping.moving_jaws_are_none, grippers(EmptyAtOnce)),
    Fault("knows its newest twenty commands", remembering.a_grip_is_known_for_a_hundred_more, grippers(ForgetsSoon)),
    Fault("is done each time that it is asked", gripping.a_grip_is_numbered, grippers(DoneEachTime)),
    Fault("clamps a force silently", gripping.a_force_out_of_range_is_refused, grippers(AnyForce)),
    Fault("closes another hand", gripping.an_unknown_hand_is_refused, grippers(AnyHand)),
    Fault("drives nothing and does not say so", gripping.who_drives_nothing_refuses_to, grippers(DrivesNothing)),
    Fault("does not stop its jaws", gripping.a_gripper_stops, grippers(NeverStops)),
    Fault("drops what it holds when it is stopped", gripping.what_is_held_stays_held, grippers(DropsWhenStopped)),
    Fault("grips while it is closed", gripping.no_grip_while_closed, grippers(GripsWhileClosed)),
    Fault("forgets a grip when it is reopened", gripping.a_grip_survives_a_reconnect, Forgets),
    Fault("has the time of its last change", gripping.grips_are_fresh, grippers(OldGrip)),
    Fault("refuses a grip without a state", gripping.a_refused_grip_says_what_about, grippers(TerseGrip)),
    Fault("opens a door and does not close it", machining.a_door_reaches_its_state, machines(HalfADoor)),
    Fault("says done before open", machining.the_door_is_told_before_done, DoneFirst),
    Fault("is open before it is", machining.a_moving_door_is_none, machines(OpenAtOnce)),
    Fault("forgets a door when it is reopened", machining.a_door_survives_a_reconnect, Forgets),
    Fault("takes any program", machining.an_unknown_program_is_refused, runs(Refusal.UNKNOWN_NAME)),
    Fault("runs on nothing", machining.no_program_without_a_part, runs(Refusal.NO_PART, Refusal.NOT_CLAMPED)),
    Fault("runs with its door open", machining.no_program_with_the_door_open, runs(Refusal.DOOR_OPEN)),
    Fault("runs on a loose part", machining.no_program_without_a_clamped_part, runs(Refusal.NOT_CLAMPED)),
    Fault("takes a second program", machining.nothing_beside_a_program, runs(Refusal.RUNNING)),
    Fault("runs again", machining.a_program_runs_once, machines(RunsAgain)),
    Fault("does not stop its spindle", machining.a_machine_stops, machines(NeverStops)),
    Fault("runs with an alarm", machining.no_program_with_an_alarm, runs(Refusal.ALARM)),
    Fault("opens its door while it is closed", machining.no_program_while_closed, machines(DoorWhileClosed)),
    Fault("says for ever what it said first", machining.machine_states_are_fresh, machines(OldState)),
    Fault("refuses a program without a state", machining.a_refused_program_says_what_about, machines(TerseProgram)),
    Fault("tells any outcome", inspecting.an_unknown_outcome_is_refused, runs(Refusal.NOT_OFFERED, kind="stations")),
    Fault("offers any work", inspecting.unknown_work_is_refused, runs(Refusal.NOT_OFFERED, kind="stations")),
    Fault("inspects while it is closed", inspecting.no_inspection_while_closed, with_devices("stations", InspectsWhileClosed)),
    Fault("inspects nothing", inspecting.no_inspection_without_a_part, runs(Refusal.NO_PART, kind="stations")),
    Fault("says done before it tells", inspecting.an_outcome_is_told_before_done, DoneFirst),
    Fault("has words of its own", sensing.signals_speak_the_words, with_devices("signals", OwnWords)),
    Fault("has signals that do not age", sensing.signals_have_ages, with_devices("signals", Ageless)),
    Fault("has any signal", sensing.an_unknown_signal_is_refused, with_devices("signals", AnySignal)),
    Fault("takes a value that is no number", doubting.what_is_not_finite_is_not_known, with_devices("signals", AlwaysNew)),
    Fault("takes a value of before", doubting.what_runs_back_is_not_known, with_devices("signals", AlwaysNew)),
    Fault("stamps a signal when it is read", sensing.a_silent_signal_grows_stale, with_devices("signals", AlwaysNew)),
    Fault("takes silence for free", sensing.silence_is_occupied, with_devices("people", Trusting)),
    Fault("is free when it is closed", sensing.a_closed_detector_says_occupied, with_devices("people", TrustingWhenClosed)),
    Fault("is free when its link is cut", sensing.a_silent_detector_says_occupied, with_devices("people", Trusting)),
    Fault("has every other zone free", sensing.an_unwatched_zone_is_never_free, with_devices("people", AnyZone)),
    Fault("calls tools by number", waiting.a_coupling_says_what_it_holds, with_devices("couplings", ByNumber)),
    Fault("couples to any tool", waiting.a_coupling_knows_its_tools, with_devices("couplings", AnyTool)),
    Fault("uncouples while it is closed", waiting.no_coupling_while_closed, with_devices("couplings", CouplesWhileClosed)),
    Fault("waits for ever", waiting.a_supply_waits_and_gives_up, with_devices("supplies", NeverStops)),
    Fault("presents while it is closed", waiting.no_part_while_closed, with_devices("supplies", PresentsWhileClosed)),
    Fault("asks while it is closed", waiting.nothing_is_asked_while_closed, with_devices("persons", AsksWhileClosed)),
    Fault("asks two things at a time", waiting.a_person_is_awaited, with_devices("persons", AsksAnything)),
    Fault("does not withdraw", waiting.what_is_withdrawn_is_aborted, with_devices("persons", NeverWithdraws)),
    Fault("shows what it has asked itself", waiting.what_was_asked_before_is_shown, forgetful(ShowsItsOwn)),
    Fault("withdraws what it has asked itself", waiting.what_was_asked_before_is_withdrawn, forgetful(WithdrawsItsOwn)),
)  # fmt: skip
