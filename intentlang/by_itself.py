"""What a thing of the cell does to itself (`calibrate gauge`) is something that it offers."""

from __future__ import annotations

from collections.abc import Collection

from cell.diagnostic import error
from cell.vocabulary import VerbSchema
from intentlang.names import Resolved, Work
from intentlang.types import Thing
from intentlang.words import quoted


def done_by_itself(verb: VerbSchema, target: Resolved, roles: Collection[str], work: Work) -> None:
    """Reports a machine or a station that does not offer the verb, where no role says who does it instead."""
    found = target.type
    thing = work.world.cell.equipment.get(found.name) if isinstance(found, Thing) else None
    if thing is None or not verb.offered or {"by", "at"} & set(roles):
        return
    offered = [offer.verb for offer in thing.offers]
    if verb.name not in offered and work.world.vocabulary.kinds[thing.kind].attribute("offers") is not None:
        also = f" It offers {quoted(offered)}." if offered else ""
        message, help_ = f"`{thing.name}` does not offer `{verb.name}`", f"Add `offers {verb.name} for …` to it.{also}"
        work.say(error("E233", message, target.span, thing.span.labelled("declared here"), help=help_))
