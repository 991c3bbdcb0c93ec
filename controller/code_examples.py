"""What each code of a run looks like: the text of the hold, or what led to it. `codes.py` has the pages."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, str] = {
    "R701": 'on grip_lost: retry 2, then hold "Check gripper pads"    # and the part slipped a third time',
    "R702": "held: asked for by the operator",
    "R703": "# shaft#7 slipped at the gauge, and no block around the line has an `on grip_lost`",
    "R704": "on grip_lost: retry 2    # the third grip failed too",
    "R705": "# the lathe has ended, and `lathe.door` is never reported open",
    "R706": "when s.verdict is reject { … }    # the gauge reported the end and no verdict",
    "R707": "held: r1: the payload is more than the controller has been told",
    "R708": "held: r1: broken off by a stop    # somebody pressed the robot's own stop",
    "R709": "held: the link to r1 was lost during a motion, and it does not say how far it came",
    "R710": "held: no plan from here: E607 no room for the parts in `outfeed`",
    "R711": "within 45 min    # and 50 min have passed: an alarm of the lathe was looked at for ten",
    "R712": "never r1 in bay and bay is occupied    # somebody stepped into the bay with the robot in it",
    "R713": "sensor air { … max_age 1 s }    # the last sample is 4 s old",
    "R714": "held: joint 2 of r1 is 0.12 rad from its setpoint",
    "R715": "zone bay { … when_occupied stop }    # and the scanner says that somebody is there",
    "R716": "held: the gripper says that it has closed, and `grip.holding` says that it holds nothing",
    "R718": "# the plan takes shaft#7 from `infeed[7]`, and it lies in the scrap bin",
    "R719": "# tending.intent was edited after `plan` had been written from it",
    "R720": "on jam: skip    # the gear that does not go in is still held",
    "R721": 'on lathe.alarm: hold "Clear the alarm"',
    "R722": "ensure r1.temperature < 333 K    # nothing watches it in this version",
    "R723": "# a line of journal.sqlite was changed with another program",
    "R724": "cellwright report 7f3a    # the plan that the run began with was deleted",
    "R725": "# r1 was jogged after the plan was made",
    "R726": 'on left.full: hold "Swap the pallet"    # and the last spot of it is taken',
    "R727": "ensure line1.waiting < 8 parts    # and eight wait",
    "R728": "label s by ann    # usually 12 s; after 10 min 36 s nobody has begun",
    "R730": '{"id": "WO-4711", "withdrawn": true}    # two of its items lie in the kit',
    "R731": "ensure job.age <= 10 min    # the order came eleven minutes ago and is not done",
    "R732": 'on left_bins.empty: hold "Fill the bins"    # and the last bracket is out',
    "R733": "ensure hole.angle <= 720 deg    # the driver turned by 810 deg",
    "R734": "assemble gear into kit.body at nest force <= 40 N    # more was met before it lay at its seat",
    "R735": "every 60 s    # the fourth part ended 195 s after the first one",
    "R736": "inspect s by ann    # and she said no",
    "R737": "every 2 h { calibrate gauge }    # a part has lain in the gauge since 1 h 50 min",
    "R738": "weld s.seam current 120 A    # and the welder says arc_lost",
}
