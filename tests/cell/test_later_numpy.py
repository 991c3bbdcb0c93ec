import numpy
import pytest

from cell import later_numpy


def test_what_is_had_from_it_is_numpy_s_own_and_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(vars(later_numpy), "einsum", raising=False)
    assert later_numpy.einsum is numpy.einsum
    assert vars(later_numpy)["einsum"] is numpy.einsum


@pytest.mark.parametrize("name", ["no_such_thing", "__path__", "__version__"])
def test_it_has_nothing_that_numpy_has_not_and_nothing_that_says_what_module_it_is(name: str) -> None:
    assert not hasattr(later_numpy, name)
