"""Laws of signals and of detectors of people: words of the vocabulary, with an age; silence of a detector is *occupied*."""

from __future__ import annotations

from cell.driver_errors import DriverError
from cell.model import CellModel
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import refusal

WORDS: dict[str, tuple[object, ...]] = {
    "door": ("open", "closed"),
    "clamp": ("open", "closed"),
    "spindle": ("running", "stopped"),
    "occupied": ("occupied", "free"),
    "holding": ("yes", "no"),
    "ready": ("ready", "away"),
    "verdict": ("accept", "reject"),
    "alarm": (True, False),
}
"""What the signals that report these facts say, beside what the cell's own words add; None says that it is not known."""
LATE = 3600 * SECOND


def facts_of(cell: CellModel) -> dict[str, str]:
    """Which fact each signal of the cell reports."""
    owned = [tool.signals for tool in cell.tools.values()] + [thing.signals for thing in cell.equipment.values()]
    found = {signal: fact for signals in owned for fact, signal in signals.items()}
    found |= {zone.occupied: "occupied" for zone in cell.zones.values() if zone.occupied is not None}
    return found | {person.ready: "ready" for person in cell.people.values() if person.ready is not None}


def words_of(cell: CellModel) -> dict[str, tuple[object, ...]]:
    """By the attribute that names the signal."""
    kinds, verbs = cell.vocabulary.kinds.values(), cell.vocabulary.verbs.values()
    facts = {fact.signal: fact.values for kind in kinds for fact in kind.facts if fact.signal and fact.values}
    events = {event.signal: (True, False) for kind in kinds for event in kind.events if event.signal}
    outcomes = {o.signal or o.name: o.values for verb in verbs for o in verb.tells if o.values}
    return {**facts, **events, **outcomes, **WORDS}


@law("signals", "Every signal of the cell speaks the words of its fact; what is not known is None.")
def signals_speak_the_words(bed: Bed, _: str) -> str:
    facts, words_by, told = facts_of(bed.bench.assembly.cell), words_of(bed.bench.assembly.cell), 0
    for signal in bed.drivers.signals.signals:
        sample, fact = bed.drivers.signals.read(signal), facts.get(signal, "")
        demand(sample.name == signal, f"{signal} calls itself {sample.name}")
        words = words_by.get(fact)
        is_word = sample.value is None or words is None or any(sample.value is w or sample.value == w for w in words)
        demand(
            is_word and (fact != "alarm" or isinstance(sample.value, bool | None)),
            f"{signal} reports {fact} and says {sample.value!r}",
        )
        demand(
            fact != "waiting" or sample.value is None or isinstance(sample.value, float),
            f"{signal} counts and says {sample.value!r}",
        )
        told += sample.value is not None
    return f"{len(bed.drivers.signals.signals)} signals, {told} of them known"


@law("signals", "A sample has its time and its maximum age, and a fresh one is not stale.")
def signals_have_ages(bed: Bed, _: str) -> str:
    bed.wait(1.0)
    for signal in bed.drivers.signals.signals:
        sample, now = bed.drivers.signals.read(signal), bed.now()
        demand(sample.time <= now, f"{signal} is {(sample.time - now) / SECOND:.3g} s ahead of now")
        demand(not sample.is_stale(now), f"{signal} is {(now - sample.time) / SECOND:.3g} s old and stale, with its link up")
        demand(
            sample.max_age is not None and sample.is_stale(sample.time + LATE),
            f"{signal} would be as good in an hour: it has no maximum age",
        )
    return "fresh, each with a maximum age"


@law("signals", "A signal that there is not is refused.")
def an_unknown_signal_is_refused(bed: Bed, _: str) -> str:
    refusal(lambda: bed.drivers.signals.read("no such signal"), "a signal that there is not")
    return "refused"


@law("signals", "A signal whose link is cut grows stale, or is no longer known.")
def a_silent_signal_grows_stale(bed: Bed, device: str) -> str:
    with bed.cut(device):
        bed.wait(2.0)
        for signal in bed.drivers.signals.signals:
            sample = bed.drivers.signals.read(signal)
            demand(
                sample.value is None or sample.is_stale(bed.now()),
                f"2 s after the cut {signal} is {sample.value!r} and not stale",
            )
    return "stale or None after 2 s"


@law("people", "Silence of a person detector is *occupied*: also when its newest sample is too old.")
def silence_is_occupied(bed: Bed, _: str) -> str:
    detector = bed.drivers.people
    for zone in detector.zones:
        demand(detector.is_occupied(zone, bed.now() + LATE), f"an hour after its last sample {zone} is free")
    return f"occupied an hour later: {', '.join(detector.zones)}"


@law("people", "A detector that is closed says *occupied*.")
def a_closed_detector_says_occupied(bed: Bed, _: str) -> str:
    detector, zones = bed.drivers.people, bed.drivers.people.zones
    bed.drivers.close()
    free = [zone for zone in zones if not detector.is_occupied(zone, bed.now())]
    bed.drivers.open()
    demand(not free, f"closed, it says that {', '.join(free)} is free")
    return "occupied"


@law("people", "A detector whose link is cut says *occupied* once its last word is too old.")
def a_silent_detector_says_occupied(bed: Bed, device: str) -> str:
    detector = bed.drivers.people
    with bed.cut(device):
        bed.wait(2.0)
        free = [zone for zone in detector.zones if not detector.is_occupied(zone, bed.now())]
    demand(not free, f"2 s after the cut {', '.join(free)} is free")
    return "occupied after 2 s"


@law("people", "A zone that the detector does not watch is never free.")
def an_unwatched_zone_is_never_free(bed: Bed, _: str) -> str:
    try:
        is_occupied = bed.drivers.people.is_occupied("no such zone", bed.now())
    except DriverError:
        return "refused"
    demand(is_occupied, "a zone that it does not watch is free")
    return "occupied"
