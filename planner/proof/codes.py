"""The codes with which a proof refuses a plan, and what `explain CODE` prints for each.

A plan that is refused is never dispatched. All of them mean: the plan at hand is not proved, not that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.diagnostic import CodePage

_CLAIMS = """A plan carries claims about itself: who does what, which facts it needs and changes, when, and why. The proof
derives each of them again from the intent, the cell and the observed state. This one does not follow."""

PAGES: Mapping[str, CodePage] = {
    "E450": CodePage(
        "the plan does not keep a `never` or a zone",
        """The order of the steps permits two things at once that must not be: a robot in a zone while a machine runs, two
robots in a zone that takes one, or a robot in a zone at all. Proved for all durations, so it does not help that the times in the
plan do not overlap.

**Why.** What a `never` forbids may not hang on how long a step happens to take.

**Example.** `never r1 in lathe_door_zone and lathe.spindle is running`, and nothing makes the program wait for the robot to
leave.

**What to do.** Plan again. If the planner itself made this plan, it is a defect of the planner: report it.""",
    ),
    "E452": CodePage(
        "a pallet gets too high or too heavy",
        """All that the plan lays on the pallet, with what lies there already, exceeds an `ensure` on its height or mass, or the
limit that the cell file gives the pallet. Counted together whatever the order, so for all durations.

**Why.** What is stacked too high falls, and no sensor of the cell says so before.

**Example.** Eight layers of cartons of 250 mm on a pallet with `max_height 1600 mm`.

**What to do.** Plan again. If the planner itself made this plan, it is a defect of the planner: report it.""",
    ),
    "E552": CodePage(
        "more parts would wait than an `ensure` allows",
        """At the declared arrival law and durations more parts wait at a conveyor at once than the clause allows: counted at each
arrival, against the ends of the motions that lift parts off.

**Why.** A line that backs up stops what feeds it, which is outside of the cell.

**Example.** `ensure line1.waiting < 8 parts`, and nine wait while a sheet is laid.

**What to do.** Let parts come more slowly, let more wait, or look at the bottleneck that `plan` prints.""",
    ),
    "E550": CodePage(
        "the plan takes longer than a `within` allows",
        """At the declared durations, with the worst branch of every choice, the block is open for longer than its deadline.
The help names the smallest deadline that this plan keeps.

**Why.** A deadline that may be missed is no deadline: it is proved before anything moves, or the plan is refused.

**Example.** `within 31 min`, and the plan's last step ends after 31 min 20 s.

**What to do.** Allow more time, relax what slows the robot down, or look at the bottleneck that `plan` prints.""",
    ),
    "E551": CodePage(
        "the plan does not keep the pace of an `every`",
        """An iteration ends later than the pace allows, counted from the end of the first one. The help names the smallest
interval that this plan keeps.

**Why.** The pace is what the cell was promised for; the first iteration that slips makes all that follow late.

**Example.** `every 50 s`, and the third shaft ends 104 s after the first one.

**What to do.** Allow a longer interval, or look at the bottleneck that `plan` prints.""",
    ),
    "E553": CodePage(
        "a thing is not kept fresh",
        """Between two times at which an `every t { }` is done, or from the last one to the end of the plan, more than t passes at
the declared durations. The time before the plan counts: how long ago it was last done is part of the observed state.

**Why.** What is overdue is done before its station does anything else, so the plan would be broken off there.

**Example.** `every 2 h { calibrate gauge }`, and the plan has it after 1 h 50 min and not again before its end at 4 h.

**What to do.** Plan again. If the planner itself made this plan, it is a defect of the planner: report it.""",
    ),
    "E679": CodePage(
        "two robots may meet",
        """Nothing in the order of the steps keeps two motions, or a motion and a robot at rest, from being at the same time, and
it is not proved that the two arms, their tools and what they hold stay more than one millimetre apart then, whatever the timing.
The message names both steps. That their times in the plan do not overlap does not help: a step may take longer, or start later.

**Why.** Two robots that meet do so at full speed, and a proof that counted on times would hold only for a run without a delay.

**Example.** `nothing keeps s12 of left and the rest of right after s30 from being at once`: the step that ends the rest of
`right` has to come before s12, and the plan does not say so.

