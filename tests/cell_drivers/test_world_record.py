"""The record is the judge: it forgets no part, counts every execution, and is the same for the same seed."""

from typing import Literal

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cell.driver_errors import Refused
from cell.scenario import GripLost, MachineAlarm, MissingPart, PersonEnters, RejectShare, Stall
from cell.world_record import Effect, Fallen, HeldBy, RestsIn, Violation
from tests.cell_drivers.gantry import Desk, gantry_cell, over

CELL = gantry_cell()


def busy(desk: Desk) -> None:
    desk.pick("infeed[1]")
    desk.load_lathe()
    desk.lathe.program("p", "OP10")
    desk.pick("infeed[2]")
    desk.put("gauge")
    desk.gauge.inspect("i", "verdict")
    desk.until(desk.gauge, "i")
    desk.until(desk.lathe, "p")


def test_the_same_seed_gives_the_same_record_to_the_last_bit() -> None:
    disturbances = (RejectShare(0.5), Stall("g1", 3.0, 1.0), PersonEnters("aisle", 1.0, 9.0), GripLost("grip", 2, "at grip"))

    def fingerprint(seed: int) -> str:
        desk = Desk(*disturbances, seed=seed)
        desk.pick("infeed[1]")
        desk.load_lathe()
        desk.lathe.program("p", "OP10")
        desk.pick("infeed[2]")
        desk.until(desk.lathe, "p")
        return desk.cell.record().fingerprint()

    assert fingerprint(1) == fingerprint(1)
    assert fingerprint(1) != fingerprint(2), "the program's duration is drawn from the seed"


def test_how_time_is_moved_changes_nothing() -> None:
    """Event by event or in small paces: the world does the same."""

    def run(pace: float | None) -> str:
        desk = Desk(Stall("g1", 0.5, 0.5))
        command = desk.begin_move(over("infeed[1]"))
        for _ in range(int(6 / pace) if pace else 1):
            desk.wait(pace or 6.0)
        assert desk.robot.status(command).state == "done"
        return desk.cell.record().fingerprint()

    assert run(None) == run(0.001) == run(0.75)


def test_a_single_sample_changes_the_fingerprint() -> None:
    desk = Desk()
    desk.move(over("infeed[1]"))
    before = desk.cell.record()
    untouched = before.fingerprint()
    before.motions[0].q.flags.writeable = True
    before.motions[0].q[5, 2] += 1e-12
    assert before.fingerprint() != untouched


def test_every_effect_is_told_at_once_to_whoever_listens() -> None:
    heard: list[Effect | Violation] = []
    desk = Desk(on_effect=heard.append)
    desk.pick("infeed[1]")
    desk.let_go()
    record = desk.cell.record()
    assert [e for e in heard if isinstance(e, Effect)] == list(record.effects)
    assert [v for v in heard if isinstance(v, Violation)] == list(record.violations)
    assert record.violations


def test_effects_carry_their_command_and_stand_in_order_of_time() -> None:
    desk = Desk(MachineAlarm("lathe", 1, 0.5, 5.0))
    busy(desk)
    effects = desk.cell.record().effects
    assert [e.time for e in effects] == sorted(e.time for e in effects)
    by_themselves = {e.what for e in effects if not e.command}
    assert by_themselves <= {"alarm cleared", "scaled", "person"}


def test_a_motion_is_recorded_with_what_the_hands_held() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    first, lift = desk.cell.record().motions
    assert first.held == ()
    assert lift.held == (("grip.a", "shaft#1"),)
    assert first.motion.startswith("to ")


def test_a_motion_under_way_is_recorded_up_to_now() -> None:
    desk = Desk()
    desk.begin_move(over("infeed[1]"))
    desk.wait(0.5)
    (motion,) = desk.cell.record().motions
    assert motion.outcome == "running"
    assert motion.time[-1] <= desk.cell.now() < motion.time[-1] + 8_000_000


# --- no part is ever lost sight of ---

PLACES = ("infeed[1]", "infeed[2]", "outfeed[1]", "outfeed[2]", "lathe", "gauge", "scrap")
HANDS = ("a", "b")
ACTS = st.one_of(
    st.tuples(st.just("pick"), st.sampled_from(PLACES), st.sampled_from(HANDS)),
    st.tuples(st.just("put"), st.sampled_from(PLACES), st.sampled_from(HANDS)),
    st.tuples(st.just("pick"), st.sampled_from(PLACES[:2]), st.sampled_from(HANDS)),
    st.tuples(st.just("machine"), st.sampled_from(HANDS)),
    st.tuples(st.just("measure"), st.sampled_from(HANDS)),
    st.tuples(st.just("over"), st.sampled_from(PLACES), st.sampled_from(HANDS)),
    st.tuples(st.just("above"), st.sampled_from(PLACES), st.sampled_from(HANDS)),
    st.tuples(st.just("grip"), st.sampled_from(HANDS), st.sampled_from((60.0, 30.0))),
    st.tuples(st.just("release"), st.sampled_from(HANDS)),
    st.tuples(st.just("door"), st.booleans()),
    st.tuples(st.just("clamp"), st.booleans()),
    st.tuples(st.just("program")),
    st.tuples(st.just("inspect")),
    st.tuples(st.just("stop"), st.sampled_from(("hold", "quick"))),
    st.tuples(st.just("wait"), st.sampled_from((0.05, 0.4, 3.0, 40.0))),
)


