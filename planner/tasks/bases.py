"""Bases while steps are being written: what each is by now, and after which steps it was built so far."""

from __future__ import annotations

from planner.tasks.road import Numbers
from planner.tasks.shop import Shop
from planner.tasks.transfer_steps import Joint


class Bases:
    """Mutable. Kinds follow the joints in the order in which they are written, which is the order in which they are made."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._kinds = dict(shop.benches.kinds)
        self._built: dict[str, Numbers] = {}

    def joint(self, base: str, place: str) -> Joint:
        """What is made when a part is let go at `place`, a seat of `base`."""
        where, seat = self._shop.benches.seat(place)
        kind = self._kinds[base]
        found = self._shop.cell.parts[kind].seat(seat)
        assert found is not None
        return Joint(base, kind, where, seat, found.becomes)

    def built(self, base: str) -> Numbers:
        """The last steps of the joint before, none for the first one."""
        return self._built.get(base, ())

    def join(self, joint: Joint, steps: Numbers) -> None:
        self._kinds[joint.base], self._built[joint.base] = joint.becomes, steps
