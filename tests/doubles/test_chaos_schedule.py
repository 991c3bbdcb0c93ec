"""What a bad link does is a pure function of the seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.chaos_schedule import CALM, LOSSLESS, ROUGH, Chaos, Direction, Drop, Mix, Pass

EVERYTHING = Mix(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
WAYS: tuple[Direction, ...] = ("to device", "to client")


def all_of(chaos: Chaos, connections: int = 3, units: int = 400) -> list[object]:
    return [chaos.act_on(c, way, u) for c in range(connections) for way in WAYS for u in range(units)]


@given(seed=st.integers(0, 2**32), connection=st.integers(0, 9), unit=st.integers(0, 10_000), way=st.sampled_from(WAYS))
def test_the_same_seed_does_the_same_whenever_it_is_asked(seed: int, connection: int, unit: int, way: Direction) -> None:
    chaos = Chaos(seed, ROUGH)
    first = chaos.act_on(connection, way, unit)
    chaos.act_on(connection, way, unit + 1)
    assert Chaos(seed, ROUGH).act_on(connection, way, unit) == first


def test_a_seed_is_what_it_was_when_it_found_something() -> None:
    acts = [(u, type(Chaos(7, ROUGH).act_on(0, "to client", u)).__name__) for u in range(60)]
    assert [act for act in acts if act[1] != "Pass"] == SEED_7


SEED_7 = [(15, "Delay"), (26, "Trickle"), (28, "Delay"), (33, "Delay"), (36, "Delay"), (45, "Reorder"), (54, "Reorder")]


def test_another_seed_way_or_connection_does_something_else() -> None:
    assert len({tuple(map(repr, all_of(Chaos(seed, ROUGH)))) for seed in range(5)}) == 5
    one = [Chaos(1, ROUGH).act_on(0, "to device", u) for u in range(400)]
    assert one != [Chaos(1, ROUGH).act_on(0, "to client", u) for u in range(400)]
    assert one != [Chaos(1, ROUGH).act_on(1, "to device", u) for u in range(400)]


def test_every_act_happens_about_as_often_as_the_mix_says() -> None:
    acts = all_of(Chaos(3, EVERYTHING), connections=10)
    for kind in {type(act) for act in acts} - {Pass}:
        assert 0.08 < sum(isinstance(act, kind) for act in acts) / len(acts) < 0.12, kind
    assert len({type(act) for act in acts}) == 9


def test_a_calm_mix_passes_everything() -> None:
    assert set(map(type, all_of(Chaos(3, CALM)))) == {Pass}


def test_quiet_units_and_calm_connections_pass() -> None:
    chaos = Chaos(3, Mix(drop=1.0, quiet=5, calm_from=2))
    assert [type(chaos.act_on(0, "to device", u)) for u in range(7)] == [Pass] * 5 + [Drop] * 2
    assert {type(chaos.act_on(2, "to device", u)) for u in range(100)} == {Pass}


def test_a_network_neither_loses_nor_repeats_a_stream_s_bytes() -> None:
    assert (LOSSLESS.drop, LOSSLESS.duplicate, LOSSLESS.reorder) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("mix", [{"drop": -0.1}, {"drop": 0.6, "cut": 0.6}, {"delay": float("nan")}])
def test_refuses_rates_that_are_none(mix: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rates"):
        Mix(**mix)  # type: ignore[arg-type]
