"""The codes of what a controller refuses to a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from cell.diagnostic import CodePage


def _page(code: str, title: str, what: str, why: str, example: str, do: str) -> tuple[str, CodePage]:
    return code, CodePage(title, f"{what}\n\n**Why.** {why}\n\n**Example.**\n```\n{example}\n```\n\n**What to do.** {do}\n")


PAGES: Mapping[str, CodePage] = dict((
    _page(
        "R766", "a controller cannot read what a terminal says",
        "What came over the controller's socket is no message of its protocol: no JSON, too long, without a hello before it, or "
        "with an entry that is missing, unknown or of the wrong type.",
        "What is half understood is not acted upon. The run does not notice.",
        '{"type":"Ask","id":1,"what":"dance"}',
        "Write what docs/schemas/controller_messages.schema.json has; `cellwright attach` and `cellwright ask` do.",
    ),
    _page(
        "R767", "terminal and controller speak different versions",
        "The terminal says hello with a version of the protocol that this controller does not speak.",
        "A controller lives as long as its run, so it may be older or newer than the program that wants to attach to it.",
        '{"type":"Hello","version":1,"role":"view","name":"ann"}',
        "Attach with the version of Cellwright that the run was started with; a signal (`kill PID`) asks it for a normal stop.",
    ),
    _page(
        "R752", "the role may not ask for that",
        "A terminal with the role view has asked for something that changes the run, or one with the role operate for what is an "
        "engineer's: to let a plan do more than was approved, or to shelve an alarm for longer than a shift.",
        "A display on the wall must not be able to move the cell, and who runs a shift does not widen what was approved for it.",
        "cellwright attach --view    # and its program asks to resume",
        "Attach with the role operate, or as an engineer: cellwright operate --role engineer, cellwright ask --role engineer.",
    ),
    _page(
        "R753", "a terminal asks too often",
        "More requests than fifty a second, for longer than a moment, or too many that could not be read.",
        "The controller has a cell to watch.",
        "while true; do echo '{}'; done | nc -U socket",
        "Ask less often. What was refused was not done. A stop is heard all the same.",
    ),
    _page(
        "R754", "what is asked for means nothing now",
        "The run is in a state in which that request does nothing, or an order that cannot be filled or is not there is meant.",
        "A request that is swallowed looks like one that was heard.",
        "cellwright ask resume    # and the run is not held",
        "Look at `cellwright status`.",
    ),
    _page(
        "R755", "a terminal takes nothing",
        "A terminal has not read for ten seconds what the controller tells it, and was cut off. The run goes on.",
        "What waits for a terminal is bounded.",
        "cellwright attach    # and Ctrl-Z, for minutes",
        "Attach again: it goes on behind the last event that it was told. `cellwright` does so by itself.",
    ),
    _page(
        "R756", "too many terminals",
        "64 terminals are attached to the controller, and it takes no more. Of one more only a stop or a hold is heard, within "
        "five seconds; then it is let go. Or its process has no handle left for a terminal, as the reason says then.",
        "Each of them costs the controller work. A stop is not refused for want of room.",
        "for i in $(seq 100); do cellwright attach --view & done",
        "Close some. `cellwright ask stop`, `ask hold` and the STOP key of screens that were let go work all the same.",
    ),
    _page(
        "R757", "another controller has the cell",
        "A run of this cell, or of a device with the same address, goes on already, or `drivers test` tries such a device; or "
        "the run waits at another terminal, where `cellwright resume` is to be confirmed. Whose process has died holds no lock.",
        "Two controllers that move one robot know nothing of each other.",
        "cellwright run tending.intent    # in two terminals",
        "The message names run and process: `cellwright attach RUN` shows it, `cellwright ask stop RUN` ends it. A trial of a "
        "driver ends by itself. What waits to be confirmed is confirmed, or refused, at its terminal.",
    ),
    _page(
        "R758", "the planner's process has ended",
        "The process that plans again while a run goes on has ended twice over one plan; the text says how.",
        "A plan that its planner does not survive may never come. The loop went on supervising meanwhile.",
        "held: no plan from here: the planner's process has ended twice over this plan: killed by SIGKILL",
        "Look whether the machine has run out of memory, and at the run's log, `controller.log` in its folder. Resume: it is "
        "tried again.",
    ),
    _page(
        "R759", "real devices are not disturbed",
        "`--scenario` disturbs simulated devices, and what one of its tables would happen in is real.",
        "A fault that is played on a real machine is a real fault.",
        "cellwright run on_linuxcnc.intent --scenario slips.toml",
        "Leave that table out, or run with another cell file (`--cell`).",
    ),
))  # fmt: skip