**What to do.** Plan again. If the planner itself made this plan, it is a defect of the planner: report it.""",
    ),
    "E680": CodePage(
        "the plan is not the one that its id names",
        """The id of a plan, and the key of each motion in it, is a hash of the content. The content was changed after that.

**Why.** What was proved is the content that the id names.

**Example.** A duration was edited in the plan file.

**What to do.** Plan again.""",
    ),
    "E681": CodePage(
        "the plan is stale",
        """The intent, the cell, a robot model, a param, the seed, a version of the software or a fact that the plan reads is not
what it was when the plan was made. The message names it.

**Why.** A plan is proved for one text, one cell and one state.

**Example.** The plan takes `shaft#3` from `infeed[3]`, and it does not lie there.

**What to do.** Plan again from what is there now.""",
    ),
    "E682": CodePage(
        "the order of the steps does not hold",
        """A step could start before a fact that it needs is true, two steps could use one device at once, a line does not wait
for one that it has to wait for, or steps stand in an order that is none. Proved over the partial order alone, whichever branches
are taken and however long the steps last.

**Why.** The controller starts a step as soon as what it waits for is confirmed; nobody keeps an order that is missing.

**Example.** A plan file without the line that makes the robot's way out wait for its grip.

**What to do.** Plan again. If the planner itself made this plan, it is a defect of the planner: report it.""",
    ),
    "E683": CodePage(
        "a claim of the plan does not follow",
        _CLAIMS
        + """

**Why.** The controller acts on these claims and does not ask again.

**Example.** A step that grips says that it needs no empty hand; a place that a goal does not name; a start before the end of a
predecessor.

**What to do.** Plan again. A plan is not edited: change the intent, or the cell.""",
    ),
    "E684": CodePage(
        "a motion is not what its step asks for",
        """The motion does not begin or end where the step says, its segments do not join smoothly, its time law does not run from
rest to rest over the whole path, or two motions disagree about where a robot stands in between.

**Why.** Motions are dispatched one after the other; where two do not meet, a robot would have to jump.

**Example.** A waypoint in a plan file was moved by 5 mm.

**What to do.** Plan again.""",
    ),
    "E685": CodePage(
        "a motion exceeds a limit",
        """Joint position, velocity, acceleration or jerk, the speed of the TCP or the payload. Decided on polynomials with bounds
between the samples, to one part in a million.

**Why.** A controller that is asked for more stops, on the path and with the part in its hand.

**Example.** A time law was made shorter by a tenth.

**What to do.** Plan again; if the cell file was changed, the motions are found anew by themselves.""",
    ),
    "E686": CodePage(
        "the clearance of a motion is not proved",
        """Two bodies that are not meant to touch come nearer to one another than one millimetre somewhere along the motion, or
it cannot be shown that they do not. Links, tool and load are held against everything that stands in the cell, every place that
may hold a part taken as full, and against one another.

**Why.** What is not proved clear is not known to be.

**Example.** A tray was moved 60 mm nearer in the cell file, and the plan is of before.

**What to do.** Plan again. If the planner itself made this plan, it is a defect of the planner: report it.""",
    ),
    "E687": CodePage(
        "a motion and a zone do not agree",
        """The motion enters a zone that it has to stay out of, visits one without saying so, or is faster inside than the zone
allows. Every link, the tool and the load count, not the TCP alone.

**Why.** Zones are kept by motions alone: nothing looks again while one runs.

**Example.** A motion past the lathe goes through `lathe_door_zone` and does not say so.

**What to do.** Plan again.""",
    ),
    "E688": CodePage(
        "contact that is not meant",
        """A motion lists a contact that its step does not ask for, over too long a stretch, too fast, or with too much force.
Only a listed contact may be one: outside it the pair is checked like any other.

**Why.** Contact is exempted from every check of clearance, so each one has to be asked for.

**Example.** A motion that lists the gripper and the door as touching.

**What to do.** Plan again.""",
    ),
    "E689": CodePage(
        "the plan does too little or too much",
        """A goal of the intent has no operation in the plan, or two, or the plan does something that nobody asked for.

**Why.** A goal that the plan leaves out is one that nobody would miss before the end of the run.

**Example.** A plan file without the operation that moves `shaft#7`.

**What to do.** Plan again.""",
    ),
}