MACROS = {
    "machine": (
        (("door", True), "over", ("clamp", True), "release", "above", ("door", False), ("program",), ("wait", 3.0)),
        "lathe",
    ),
    "measure": (("over", "release", ("inspect",), ("wait", 3.0)), "gauge"),
}


def act(desk: Desk, what: tuple[object, ...]) -> None:
    command = desk.id()
    match what:
        case ("machine" | "measure" as macro, str(hand)):
            _pick_up(desk, hand)
            steps, place = MACROS[macro]
            for step in steps:
                act(desk, (step, hand) if step == "release" else (step, place, hand) if isinstance(step, str) else step)
                desk.wait(5.0)
        case ("pick" | "put" as way, str(place), str(hand)):
            _go(desk, over(place, hand))
            desk.wait(5.0)
            if way == "pick":
                desk.grip.grip(command, hand, None, 60.0)
            else:
                desk.grip.release(command, hand)
            desk.wait(1.0)
        case ("over", str(place), str(hand)):
            _go(desk, over(place, hand))
        case ("above", str(place), str(hand)):
            _go(desk, over(place, hand) + np.array([0.0, 0.0, 0.3, 0.0]))
        case ("grip", str(hand), float(force)):
            desk.grip.grip(command, hand, None, force)
        case ("release", str(hand)):
            desk.grip.release(command, hand)
        case ("door", bool(is_open)):
            desk.lathe.set_door(command, is_open)
        case ("clamp", bool(is_closed)):
            desk.lathe.set_clamp(command, is_closed)
        case ("program",):
            desk.lathe.program(command, "OP10")
        case ("inspect",):
            desk.gauge.inspect(command, "verdict")
        case ("stop", "hold" | "quick" as kind):
            desk.robot.stop(kind)
        case ("wait", float(seconds)):
            desk.wait(seconds)


def _pick_up(desk: Desk, hand: str) -> None:
    if desk.grip.state(hand).grip == "open":
        act(desk, ("pick", "infeed[1]", hand))


def _go(desk: Desk, q: np.ndarray) -> None:
    if float(np.abs(q - desk.robot.state().q).max()) > 1e-6:
        desk.begin_move(q)


@settings(max_examples=80, deadline=None)
@given(st.lists(ACTS, min_size=5, max_size=25), st.booleans(), st.sampled_from(("at grip", "on the way")))
def test_whatever_is_commanded_every_part_is_in_one_place(
    acts: list[tuple[object, ...]], waits: bool, lost: Literal["at grip", "on the way"]
) -> None:
    desk = Desk(MissingPart("infeed[5]"), GripLost("grip", 2, lost), MachineAlarm("lathe", 1, 0.5, 5.0))
    ids = {part.id for part in desk.cell.record().parts}
    assert len(ids) == 5
    for what in acts:
        try:
            act(desk, what)
        except Refused:
            continue
        if waits:
            desk.wait(4.0)
        _judge(desk, ids)
    desk.wait(100.0)
    _judge(desk, ids)


def _judge(desk: Desk, ids: set[str]) -> None:
    record = desk.cell.record()
    assert {part.id for part in record.parts} == ids
    assert len(record.parts) == len(ids)
    hands = [part.where.hand for part in record.parts if isinstance(part.where, HeldBy)]
    assert len(hands) == len(set(hands)), "a hand holds one part"
    for hand in HANDS:
        reported = desk.grip.state(hand).grip
        assert reported is None or (reported == "held") == (f"grip.{hand}" in hands)
    places = [part.where.place for part in record.parts if isinstance(part.where, RestsIn)]
    assert all(places.count(name) <= 1 for name, place in CELL.places.items() if place.capacity == 1)
    assert set(places) <= set(CELL.places)
    moved = {e.part for e in record.effects if e.what in ("gripped", "released", "fell")}
    for what in ("gripped", "released", "fell", "slipped", "program started", "told"):
        if record.of(what):
            event(what)
    for part in record.parts:
        if part.id not in moved:
            assert isinstance(part.where, RestsIn)
            assert part.where.place.startswith("infeed")
        if isinstance(part.where, Fallen):
            assert [e for e in record.effects if e.what == "fell" and e.part == part.id]
    assert all(count == 1 for count in record.executions.values())
