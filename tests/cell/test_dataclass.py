"""cell/dataclass.py: what comes out cannot be told from what the standard library makes of the same class."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, ClassVar

import pytest

from cell import dataclass as ours

Made = Callable[..., Any]
FLAGS = [{"frozen": frozen, "slots": True, "eq": eq} for frozen in (True, False) for eq in (True, False)]


def plain() -> type:
    class Plain:
        one: int
        two: tuple[str, ...] = ()
        three: list[int] = field(default_factory=list)
        self: int = 3

    return Plain


def ready() -> type:
    class Ready:
        """With a word of its own."""

        one: int = 1

        def __post_init__(self) -> None:
            if self.one < 0:
                raise ValueError("below nothing")

    return Ready


def with_own_words() -> type:
    class Own:
        one: int = 1

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

    return Own


def with_own_hash() -> type:
    class OwnHash:
        one: int = 1

        def __hash__(self) -> int:
            return 5

    return OwnHash


def empty() -> type:
    class Empty:
        pass

    return Empty


BODIES = [plain, ready, with_own_words, with_own_hash, empty]


def both(flags: dict[str, bool], body: Callable[[], type]) -> Iterator[Any]:
    """The same class of the library and of ours, under one name, where pickle finds the one that is asked about."""
    for maker in (dataclass, ours.dataclass):
        cls: Any = body()
        cls.__qualname__ = cls.__name__
        globals()[cls.__name__] = made = maker(**flags)(cls)
        yield made


def outcome(act: Callable[[], Any]) -> Any:
    """What it gives, or what it raises and says."""
    try:
        return act()
    except Exception as cause:
        return type(cause), str(cause)


def set_to(one: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(one, name, 5)


def told(made: Any) -> Iterator[tuple[str, Any]]:
    """All that can be seen of it from outside."""
    arguments = [1] if "one" in made.__slots__ else []
    one, same = made(*arguments), made(*arguments)
    other = outcome(lambda: made(2))
    yield "shown", repr(one)
    yield "equal", (one == same, one == other, one == 5, one != same)
    yield "hashed", outcome(lambda: (hash(one) if made.__hash__ is not object.__hash__ else None, hash(one) == hash(same)))
    yield "fields", [(f.name, f.type, f.default, f.default_factory, f.init) for f in fields(made)]
    yield "matched", made.__match_args__
    yield "slots", (made.__slots__, hasattr(one, "__dict__"))
    yield "replaced", repr(outcome(lambda: replace(one, **({"one": -4} if arguments else {}))))
    yield "pickled", [repr(pickle.loads(pickle.dumps(one, protocol))) for protocol in (2, pickle.HIGHEST_PROTOCOL)]
    yield "copied", (repr(copy.copy(one)), repr(copy.deepcopy(one)))
    yield "set", [outcome(set_to(made(*arguments), name)) for name in made.__slots__]
    yield "deleted", outcome(lambda: delattr(made(*arguments), "one")) if arguments else None
    yield "too many", outcome(lambda: made(*range(9)))
    yield "too few", outcome(lambda: repr(made()))
    yield "by name", outcome(lambda: repr(made(one=7)))
    yield "no such name", outcome(lambda: made(1, zero=7))
    yield "as a dict", dataclasses.asdict(one)
    yield "taken", [(p.name, p.kind, repr(p.default)) for p in inspect.signature(made).parameters.values()]
    yield "asked for", repr(made.__dataclass_params__)
    yield "its module", (made.__module__, made.__qualname__, made.__init__.__qualname__, made.__init__.__module__)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_what_it_makes_cannot_be_told_from_what_the_library_makes(body: Callable[[], type], flags: dict[str, bool]) -> None:
    theirs, here = (dict(told(made)) for made in both(flags, body))
    assert here == theirs


@pytest.mark.parametrize(
    "asks", [lambda made: made(1), lambda made: made.__eq__, inspect.signature], ids=["made", "compared", "read"]
)
def test_nothing_is_compiled_before_something_is_asked_for(asks: Callable[[Any], object]) -> None:
    _, made = both({"frozen": True, "slots": True}, plain)

    def waiting() -> list[str]:
        return [name for name, method in vars(made).items() if isinstance(method, ours._Later)]

    assert waiting() == ["__init__", "__repr__", "__eq__", "__hash__"]
    asks(made)
    assert waiting() == []


def test_a_program_that_only_starts_compiles_hardly_any() -> None:
    """In a process of its own: in this one other tests have made values of everything."""
    counted = (
        "import controller.machine, sys\n"
        "from cell.dataclass import _Later\n"
        "found = {c for m in list(sys.modules.values()) for c in vars(m).values() if isinstance(c, type)}\n"
        "waiting = [c for c in found if isinstance(vars(c).get('__init__'), _Later)]\n"
        "made = [c for c in found if c.__module__.startswith(('cell.', 'controller.')) and '__dataclass_fields__' in vars(c)]\n"
        "print(len(made), len(waiting))\n"
    )
    ran = subprocess.run([sys.executable, "-c", counted], capture_output=True, text=True, check=True)
    made, waiting = map(int, ran.stdout.split())
    assert made > 200
    assert waiting > 0.8 * made


def test_the_lists_that_it_makes_are_not_shared() -> None:
    _, here = both({"slots": True}, plain)
    first, second = here(1), here(1)
    first.three.append(4)
    assert second.three == []


def test_a_word_of_its_own_stays_and_none_is_invented_at_length() -> None:
    _, with_one = both({"slots": True, "frozen": True}, ready)
    _, without = both({"slots": True, "frozen": True}, plain)
    assert with_one.__doc__ == "With a word of its own."
    assert without.__doc__ == "Plain(one, two, three, self)"


def disordered() -> type:
    class Disordered:
        one: int = 1
        two: int

    return Disordered


def test_what_the_library_refuses_it_refuses_in_the_same_words() -> None:
    assert outcome(lambda: ours.dataclass(slots=True)(disordered())) == outcome(lambda: dataclass(slots=True)(disordered()))


@pytest.mark.parametrize("body", [plain, ready, with_own_words], ids=lambda body: body.__name__)
def test_another_one_with_changes_is_the_one_that_the_library_makes(body: Callable[[], type]) -> None:
    _, made = both({"slots": True, "frozen": True}, body)
    one = made(3)
    for changes in {}, {"one": 5}, {"self": 7, "one": 1}:
        if changes.keys() <= set(made.__slots__):
            assert repr(ours.replaced(one, changes)) == repr(replace(one, **changes))
    assert one.one == 3
    with pytest.raises(TypeError):
        ours.replaced(one, {"nothing": 1})


def test_a_class_of_the_librarys_is_replaced_by_it() -> None:
    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        one: int
        two: int

    assert ours.replaced(Ordered(1, 2), {"two": 4}) == Ordered(1, 4)


def test_the_same_object_in_both_is_equal_whatever_its_own_equality_says() -> None:
    """As in every Python up to 3.12; the library's of 3.13 asks each pair of values."""
    _, here = both({"frozen": True, "slots": True}, plain)
    one = here(float("nan"))
    assert one == copy.copy(one)


