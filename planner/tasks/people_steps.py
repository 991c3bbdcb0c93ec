"""The steps of people: what is awaited of them, and after which others. Nobody commands them; each has a chain like a device.

Law: whoever fills or empties a place that a person has filled or emptied comes after them, and they after whoever did before.
"""

from __future__ import annotations

from cell.people import CLEAR, HANDOVER
from cell.reasons import action_reason, carrying_away
from cell.steps import Await, Because
from planner.tasks.device_chains import DeviceChains
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.road import Numbers
from planner.tasks.route import Handing, Stage, Work
from planner.tasks.shop import Shop
from planner.tasks.transfer_steps import Awaited


class PeopleSteps:
    """`changed` has for each place who filled or emptied it last, a robot or a person, and with which steps."""

    def __init__(self, shop: Shop, draft: Draft, chains: DeviceChains, changed: dict[str, tuple[str, Numbers]]) -> None:
        self._shop, self._draft, self._chains, self._changed = shop, draft, chains, changed

    def were_at(self, place: str) -> Numbers:
        """The last steps of a person there, if nobody else was there since."""
        who, steps = self._changed.get(place, ("", ()))
        return steps if who in self._shop.cell.people else ()

    def taking_over(self, handing: Handing | None, part: str, place: str) -> Awaited | None:
        """What is awaited of whoever takes the part over and has it lie in `place`."""
        if handing is None:
            return None
        _, emptied = self._changed.get(place, ("", ()))
        return Awaited(Await(handing.person, HANDOVER, part, "", place), handing.duration, emptied)

    def giving(self, giver: Handing, part: str, source: str) -> Awaited:
        """What is awaited of whoever gives the part that lies in `source`."""
        _, filled = self._changed.get(source, ("", ()))
        return Awaited(Await(giver.person, HANDOVER, part, "", giver.spot), giver.duration, filled)

    def work(self, operation: OperationDraft, work: Work, place: str, goal: str, before: Numbers) -> Numbers:
        """On the part that lies in `place`; gives the step after which it is done."""
        assert work.by is not None
        chain, part = self._chains[work.by], operation.part
        action = Await(work.by, work.name, part, work.outcome, place)
        told = (fact("told", work.outcome, part),) if work.outcome else ()
        chain.last = (self._draft.step(
            operation, action, work.duration, tuple(dict.fromkeys((*chain.last, *before))),
            action_reason(action, part, "", "", False), claims=(work.by,), needs=(fact("at", part, place), fact("idle", work.by)),
            adds=(*told, fact("reached", goal, part)), uses=(work.by,),
        ),)  # fmt: skip
        self._changed[place] = (work.by, chain.last)
        return chain.last

    def carry(self, job: int, source: str, stage: Stage) -> None:
        """Away, to where the person has what is finished lie: an operation of its own, that no line has asked for."""
        work, target, part = stage.work, stage.places[0], self._shop.jobs[job].part
        assert work is not None
        assert work.by is not None
        person = self._shop.cell.people[work.by]
        because = Because(person.span, carrying_away(person.name, part))
        operation = self._draft.operation("", CLEAR, part, (), None, source, target, because, None, ())
        chain, action, lies = self._chains[work.by], Await(work.by, CLEAR, part, "", target), fact("at", part, source)
        _, before = self._changed.get(source, ("", ()))
        chain.last = (self._draft.step(
            operation, action, work.duration, tuple(dict.fromkeys((*chain.last, *before))),
            action_reason(action, part, "", "", False), claims=(work.by,), needs=(lies, fact("idle", work.by)),
            adds=(fact("at", part, target), fact("free", source)),
            deletes=(lies,), uses=(work.by,),
        ),)  # fmt: skip
        self._changed[source] = (work.by, chain.last)
