"""Faults that devices report: a machine, a tool, a robot. Which stand, and which failure each is in the words of a policy.

Law: each fault stands until its own end is told, whatever becomes of the others. One that comes beside another of the same word,
of which nothing is settled yet, is an alarm of its own and no second failure: one hold is enough for both.
"""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Span
from cell.events import DeviceAlarm
from cell.run import EACH_FAULT_STANDS
from controller import progress, recovery
from controller.asked_by import lines_of
from controller.draft import Draft
from controller.plan_index import device_of
from controller.run_state import DeviceBelief, Failure, Fault


def told(d: Draft, event: DeviceAlarm) -> None:
    """The resume acknowledges it, and waits until it is gone. What a lost link brings is held already."""
    seen = d.belief.devices.get(event.device, DeviceBelief())
    is_new = event.is_active and seen.fault(event.code) is None
    after = _after(seen.faults, event, lines_of(d, event.device), is_each=d.known.rules >= EACH_FAULT_STANDS)
    if after == seen.faults:
        return
    d.believe(devices=d.belief.devices.set(event.device, replace(seen, faults=after)))
    if is_new and event.device not in d.belief.cut:
        _fail(d, event, f"{event.device}: {event.text or event.code}")


def _after(faults: tuple[Fault, ...], event: DeviceAlarm, lines: tuple[Span, ...], *, is_each: bool) -> tuple[Fault, ...]:
    """One that stands already may have more to say."""
    text = f"{event.device}: {event.text or event.code}"
    if not is_each and bool(faults) is event.is_active:
        return faults
    if not event.is_active:
        return tuple(fault for fault in faults if is_each and fault.code != event.code)
    if any(fault.code == event.code for fault in faults):
        return tuple(replace(fault, text=text) if fault.code == event.code else fault for fault in faults)
    return (*faults, Fault(event.code, text, lines))


def _fail(d: Draft, event: DeviceAlarm, text: str) -> None:
    word = f"{event.device}.{_word(d, event)}"
    flights = (f for f in d.progress.flights.values() if f.device.split(".")[0] == event.device)
    flying = next((f.step for f in flights if f.step is not None), None)
    if flying is not None:
        progress.fail(d, flying, word, "R721", text)
        recovery.fail(d, Failure(word, "R721", text, step=flying, device=device_of(d.plan.steps[flying].action)))
    elif d.progress.plan is not None and not _is_failed(d, word):
        recovery.fail(d, Failure(word, "R721", text, device=event.device))


def _is_failed(d: Draft, word: str) -> bool:
    return d.known.rules >= EACH_FAULT_STANDS and any(failure.event == word for failure in d.trouble.failures)


def _word(d: Draft, event: DeviceAlarm) -> str:
    """The event of the device's kind that its fault is called by; any other fault is a robot's `fault` or a device's `alarm`."""
    if event.code in d.known.raises.get(event.device, {}):
        return event.code
    return "fault" if event.device in d.known.robots else "alarm"
