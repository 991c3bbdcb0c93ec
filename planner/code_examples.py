"""What each code of planning looks like: lines that get it, in a cell that the comment describes. `codes.py` has the pages."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, str] = {
    "E501": "for each s in infeed until outfeed.count >= 36 parts { process s at lathe … }\nwithin 20 min    # a program of 42 s",
    "E502": "for each s in infeed {\n  process s at lathe    # a program of 42 s\n  every 30 s\n}",
    "E503": "ensure line1.waiting < 8 parts    # `every 3 s`, and one carton takes 5 s",
    "E504": "for each s in infeed { … }\nwithin 31 min    # the best schedule found takes 31 min 20 s, the bound is 30 min 50 s",
    "E505": "for each s in infeed {\n  …\n  every 50 s    # the best schedule found keeps 51.2 s\n}",
    "E506": "every 1 min { calibrate gauge }    # a part lies in the gauge for longer at a time",
    "E507": "ensure line1.waiting < 8 parts    # in the best schedule found 9 wait while a sheet is laid",
    "E601": "for each s in infeed until outfeed.count >= 60 parts { … }    # 40 lie in the infeed",
    "E602": "tool soft { grips shaft force 5 N to 20 N }\npart shaft { grip 60 N }    # more than the tool has",
    "E603": "move s to outfeed    # the tray stands 2 m from the only robot",
    "E604": "for each s in infeed, in order {    # the second one waits for the first to leave the nest,\n"
    "  move s to nest    # which nothing takes out of it\n}",
    "E605": "any order {\n  move s to outfeed\n  move s to scrap\n}",
    "E606": "on jam: skip    # what did not go in is still in the hand",
    "E607": "for each s in infeed {    # 40 lie there\n  move s to outfeed    # and 30 pockets are free\n}",
    "E608": "for each s in infeed {\n  move s to nest    # one place, and no line moves the first one on\n}",
    "E609": "when s.verdict is reject { move s to scrap }    # scrap is a bin\nmove s to outfeed",
    "E610": "move s to outfeed    # shaft#7 was gripped, lost, and nobody has seen it since",
    "E611": "move pin to nest    # no pin lies in the cell",
    "E612": "process s at mill    # mill has OP10 and OP20",
    "E613": "move shaft from scrap to outfeed    # scrap is a bin: nothing is taken out",
    "E614": "when s.verdict is reject { … }    # the gauge had ended its inspection without a verdict",
    "E615": "for each s in infeed { … }    # forty parts, one place, and the budget of the search is used up",
    "E616": "move a from left to right by r1\nmove b from right to left by r2    # both homes are over the other's tray",
    "E617": "cellwright plan cell.intent --without rc    # the robots are ra and rb",
    "E618": "pallet left { layers 8 max_height 1600 mm }    # eight layers of 250 mm on a pallet of 144 mm",
    "E619": "# r1 was jogged to 8 mm from r2 before the plan was made",
    "E620": "in order {\n  move a to nest    # where b lies, which only the next line takes away\n  move b to outfeed\n}",
    "E625": "handover s from r1 to ann    # the nearest zone with `handover` is 2 m from where she works",
    "E626": "deburr s.rim speed 400 mm/s    # contact is at most 250 mm/s",
    "E630": "assemble lid into kit.body at nest    # the gear below it comes in a later line",
    "E640": "for each job in orders { … }    # 30 orders ask for 34 brackets, and 30 lie in the bin",
    "E690": "ensure lathe.door is open    # a limit that no motion can be planned with",
    "E691": "move s to far    # each way in that a schedule chose was found to be blocked",
    "E692": "# two robots over one table, without a zone: every schedule had them meet somewhere else",
    "E693": "# arm was stopped while it set a block down, and was pushed 4 mm aside by hand before the resume",
    "N601": "cellwright plan cell.intent --without rb\n"
    "note[N601] without rb this takes 145.0 s, with every robot 85.5 s: 1.70 times as fast",
    "W690": "prefer polish_evenly    # an objective of a package that planning knows nothing of",
    "W691": "for each s in infeed { … }    # the tray is declared without `contains`",
}
