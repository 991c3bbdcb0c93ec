"""What came of a run of example 11 that was killed. It has no end of its own: it may make more parts than another one or fewer,
and under other names. So none is compared: every part that came was judged, lies where its verdict says, and is counted. It is
judged once more only where nobody heard what was told of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cell.events import Event, OperatorAsked, RunOpened, StepUnknown
from cell.world_record import WorldRecord
from cellwright.campaign.ends import whereabouts
from controller.goals import goals
from controller.run_state import RunState

OUT = {"accept": "box", "reject": "rework"}
GOALS = 2  # of each part: it is judged, and it is brought there


def is_without_end(events: Sequence[Event]) -> bool:
    """Whether it was begun as such; somebody who asks for its end makes it another one."""
    return any(event.context.is_continuous for event in events if isinstance(event, RunOpened))


def unfinished(events: Sequence[Event], state: RunState, world: WorldRecord) -> Iterator[str]:
    came, (met, _) = [effect.part for effect in world.of("presented")], goals(state)
    if met != GOALS * len(came):
        yield f"{met} goals are met with {len(came)} parts that came"
    if not any(isinstance(event, OperatorAsked) and event.what == "finish" for event in events):
        yield "it is over, and nobody has asked for that"
    told = [(effect.part, effect.detail.removeprefix("verdict is ")) for effect in world.of("told")]
    places, unheard = _places(world), Counter(event.of.part for event in events if isinstance(event, StepUnknown))
    for part in came:
        verdicts, place = [verdict for of, verdict in told if of == part], places[part]
        if not 1 <= len(verdicts) <= 1 + unheard[part]:
            yield f"{part} was judged {len(verdicts)} times, and {unheard[part]} times nobody could tell"
        elif place != OUT[verdicts[-1]]:
            yield f"{part} is at {place or 'no place'}, with {verdicts[-1]}"


def _places(world: WorldRecord) -> dict[str, str]:
    """Where each part lies, or lay when it was taken away from there."""
    taken = {effect.part: effect.detail for effect in world.of("taken away")}
    return taken | {part.id: whereabouts(part.where) for part in world.parts}
