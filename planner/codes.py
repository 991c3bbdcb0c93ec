"""The codes of planning: E5xx time, E6xx planning. Title, what happened, why it matters, what to do; `explain CODE` reads them.

Every code here is raised in a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cell.diagnostic import CodePage
from planner.code_examples import EXAMPLES


class _Page(NamedTuple):
    code: str
    title: str
    what: str
    why: str
    do: str


_PAGES = (
    _Page(
        "E501", "deadline cannot be met",
        "A `within` is shorter than any schedule takes at the declared durations.",
        "The lower bound is longer: what the named resource has to do one after the other, or the longest chain of one part, "
        "with the least time that each motion can take. No order and no other choice of hands or ways helps.",
        "Allow more time, relax the speed limit, make the bottleneck quicker, or ask for less within it.",
    ),
    _Page(
        "E502", "pace cannot be kept",
        "An `every t` of a loop is quicker than a device lets parts through, one at a time.",
        "Between the first iteration's end and the last one's that device works on all parts but the few that can wait behind "
        "it. No order helps.",
        "Write the interval that the message names, or make the device quicker.",
    ),
    _Page(
        "E503", "parts would back up",
        "An `ensure conveyor.waiting < n` cannot be kept: parts come more quickly than they can be taken.",
        "However the work is ordered, a robot has to take each part, put it down and come back before its hands are free again; "
        "with the least time that each motion can take it falls so far behind.",
        "Let the parts come more slowly, relieve the robot (speed limit, ways, carrying two at once), or let more wait.",
    ),
    _Page(
        "E504", "no schedule found that keeps the deadline",
        "The best schedule found takes longer than a `within` allows. No lower bound says that another one has to.",
        "A deadline is proved before anything moves; one that may be missed is no plan. The search is bounded: this is not a "
        "proof that the deadline cannot be met.",
        "Write the deadline that the message names. What is called feasible was planned with it.",
    ),
    _Page(
        "E505", "no schedule found that keeps the pace",
        "In the best schedule found the iterations of a loop follow one another more slowly than its `every t` asks.",
        "Pace is checked as a sustained pace over all iterations that are planned. The search is bounded: this is not a proof "
        "that the pace cannot be kept.",
        "Write the interval that the message names, or relieve the resource that it names.",
    ),
    _Page(
        "E506", "a thing cannot be kept fresh",
        "An `every t { }` asks for it more often than the schedule has its station empty, or a part lies in it when it is due at "
        "once.",
        "What is overdue is done before the station does anything else; a plan that would let it become overdue is none. The "
        "search is bounded: this is not a proof that it cannot be kept.",
        "Allow more time between, or see that the station is empty sooner.",
    ),
    _Page(
        "E507", "no schedule found in which so few wait",
        "In the best schedule found an `ensure conveyor.waiting < n` is broken at the declared arrival law and durations.",
        "How many wait is worked out for the whole schedule, the time for sheets and changes of side included. The search is "
        "bounded: this is not a proof that the line has to back up.",
        "Let the parts come as slowly as the message says, relieve the robot (speed limit, ways, carrying two at once), or let "
        "more wait.",
    ),
    _Page(
        "E601", "the set is too small",
        "The condition after `until` stays false even when every member of the set comes out without an adverse outcome.",
        "A loop that cannot reach its end would run out of parts and stop short.",
        "Put in as many members as the message says, or ask for fewer.",
    ),
    _Page(
        "E602", "no tool can grip the part",
        "No robot that may be used carries a tool that grips this kind of part, with a force that the part allows and a mass "
        "that the robot carries.",
        "A part that nothing can hold cannot be moved.",
        "Add the kind to the tool's `grips`, or mind the tool's `force`, the part's `grip` and `mass`, the robot's `payload`, "
        "and a `force` that an `ensure`, a line or a `retry` allows.",
    ),
    _Page(
        "E603", "no robot reaches the place",
        "Every way for every robot that may be used to serve this place is out of reach or was found to be impossible.",
        "A goal at a place that nothing reaches is never met.",
        "Move the equipment or the robot, or allow another robot.",
    ),
    _Page(
        "E604", "the orders contradict",
        "An order that the text asks for and what the places allow cannot both be kept.",
        "One line waits for the other, and the other cannot be done before the first has made room.",
        "Take `in order` from one of the two lines, or add a place where the part can wait.",
    ),
    _Page(
        "E605", "a later goal undoes an earlier one",
        "Two lines put the same part into different places and nothing orders them.",
        "Whichever came first would be undone by the other, so one of the goals would not hold.",
        "Take one of the lines out, or take them out of `any order`.",
    ),
    _Page(
        "E606", "skip leaves the part in the hand",
        "A ladder says `skip` for an event that can happen while a part is in a gripper, in a clamp or behind a door.",
        "Nothing would ever put that part down or take it out.",
        "End the ladder with `hold`, or let `skip` stand only for events after which nothing is held: part_missing, grip_lost.",
    ),
    _Page(
        "E607", "no room for the parts",
        "More parts shall come to rest in a place than it has room for.",
        "The last ones would never find a free place.",
        "Make room, take parts out, or ask for fewer.",
    ),
    _Page(
        "E608", "a place stays taken",
        "A part lies where others have to go, or is held in a hand, and nothing in the text moves it on.",
        "The route of the others ends there.",
        "Add a line that moves the part on, or take it out by hand.",
    ),
    _Page(
        "E609", "a later line finds the part where nothing takes it out",
        "After a `when` a later line asks for the part again, but a branch leaves it in a bin, out of which nothing is taken.",
        "Every branch has to be feasible when the plan is made, also one that is planned only when it is taken.",
        "Move the later line into the branches.",
    ),
    _Page(
        "E610", "a part is lost",
        "A goal is open for a part of which nobody knows where it is.",
        "A robot does not search; it goes where a part is known to be.",
        "Find the part and put it back, or let a policy `skip` its iteration.",
    ),
    _Page(
        "E611", "no part for the goal",
        "A goal asks for any part of a kind, and none lies where a robot could take it.",
        "There is nothing that the goal could be about.",
        "Put a part in, or name another place after `from`.",
    ),
    _Page(
        "E612", "the machine's program is not known",
        "The machine has no such program, or several and the goal does not say which, or the station does not offer the verb.",
        "The plan has to know how long it takes.",
        "Name a program after `using`, or declare it in the cell.",
    ),
    _Page(
        "E613", "the place does not take this part",
        "No place there accepts this kind of part, or the part lies in a heap from which nothing is taken out.",
        "What a place holds is a fact of the cell.",
        "Add the kind to `holds`, or choose another place.",
    ),
    _Page(
        "E614", "an outcome that nothing will tell",
        "A `when` asks for an outcome that is not known, although its inspection counts as done.",
        "A branch is never taken on a guess.",
        "Inspect the part again.",
    ),
    _Page(
        "E615", "gave up the search for an order",
        "No order was found in which every part comes through, and none of the known reasons explains it.",
        "The search is bounded. This is not a proof that there is none.",
        "Give it more iterations, a free place or another hand.",
    ),
    _Page(
        "E616", "robots in each other's way",
        "Every order that was tried needs one of them where another one is and cannot leave.",
        "What two robots do at the same time has to be certified apart; what is not is done one after the other, "
        "with the other one out of the way, at home. The search is bounded. This is not a proof that there is no order.",
        "Give the robots more room, or a `home` farther off; or name the robot that shall do the work with `by`.",
    ),
    _Page(
        "E617", "no such robot",
        "A robot that shall be left out is not in the cell.",
        "A name that nothing bears is a typing mistake, and another robot would be used in its place.",
        "Write the name as the cell does.",
    ),
    _Page(
        "E618", "a pallet would get too high or too heavy",
        "What is laid on a pallet, with what lies there already, exceeds an `ensure` on its height or mass, or its own "
        "`max_height` or `max_mass`.",
        "Height and mass follow from the pattern, the layers and the parts; they are worked out before anything moves. The "
        "height counts from the floor, the mass is that of the parts.",
        "Lay fewer layers, or allow more.",
    ),
    _Page(
        "E619", "robots too near each other at the start",
        "Where two robots stand at the start they are less than the clearance apart.",
        "Whatever either does first, it would begin within the clearance of the other.",
        "Move one of them, or give it a `home` farther off.",
    ),
    _Page(
        "E625", "nobody can be asked for this there",
        "A line asks a person for something that cannot be done where they work: no part can lie there, or no handover zone is\n"
        "within reach.",
        "A part lies `at` a station or a fixture while a person works on it, and a robot hands over in a zone with `handover`\n"
        "whose nearest point is at most 850 mm, over the floor, from the middle of where the person works.",
        "Let the person work at a station, or declare a handover zone over it or beside it.",
    ),
    _Page(
        "E620", "no order brings every part through",
        "Every order of taking and putting down was looked at, and in none of them does every part come to the end of its route.",
        "Times and paths were left out, so no quicker device and no other way of a robot helps: there are too few places or "
        "hands for what the lines ask in the order in which they ask it.",
        "Add a free place or another hand, take `in order` away, or ask for fewer parts.",
    ),
    _Page(
        "E626", "work along a path that cannot be done so",
        "A line has a tool work along a path of a part, and does not fit: what lies nowhere where it can be worked on, a spot "
        "where a path is followed, a speed that nobody says or that contact does not allow, a force that the robot may not "
        "exert.",
        "A tool follows a path of a part that lies in a fixture, a station or a machine, at no more than 250 mm/s (the reduced "
        "speed of ISO 10218-1), presses with no more than the robot may, and needs to be told how fast.",
        "Add a line before it that moves the part there; say `speed …` in the line, or `feed …` of the tool.",
    ),
    _Page(
        "E630", "cannot be joined",
        "The line joins a part to another one that does not lie there by then, or that has no open seat for it.",
        "What a part becomes is fixed by the cell (`from`, `slots`, holes), each on what was joined before; and its base has to "
        "lie where the work is done.",
        "Move the base there by a line before, put the lines in the order of `from`, or declare the assembly in the cell.",
    ),
    _Page(
        "E640", "a demand that nothing can fill",
        "An order asks for a part of a kind of which none is left where the line may take it from.",
        "An order that is begun has to be filled: a kit that lacks a part would stand in the way of the others.",
        "Put more parts where the line takes them from, ask for fewer orders with `until`, or withdraw some.",
    ),
    _Page(
        "E690", "not supported in planning",
        "The text is right, but planning does not cover this construct yet.",
        "An honest no is better than a wrong plan.",
        "Say it with what is covered: docs/language.md lists what is not planned yet, and why.",
    ),
    _Page(
        "E691", "schedule and motions did not agree",
        "Each schedule asked for a motion that cannot be found, and the schedule made without it asked for another one, until "
        "the rounds were used up.",
        "The number of rounds is bounded. This is not a proof that there is no plan.",
        "Look at the motions that the other messages name, and make room for one of them.",
    ),
    _Page(
        "E692", "robots could not be kept apart",
        "Each schedule left robots free to do things at the same time that cannot be certified apart, and the schedule made "
        "without those left others, until the rounds were used up.",
        "The number of rounds is bounded. This is not a proof that there is no plan.",
        "Give the robots more room, let them meet in a zone with `capacity 1`, or name the robot with `by` or `--without`.",
    ),
    _Page(
        "E693", "a robot that was stopped has no way back out",
        "No plan goes on from where a robot was stopped in a contact, and it cannot come out by itself: it stands beside the way "
        "that it was on, has another tool than then, or nothing leads straight off the path on which its tool stands.",
        "A retreat is a motion that is proved, along a way that is known to be free. Where that cannot be had nothing is tried.",
        "Look at it, bring it clear by its own means (its teach pendant, or by hand), and resume: where it stands is looked at "
        "again.",
    ),
    _Page(
        "N601", "how much the other robots save",
        "The plan leaves robots out; the same work was planned with every robot, to compare.",
        "Both figures are those of a plan, with its own motions, found and kept apart.",
        "Nothing has to be done.",
    ),
    _Page(
        "W690", "an objective that planning does not follow yet",
        "A `prefer` names an objective that the schedule is not optimised for.",
        "A preference never makes a plan infeasible, so it is passed over and said.",
        "Nothing has to be done.",
    ),
    _Page(
        "W691", "a loop over a place where nothing lies",
        "A `for each` without `until` goes over the parts of a place, and none lies there or is on its way.",
        "Nothing is planned for it: right for a tray that is filled later, a mistake where its content was forgotten.",
        "Write `contains` in the cell file, or fill the place and plan again.",
    ),
)  # fmt: skip

PAGES: Mapping[str, CodePage] = {
    page.code: CodePage(
        page.title,
        f"{page.what}\n\n**Why.** {page.why}\n\n**Example.**\n```\n{EXAMPLES[page.code]}\n```\n\n**What to do.** {page.do}\n",
    )
    for page in _PAGES
}


def title(code: str) -> str:
    """The title of a page; raises KeyError for a code that is not ours."""
    return PAGES[code].title
