"""A kind, an outcome, an event and a unit that a package registers (examples/driver_template): checked, planned, proved and run
like our own, by the simulated driver and by the package's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from cell.device import SignalSample
from cell.devices import devices_of
from cell.driver import Assembly
from cell.events import DeviceAlarm, EventRaised, Observation, OutcomeTold, QuantityMeasured
from cell.plan_file import with_plan_id
from cell.run import RunSpec
from cell.scenario import Disturbance, MachineAlarm, Reject, Scenario
from cell.scenario_file import not_in_cell
from cell.standard_verbs import STANDARD
from cell.state import InPlace
from cell.steps import Inspect
from cell.vocabulary import AttributeSchema, EventSchema, Vocabulary
from cellwright.reading import read
from cellwright.step_account import events_of
from cellwright.word_rules import flaws
from cellwright.words import GROUP, words_of
from controller.machine import advance
from controller.observe import signal_seen
from controller.rehearsal import Ask, RunRecord, rehearse
from controller.run_state import NOTHING_YET
from tests.constructs.bench import Bench, _Planner, bench_cell
from tests.planner.proof.gantry import gantry_model

PUMP_DRY = MachineAlarm("bath", 3, 1.0, None, "pump_dry")
HOLD = "R701 Fill the pump of the bath, then Resume"
FILLED = (Ask(400.0, "resume"),)


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    return repository / "examples/driver_template"


@pytest.fixture(scope="module")
def template(folder: Path) -> Iterator[Mapping[str, ModuleType]]:
    """Its modules, as an installation of it has them."""
    names = ("dry_driver", "leak_words", "leak_tester")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(folder))
        for name in names:
            patched.delitem(sys.modules, name, raising=False)
        yield {name: __import__(name) for name in names}
        for name in names:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def words(template: Mapping[str, ModuleType], folder: Path) -> Vocabulary:
    assert 'leak_testing = "leak_words:words"' in (folder / "pyproject.toml").read_text("utf-8")
    return words_of([EntryPoint("leak_testing", "leak_words:words", GROUP)]).expect()


@pytest.fixture(scope="module")
def bench(words: Vocabulary, folder: Path) -> Bench:
    """The example's intent and what stands around its robot, with a gantry in the robot's place."""
    return Bench.of((folder / "leak_testing/leak_station.cell").read_text("utf-8"), "valve", _body(folder), words=words)


def _body(folder: Path) -> str:
    return (folder / "leak_testing/leak_test.intent").read_text("utf-8").replace('use "leak_test.cell"', "")


def dry(bench: Bench, template: Mapping[str, ModuleType], *disturbances: Disturbance, asks: Sequence[Ask] = ()) -> RunRecord:
    """Rehearsed on the template's own driver."""
    scenario = Scenario(0, disturbances)
    assert not_in_cell(scenario, bench.cell) == ()
    devices = frozenset(devices_of(bench.cell))
    drivers = template["leak_tester"].driver(Assembly(bench.cell, {"g1": gantry_model()}, scenario, devices))
    spec = RunSpec("dry", bench.program, bench.cell, bench.start)
    return rehearse(spec, bench.released().expect(), drivers, _Planner(bench), asks)


def places(record: RunRecord) -> list[str]:
    assert all(isinstance(part.location, InPlace) for part in record.summary.parts)
    return [part.where.partition("[")[0] for part in record.summary.parts]


def raised(record: RunRecord) -> list[str]:
    return [event.event for event in record.events if isinstance(event, EventRaised)]


def test_the_example_is_read_without_a_finding_and_only_with_its_words(words: Vocabulary, folder: Path) -> None:
    file = str(folder / "leak_testing/leak_test.intent")
    assert read(file, {}, vocabulary=words).diagnostics == ()
    assert {d.code for d in read(file, {}, vocabulary=STANDARD).diagnostics if d.is_error} >= {"E203"}


def test_it_runs_on_the_templates_own_driver_through_both_branches(bench: Bench, template: Mapping[str, ModuleType]) -> None:
    record = dry(bench, template, Reject(2))
    assert record.summary.state == "Complete", record.summary.held_because
    assert (record.summary.goals_met, record.summary.goals_skipped) == (8, 0)
    assert sorted(places(record)) == ["outfeed", "outfeed", "outfeed", "scrap"]
    told = [event.value for event in record.events if isinstance(event, OutcomeTold)]
    assert told == ["tight", "leaking", "tight", "tight"]
    measured = [event.value for event in record.events if isinstance(event, QuantityMeasured)]
    assert measured[:2] == pytest.approx([0.25 * 2e-6 / 60.0, 4.0 * 2e-6 / 60.0]), "the unit Nml/min in SI"


