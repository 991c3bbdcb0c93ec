"""The codes of the motion stage: E32x and E33x kinematics, E42x zones. `explain CODE` prints these pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cell.diagnostic import CodePage


class _Page(NamedTuple):
    """`why` says what lies behind the finding, `example` shows a text that has it, `do` what helps."""

    code: str
    title: str
    what: str
    why: str
    example: str
    do: str


_PAGES = (
    _Page(
        "E320", "place out of reach",
        "No joint positions within the robot's limits put the hand at this place, whichever way the part may be turned.",
        "Every branch of the inverse kinematics was asked for every turn of the part that makes no difference. The message "
        "says how far the nearest point is that can be reached on the way to the robot.",
        "tray far { at (2500 mm, 0 mm, 0 mm) }    # an ur10e reaches about 1300 mm",
        "Move the equipment or the robot by the distance that the message names, or take a longer arm.",
    ),
    _Page(
        "E321", "no room at the place",
        "The robot reaches the place, but in every way of standing there something touches something.",
        "In contact only the hand and the part, or the part and what it lies on, may touch; everything else keeps 3 mm, with a "
        "part in every place that may hold one and in the other hand. The message names the pair that was in the way last.",
        "tool gripper { shape cylinder radius 50 mm length 150 mm }    # as wide as the gap between two pockets",
        "Give the neighbours more room (`pitch`), the tool a slimmer shape, or declare its fingers apart from its body.",
    ),
    _Page(
        "E322", "no straight way in",
        "The robot can stand at the place, but cannot come to it in a straight line along the place's z.",
        "Parts are fetched and set down along a straight line, so that they leave a pocket as they came. On the way joints "
        "would leave their limits, the arm would come near a singularity, or something is in the way.",
        "bin deep { at (200 mm, 0 mm, 0 mm) }    # right under the shoulder",
        "Move the place away from the edge of the robot's reach and from its own base, or clear the space above it.",
    ),
    _Page(
        "E323", "no hub for the equipment",
        "Near this equipment there is no configuration in which the robot could wait with parts in its hands.",
        "Every motion to a place starts and ends at its equipment's hub: clear of everything by 20 mm with any part in any "
        "hand, outside every guard zone and every keep-out zone.",
        "zone guard { box from (-2000 mm, -2000 mm, 0 mm) to (2000 mm, 2000 mm, 2000 mm) }    # all there is",
        "Leave free space above the equipment, or between it and the robot; make a zone smaller that fills it.",
    ),
    _Page(
        "E324", "too heavy",
        "Tool and parts together weigh more than the robot's payload.",
        "The payload is the robot's own limit, or a lower one that the cell declares for it.",
        "part block { mass 15 kg }    # for a robot with `payload 10 kg`",
        "Take a lighter tool, carry one part at a time, or use a robot that carries more.",
    ),
    _Page(
        "E325", "the robot cannot rest there",
        "A motion would start or end at joint positions that are outside the limits or where something touches something.",
        "Home is checked like every other configuration, and so is where the robot stands when a run begins.",
        "robot r1 { home [0 deg, 90 deg, 0 deg, 0 deg, 0 deg, 0 deg] }    # the arm lies in the floor",
        "Declare another `home`, or jog the robot out of what it touches.",
    ),
    _Page(
        "E326", "a motion that is not supported",
        "A motion between these two stances is not built yet.",
        "Contact is entered and left through the hub of its equipment; straight from one contact into another there is no way.",
        "A plan file that was edited by hand.",
        "Plan again from the sources.",
    ),
    _Page(
        "E327", "two robots in one spot",
        "The bases of two robots overlap.",
        "Both stand there always, so there is no motion of either that could be shown clear of the other.",
        "robot r1 { base (0 mm, 0 mm, 0 mm) }\nrobot r2 { base (100 mm, 0 mm, 0 mm) }    # a foot is 150 mm wide",
        "Correct the `base` of one of the two.",
    ),
    _Page(
        "E328", "two robots that cannot both be at home",
        "With both robots at home, one is nearer than 10 mm to the other.",
        "Home is where a robot is out of everybody's way: every motion is checked with all other robots at home, and a robot "
        "that another one needs out of its way is sent there. Without `home` in the cell the model's own ready configuration "
        "counts.",
        "robot r1 { base (0 mm, 0 mm, 0 mm) }\nrobot r2 { base (400 mm, 0 mm, 0 mm) }    # ready, both reach across",
        "Declare a `home` for one of them, turned away from the other, or move the bases further apart.",
    ),
    _Page(
        "E329", "a path that the arm cannot follow",
        "A tool comes to some point of the path of a part and no further: it is out of reach there, a joint is at its limit, "
        "the arm is near a singularity, something is in the way, or the joints cannot keep the speed.",
        "The whole path is followed in one configuration, without a jump, with the tool along the normals; its turn about its "
        "own axis is free, and many are tried.",
        "deburr s.edge using spindle speed 20 mm/s    # the edge ends 40 mm out of reach",
        "The message says where on the path it ends and by how much. Move or turn what holds the part, cut the path in two, or "
        "ask for less speed.",
    ),
    _Page(
        "E330", "gave up looking for a way",
        "The straight way is blocked and the search for one around ended with its budget, without an answer.",
        "This is no proof that there is none. The search grows two trees of configurations for a counted number of steps, the "
        "same on every machine.",
        "A fixture that all but closes the opening of a machine.",
        "Clear some of the space between the two, or plan with another `--seed`.",
    ),
    _Page(
        "E420", "place inside a zone that is never allowed",
        "A robot that serves this place would be inside a keep-out zone, or inside the guard zone of another machine.",
        "Zones hold for every link, the tool and the part in hand, not for the TCP alone.",
        "tray bad { at (950 mm, 0 mm, 0 mm) }    # inside `zone fence { … keep_out }`",
        "Move the place or the zone; a machine's own guard zone may be entered only to serve that machine.",
    ),
    _Page(
        "E421", "a zone is in the way",
        "The place is outside all zones that have to be avoided, but in every way of reaching it some part of the robot is not.",
        "Zones hold for every link, the tool and the part in hand: an elbow in a keep-out zone is inside it.",
        "zone wall { box from (300 mm, -1000 mm, 0 mm) to (310 mm, 1000 mm, 2000 mm) keep_out }",
        "Move the equipment to where the robot reaches it past the zone, or make the zone smaller.",
    ),
    _Page(
        "E422", "the robot rests inside a zone that is never allowed",
        "Home, where the robot waits before a piece of equipment (its hub), or where it stands when a run begins, is inside a\n"
        "zone that it has to stay out of: a keep-out zone, a guard zone, or one that a `never` gives to one robot at a time.",
        "A robot may not wait in a zone that it has to stay out of.",
        "robot r1 { home [...] }    # with the arm in `zone fence { … keep_out }`",
        "Declare a `home` outside the zone. A hub follows from where the equipment stands: make the zone lower or smaller.",
    ),
)  # fmt: skip

PAGES: Mapping[str, CodePage] = {
    page.code: CodePage(
        page.title, f"{page.what}\n\n**Why.** {page.why}\n\n**Example.**\n```\n{page.example}\n```\n\n**What to do.** {page.do}\n"
    )
    for page in _PAGES
}
