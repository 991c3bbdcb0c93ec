"""Drivers that say what is not so of machines, signals and people, in fields that the controller goes by."""

from __future__ import annotations

from dataclasses import replace

from cell.device import MachineState, PersonState, SignalSample
from cell_drivers.conformance.laws import seeing
from tests.conformance.around import Around, Fault, machines, with_devices


class StateSo(Around):
    def changed(self, state: MachineState) -> MachineState:
        raise NotImplementedError

    def state(self) -> MachineState:
        return self.changed(self.inner.state())


class SaysWhatIsLeft(StateSo):
    """1 at its beginning."""

    def changed(self, state: MachineState) -> MachineState:
        return replace(state, fraction=None if state.fraction is None else 1.0 - state.fraction)


class InPercent(StateSo):
    def changed(self, state: MachineState) -> MachineState:
        return replace(state, fraction=None if state.fraction is None else 100.0 * state.fraction)


class KeepsItsWork(StateSo):
    last: str | None = None

    def changed(self, state: MachineState) -> MachineState:
        self.last = state.work or self.last
        return replace(state, work=self.last)


class SwitchIsInverted(StateSo):
    """As one that opens where a part lies."""

    def changed(self, state: MachineState) -> MachineState:
        return replace(state, occupied=None if state.occupied is None else not state.occupied)


class DoorIsInverted(Around):
    def read(self, signal: str) -> SignalSample:
        sample: SignalSample = self.inner.read(signal)
        other = {"open": "closed", "closed": "open"}
        return replace(sample, value=other.get(str(sample.value), sample.value)) if signal == "lathe.door" else sample


class PersonSo(Around):
    def changed(self, state: PersonState) -> PersonState:
        raise NotImplementedError

    def state(self) -> PersonState:
        return self.changed(self.inner.state())


class WorksAtOnce(PersonSo):
    def changed(self, state: PersonState) -> PersonState:
        return replace(state, is_working=state.work is not None)


class IsAskedNothing(PersonSo):
    def changed(self, state: PersonState) -> PersonState:
        return replace(state, work=None)


FAULTS = (
    Fault("tells what is left of a program", seeing.a_program_goes_on_to_its_end, machines(SaysWhatIsLeft)),
    Fault("tells how far it is in percent", seeing.a_program_goes_on_to_its_end, machines(InPercent)),
    Fault("is at its last program for ever", seeing.a_program_goes_on_to_its_end, machines(KeepsItsWork)),
    Fault("takes a part for none", seeing.a_part_is_there_or_not, machines(SwitchIsInverted)),
    Fault("has a door switch that is inverted", seeing.signals_say_what_states_say, with_devices("signals", DoorIsInverted)),
    Fault(
        "says that a person works who was only asked", seeing.a_person_is_at_what_is_asked, with_devices("persons", WorksAtOnce)
    ),
    Fault("says that nothing is asked of a person", seeing.a_person_is_at_what_is_asked, with_devices("persons", IsAskedNothing)),
)