def test_its_event_is_raised_held_by_its_policy_and_gone_after_the_resume(
    bench: Bench, template: Mapping[str, ModuleType]
) -> None:
    held = dry(bench, template, PUMP_DRY)
    assert (held.summary.state, held.summary.held_because) == ("Held", HOLD)
    record = dry(bench, template, PUMP_DRY, asks=FILLED)
    assert raised(record) == ["bath.pump_dry"]
    assert record.summary.state == "Complete", record.summary.held_because
    assert places(record) == ["outfeed"] * 4


def test_the_simulated_driver_drives_the_same_kind(bench: Bench) -> None:
    ran = bench.run(Reject(2), PUMP_DRY, asks=FILLED)
    assert ran.record.summary.state == "Complete", ran.record.summary.held_because
    assert raised(ran.record) == ["bath.pump_dry"]
    assert {where: len(parts) for where, parts in ran.lying.items()} == {"outfeed": 3, "scrap": 1}
    assert not ran.truth.violations


def test_an_event_that_the_driver_calls_the_end_of_its_command_is_one_of_the_verb(
    words: Vocabulary, folder: Path, bench: Bench, template: Mapping[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`on seal_lost: retry 1, then hold`: the first try ends so. Where nothing is written for it the run is held."""
    tester = template["leak_tester"].LeakTester
    ends, tries = tester._ends, ["seal_lost"]

    def first_lost(self: object, command: str) -> None:
        if tries:
            tester._breaks_off(self, command, tries.pop())
        else:
            ends(self, command)

    monkeypatch.setattr(tester, "_ends", first_lost)
    record = dry(bench, template)
    assert raised(record) == ["seal_lost"]
    assert record.summary.state == "Complete", record.summary.held_because
    tries.append("seal_lost")
    text = "\n".join(line for line in _body(folder).splitlines() if not line.startswith("on seal_lost"))
    silent = Bench.of((folder / "leak_testing/leak_station.cell").read_text("utf-8"), "valve", text, words=words)
    assert dry(silent, template).summary.held_because == "R738 bath: seal_lost"


def test_a_policy_that_names_the_event_alone_has_that_of_every_thing(
    words: Vocabulary, folder: Path, template: Mapping[str, ModuleType]
) -> None:
    text = _body(folder).replace("on bath.pump_dry", "on pump_dry")
    bench = Bench.of((folder / "leak_testing/leak_station.cell").read_text("utf-8"), "valve", text, words=words)
    assert dry(bench, template, PUMP_DRY).summary.held_because == HOLD


def test_what_can_happen_in_a_test_is_told_in_the_packages_words(bench: Bench) -> None:
    step = next(s for s in bench.planned().expect().tasks.steps if isinstance(s.action, Inspect))
    assert events_of(step, bench.cell) == ("leaking", "bath.alarm", "bath.pump_dry")


@pytest.mark.parametrize("left_out", ["kinds", "verbs", "units", "outcome", "event"])
def test_without_one_of_the_five_the_example_does_not_pass_the_check(
    left_out: str, template: Mapping[str, ModuleType], folder: Path
) -> None:
    ours = template["leak_words"]
    kind, verb = ours.LEAK_TESTER, ours.LEAK_TEST
    more: dict[str, tuple[object, ...]] = {"kinds": (kind,), "verbs": (verb,), "units": ours.UNITS}
    if left_out == "outcome":
        more["verbs"] = (verb.model_copy(update={"tells": ()}),)
    elif left_out == "event":
        more["kinds"] = (kind.model_copy(update={"events": tuple(e for e in kind.events if e.name != "pump_dry")}),)
    else:
        del more[left_out]
    grown = STANDARD.extended_with(**more)  # type: ignore[arg-type]
    codes = {d.code for d in read(str(folder / "leak_testing/leak_test.intent"), {}, vocabulary=grown).diagnostics if d.is_error}
    assert codes == {
        "kinds": {"E203"}, "verbs": {"E214"}, "units": {"E208"}, "outcome": {"E222"}, "event": {"E223"}
    }[left_out]  # fmt: skip


def test_what_a_word_means_is_part_of_the_cell_that_uses_it(words: Vocabulary, folder: Path) -> None:
    """So a plan that was made with another meaning of it is stale."""
    text = (folder / "leak_testing/leak_station.cell").read_text("utf-8")
    verb = words.verbs["leak_test"].model_copy(update={"doc": "Otherwise."})
    other = Vocabulary.of(words.kinds.values(), {**words.verbs, "leak_test": verb}.values(), units=words.units.values())
    assert bench_cell(text, "valve", words).revision != bench_cell(text, "valve", other).revision
    mine = "part valve {\n  mass 1 kg\n  shape sphere radius 20 mm\n}\n"
    assert bench_cell(mine, "valve", words).revision == bench_cell(mine, "valve", STANDARD).revision


def test_the_proof_reads_the_words_itself(bench: Bench, words: Vocabulary) -> None:
    """A plan is refused where its test asks for another outcome, and where the words of the cell do not have the verb tell it."""
    plan = bench.planned().expect()
    assert bench.proved(plan).is_ok
    steps = tuple(
        replace(s, action=replace(s.action, outcome="verdict")) if isinstance(s.action, Inspect) else s for s in plan.tasks.steps
    )
    edited = with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps)))
    assert {d.code for d in bench.proved(edited).diagnostics} == {"E683"}
    silent = {**words.verbs, "leak_test": words.verbs["leak_test"].model_copy(update={"tells": ()})}
    other = replace(bench, cell=replace(bench.cell, vocabulary=replace(words, verbs=silent)))
    assert not other.proved(plan).is_ok


def test_a_batch_of_tight_ones_counts_by_what_the_words_call_adverse(words: Vocabulary, folder: Path) -> None:
    """Two tight ones are asked for; one leaks, so a third is started. The proof counts by the same words, by itself."""
    text = _body(folder).replace("in infeed {", "in infeed until outfeed.count >= 2 parts {")
    bench = Bench.of((folder / "leak_testing/leak_station.cell").read_text("utf-8"), "valve", text, words=words)
    plan = bench.planned().expect()
    assert len({operation.part for operation in plan.tasks.operations}) == 2
    ran = bench.run(Reject(1))
    assert ran.record.summary.state == "Complete", ran.record.summary.held_because
    assert {where: len(parts) for where, parts in ran.lying.items()} == {"infeed": 1, "outfeed": 2, "scrap": 1}


def test_a_signal_raises_the_event_that_a_package_gave_to_a_kind_of_ours(words: Vocabulary, folder: Path) -> None:
    """A bin is no device that is commanded; its switch tells that somebody has to empty it."""
    level = AttributeSchema(name="level", forms=("signal <signal>",), doc="Its switch.")
    brimful = EventSchema(name="brimful", doc="Nothing more goes in.", source="signal", signal="level")
    grown = words.extended_with(attributes={"bin": [level]}, events={"bin": [brimful]})
    assert tuple(flaws(words, grown)) == ()
    cell = (
        (folder / "leak_testing/leak_station.cell")
        .read_text("utf-8")
        .replace("bin scrap {", "bin scrap {\n  level signal scrap.level")
    )
    bench = Bench.of(cell, "valve", _body(folder) + 'on scrap.brimful: hold "Empty the bin"\n', words=grown)
    state = NOTHING_YET
    for event in bench.run().record.events[:30]:
        if isinstance(event, Observation):
            state, _ = advance(state, event)
    (told,) = signal_seen(state, state.now, SignalSample("scrap.level", True, state.now, None))
    assert isinstance(told, DeviceAlarm)
    assert (told.device, told.code, told.is_active) == ("scrap", "brimful", True)
    state, commands = advance(state, told)
    assert [e.event for e in commands.record if isinstance(e, EventRaised)] == ["scrap.brimful"]
    assert list(signal_seen(state, state.now, SignalSample("scrap.level", True, state.now, None))) == [], "said once"
    assert list(signal_seen(state, state.now, SignalSample("scrap.level", None, state.now, None))) == [], (
        "not known changes nothing"
    )
    (over,) = signal_seen(state, state.now, SignalSample("scrap.level", False, state.now, None))
    assert isinstance(over, DeviceAlarm)
    assert not over.is_active