def test_what_is_beyond_the_plain_case_is_the_librarys() -> None:
    @ours.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        one: int

    @ours.dataclass(frozen=True, slots=True)
    class Half:
        one: int
        two: int = field(default=2, compare=False)

    @ours.dataclass(frozen=True, slots=True)
    class Shared:
        all: ClassVar[int] = 4
        one: int

    @ours.dataclass(frozen=True, slots=True)
    class Whole(Half):
        three: int = 3

    @ours.dataclass
    class Loose:
        one: int

    assert Ordered(1) < Ordered(2)
    assert Half(1, 2) == Half(1, 3)
    assert repr(Shared(1)).endswith("Shared(one=1)")
    assert repr(Whole(1)).endswith("Whole(one=1, two=2, three=3)")
    assert vars(Loose(1)) == {"one": 1}


def test_a_class_of_the_librarys_inherits_from_one_of_ours() -> None:
    @ours.dataclass(frozen=True, slots=True)
    class Base:
        one: int

    @ours.dataclass(frozen=True, slots=True)
    class Over(Base):
        two: int

    class Under(Base):
        pass

    assert Over(1, 2) == Over(1, 2) != Over(1, 3)
    under = Under(1)
    under.more = 4  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        under.one = 5  # type: ignore[misc]
    with pytest.raises(TypeError, match="cannot inherit non-frozen dataclass from a frozen one"):

        @ours.dataclass(slots=True)
        class Loose(Base):  # type: ignore[misc]
            two: int
