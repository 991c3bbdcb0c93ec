"""What several kinds have in common: attributes with their forms, facts, events. A form is written the way a cell file writes the
values, with `<…>` for what varies."""

from __future__ import annotations

from cell.vocabulary import AttributeSchema, EventSchema, FactSchema

VECTOR = "(<length>, <length>, <length>)"
SIZE = "(<positive length>, <positive length>, <positive length>)"
ANGLES = "(<angle>, <angle>, <angle>)"
SHAPES = (
    f"box {SIZE}",
    "cylinder radius <positive length> length <positive length>",
    "sphere radius <positive length>",
)
PATHS = ("<name> along <point...>", "<name> along <point...> normal <direction...>")
BODIES = tuple(f"<name> {shape} at {VECTOR}{turned}" for shape in SHAPES for turned in ("", f" rotation {ANGLES}"))


def attr(name: str, *forms: str, doc: str, required: bool = False, unless: str = "", keyed: bool = False) -> AttributeSchema:
    return AttributeSchema(name=name, forms=forms, doc=doc, required=required, unless=unless, keyed=keyed)


def signal(name: str, doc: str) -> AttributeSchema:
    return attr(name, "signal <signal>", doc=f"The signal that reports {doc}.")


AT = attr("at", VECTOR, doc="Centre of the lower face, in the world frame.", required=True)
ROTATION = attr("rotation", ANGLES, doc="Roll, pitch, yaw about the fixed axes x, y, z.")
SHAPE = attr("shape", *SHAPES, doc="The body. It stands on its lower face.")
BODY = attr("body", *BODIES, doc="One more body; `at` is the centre of its lower face, in the thing's frame.", keyed=True)
PLACED = (AT, ROTATION, SHAPE, BODY)
HOLDS = attr("holds", "<part...>", doc="The part kinds that it accepts.")
CONTAINS = attr(
    "contains",
    "<part> <parts>",
    doc="What lies there at the start when nothing observes it. `is` does not inherit it.",
    keyed=True,
)
CAPACITY = attr("capacity", "<count>", doc="How many parts it takes at once.")
OFFERS = attr(
    "offers",
    "<verb...>",
    "<verb> for <positive time>",
    "<verb> for <positive time> to <positive time>",
    doc="A verb that it offers, and how long that takes.",
    keyed=True,
)
GUARD = attr("guard", "<zone>", doc="The zone that its moving parts sweep.")
ADDRESS = attr("address", "<string>", doc="Where its driver finds it, as that driver writes addresses.")
LINK = (
    attr("latency", "<positive time>", doc="How late its answers may come while running; 500 ms unless declared."),
    attr("loss", "<positive ratio>", doc="Which share of them may come later, or not at all; 5 % unless declared."),
)
DRIVEN = (attr("driver", "<name>", doc="The driver that speaks to it; the cell's only one unless said."), ADDRESS, *LINK)
EVERY = attr("every", "<positive time>", doc="The arrival law: one part each such time.")
COUNT = FactSchema(name="count", doc="How many parts lie there.", dimension="parts", source="counted")
FULL = EventSchema(name="full", doc="No place is free there.", source="counted")
EMPTY = EventSchema(name="empty", doc="No part is left there.", source="counted")
ALARM = EventSchema(name="alarm", doc="It reports an alarm.", signal="alarm")
DOOR = FactSchema(name="door", doc="Its door.", values=("open", "closed"), controlled=True, source="signal", signal="door")
CLAMP = FactSchema(
    name="clamp", doc="Its clamp or chuck.", values=("open", "closed"), controlled=True, source="signal", signal="clamp"
)
