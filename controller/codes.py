"""The codes of a run, R7xx: title, what happened, why, and what to do. `explain CODE` and the holds of a run read them here."""

from __future__ import annotations

from collections.abc import Mapping

from cell.diagnostic import CodePage
from controller.code_examples import EXAMPLES


def _page(code: str, title: str, what: str, why: str, do: str) -> tuple[str, CodePage]:
    example = f"**Example.**\n```\n{EXAMPLES[code]}\n```"
    return code, CodePage(title, f"{what}\n\n**Why.** {why}\n\n{example}\n\n**What to do.** {do}\n")


_PAGES = (
    _page(
        "R701", "held by the intent",
        "A policy of the intent says `hold` for the event that happened, and the run waits.",
        "Its author wants a person to look before the run goes on.",
        "Do what the text of the hold says, then resume. The ladder goes on behind the hold; at its end the cell is planned "
        "again from what is observed.",
    ),
    _page(
        "R702", "held by the operator",
        "Somebody asked for a hold. Robots finished the motion they were in; machines finish the program they are in.",
        "A hold is a request and needs no reason.",
        "Resume. The same plan goes on when nothing has changed meanwhile.",
    ),
    _page(
        "R703", "an event that no policy handles",
        "Something went wrong and the intent has no `on` for it in any block around the goal.",
        "What is not said is never passed over in silence: without a policy the run holds.",
        "Put the cell in order and resume; the rest is planned again. Or say in the intent what shall happen: "
        "`on grip_lost: retry 2, then hold \"Check gripper pads\"`.",
    ),
    _page(
        "R704", "the ladder is at its end",
        "Every rung of the policy was tried and none settled the event.",
        "A ladder that nothing settles ends in a hold, written or not.",
        "Put the cell in order and resume; the goal is open again and planned from what is observed.",
    ),
    _page(
        "R705", "a step waits for a fact that is not observed",
        "Everything before the step is confirmed, but a fact that it needs is observed otherwise or by nobody, and nothing is "
        "running that could bring it about. The text says what the step needs, and what is observed instead: a door that is "
        "open, a door that is reported neither open nor closed (half-way, or its signal says nothing), or nothing at all.",
        "Facts are read from the drivers, never from the plan. The signal may be broken, or somebody has changed the cell. Where "
        "a robot stands is observed once it stands: one that still moves (what a run that was killed has left, another program "
        "on its controller, a person who jogs it) is waited for, 10 s at the start.",
        "Look at what the text names. A robot that still moves: wait until it stands, or stop it at its own controller. On "
        "resume the cell is planned again from what is observed.",
    ),
    _page(
        "R706", "an outcome was not told",
        "The station ended its inspection without telling the outcome that the intent asks about.",
        "A `when` is never decided on a guess.",
        "Look at the station, then resume: the inspection is planned again.",
    ),
    _page(
        "R707", "a device refused a command",
        "The driver refused the command before anything moved; the text says why.",
        "Refusals are promises: nothing is clamped or changed silently.",
        "Look at the device. On resume the cell is planned again from what is observed. Where it is still at another "
        "command, as after a controller that was killed, wait until that is over; what a conveyor was to bring and has not "
        "brought is called off by itself.",
    ),
    _page(
        "R708", "a motion or program was broken off",
        "The device ended the command before its end, and nobody had asked for a stop.",
        "A protective stop, a collision, a fault or the device's own watchdog.",
        "Find the cause at the device and clear it there, then resume. Nothing resumes by itself after such a stop.",
    ),
    _page(
        "R709", "what became of a command is unknown",
        "The link was lost, or the device does not answer, and it cannot say what became of the command.",
        "An unknown outcome is reported as unknown and the command is never sent again by itself.",
        "Look at the cell. Resume when what is observed is right; the rest is planned again from it.",
    ),
    _page(
        "R710", "no plan from here",
        "The planner found no way on from the state that is observed; its own diagnostics stand in the text.",
        "Too few parts are left for the batch, a part stands where nothing can fetch it, or a limit forbids it.",
        "Change what the diagnostics name, then resume: the planner is asked again.",
    ),
    _page(
        "R711", "a `within` has run out",
        "The block was not closed in the time that its `within` allows.",
        "Time held or suspended counts, and the plan proved the deadline at the declared durations only.",
        "Resume goes on without that deadline. A policy `on timeout` would say what shall happen instead.",
    ),
    _page(
        "R712", "a `never` is broken",
        "What the intent says shall never be is so, or nothing reports whether it is.",
        "The world did it (a plan that does it is not released), or a signal is silent: unknown counts as broken.",
        "Bring the cell out of that state, then resume. `never` is no protection of people.",
    ),
    _page(
        "R713", "a device gives no fresh samples",
        "The last sample of the device is older than its maximum age.",
        "Nothing is sent on a stale state: an open socket is no connection.",
        "Look at the device and its link. Resume when it reports again.",
    ),
    _page(
        "R714", "a robot does not follow its setpoints",
        "A joint is further from its setpoint than allowed, and all robots were asked to stop.",
        "A collision, a load that is not the declared one, or a drive at its limit.",
        "Find the cause, clear it at the robot, then resume: the way on is planned from where the robot stands.",
    ),
    _page(
        "R715", "a person was in a zone that stops the robots",
        "A zone with `when_occupied stop` was reported occupied, or its detector was silent, and all robots were asked to stop. "
        "The run was suspended while somebody was there, and holds since they have left.",
        "Supervisory only: protecting people is the task of the safety controller.",
        "See that nobody is there, then resume. Nothing resumes by itself.",
    ),
    _page(
        "R716", "a command is done but its effect is not seen",
        "The device says that the command is done; the fact that it should have made is not observed.",
        "A step is confirmed when its effects are observed, not when they were asked for.",
        "Look at the signal named in the text. On resume the cell is planned again from what is observed.",
    ),
    _page(
        "R718", "the plan is stale",
        "A fact that the plan relies on is no longer so.",
        "The cell has changed since the plan was made.",
        "Plan again: `cellwright plan`.",
    ),
    _page(
        "R719", "the plan belongs to another text or another cell",
        "An intent or cell file, a parameter or a robot model is no longer what the plan was made from.",
        "A plan is proved for one text and one cell.",
        "Plan again: `cellwright plan`. Where a run is to be gone on with, put back what has changed, or begin anew.",
    ),
    _page(
        "R720", "skip would leave a part in the hand",
        "The policy says `skip`, but the part given up is still held by the robot.",
        "No `skip` may leave a part in a gripper: nothing would ever put it down.",
        "Take the part out of the hand, then resume.",
    ),
    _page(
        "R721", "a device reports an alarm",
        "A device of the cell reports an alarm and its policy, or the lack of one, holds the run.",
        "The device is the judge of its own faults.",
        "Clear the alarm at the device, then resume.",
    ),
    _page(
        "R722", "a monitor that nothing observes",
        "The intent has an `ensure` on an observed quantity, a pace or a freshness clause; this version does not watch it.",
        "A clause that nobody watches must not look as if it were kept.",
        "Take the clause out, or wait for the version that watches it.",
    ),
    _page(
        "R723", "the journal does not give this state again",
        "A replay of the journal concludes something else than what it records.",
        "The journal was changed, is from another version, or this program has a defect.",
        "Keep the journal and report it; trust the record of the devices meanwhile.",
    ),
    _page(
        "R724", "the journal cannot be read",
        "The run's folder has no journal, one of which nothing can be read, or a plan is missing beside it.",
        "A run without its journal cannot be told.",
        "Read it with the version that wrote it.",
    ),
    _page(
        "R725", "a robot stands elsewhere than planned",
        "At the start a robot's joints are not where the plan begins.",
        "It was moved since the plan was made.",
        "The run asks the planner for a way from where it stands; if there is none, jog it home.",
    ),
    _page(
        "R726", "a thing is full",
        "The last free place of a pallet, a tray or a stack was taken, and the intent says what shall happen then.",
        "`on left.full: …` is the place to ask for a swap before more is brought there.",
        "Do what the text asks for, then resume.",
    ),
    _page(
        "R727", "an `ensure` is broken",
        "What is observed does not keep a clause of the whole run: more parts wait at a conveyor than it allows, or nobody says "
        "how many: what counts them has been silent for two seconds, and what is not known counts as broken.",
        "A monitor commands nothing; it says at once what is no longer so. Without a policy for `violated` the run is held.",
        "Clear the line, then resume; `plan` says which arrival law the robot keeps up with.",
    ),
    _page(
        "R730", "an order was withdrawn",
        "Somebody withdrew an order whose work was begun, and the intent has no `on withdrawn` for it.",
        "What was begun stands in the cell: nobody knows what shall become of it.",
        "Take the parts of that order out, then resume; the rest is planned again without it. Or say in the intent what shall "
        "happen: `on withdrawn: hold \"Take the kit out\"`.",
    ),
    _page(
        "R731", "an order is too old",
        "An order that is begun is not done within the time that `ensure job.age <= …` gives it since it came.",
        "The clause is watched, not planned: how long an order waits before it is begun no plan can know.",
        "Resume to go on with it, or give it up. `prefer urgent` has what is due first begun first.",
    ),
    _page(
        "R732", "nothing is left in a thing",
        "The last part is out of a thing, or out of a bin of a shelf, that the intent has an `on thing.empty` for.",
        "What comes next may want one that is not there.",
        "Fill it, then resume. What was put in is known to the next plan where a driver shows it.",
    ),
    _page(
        "R733", "a fastener turned otherwise than asked",
        "What the tool measured while it drove a fastener breaks an `ensure` of the line. Or nobody has told it: what is unknown "
        "counts as broken.",
        "The joint is made and may be bad: a screw that turns too far has stripped its thread, one that does not turn enough is "
        "loose.",
        "Look at the joint. Name `violated` in a policy for what shall become of it.",
    ),
    _page(
        "R734", "a part does not go in",
        "A robot met more force than its line allows, or a tool could not drive its fastener in. The part is still in the hand.",
        "Pushing on would spoil both parts. A robot has gone back along its path; a fastener is lifted out by the next plan.",
        "Write `on jam: retry 2, then hold` (or `on cross_threaded`) around the line; look at hole and part when it holds.",
    ),
    _page(
        "R728", "nobody has come",
        "A person was asked for something and has not begun it for ten minutes beyond five times what it usually takes. Or they "
        "are still asked for what was withdrawn: their driver has not said within 10 s that it is over.",
        "A person is awaited and never commanded; a `within` around the line says how long to wait, `on timeout` what then. What "
        "is still on their screen they may still do, so nothing else is asked of them and nothing is planned before it is over.",
        "Do what was asked for, or see to it that somebody can; then resume, and it is asked for again. What was withdrawn and "
        "is still asked: let them do it, refuse it, or take it off their screen. Each resume withdraws it once more. Where their "
        "driver goes on saying so, stop the run and go on with `resume`: the driver is opened anew.",
    ),
    _page(
        "R736", "a person refuses",
        "A person who was asked for something has said no.",
        "That is theirs to say. `on refused: …` is the place for what shall be done then; without it the run is held.",
        "Ask them why, mend that, then resume: they are asked again.",
    ),
    _page(
        "R741", "a robot does not move on",
        "The robot says that it runs, and has stood still on its path for seconds; all robots were asked to stop.",
        "It is blocked, a brake has not opened, or its controller waits for something that nobody is told of.",
        "Look at the robot and its own screen. Resume: the way on is planned from where it stands.",
    ),
    _page(
        "R740", "there is no link to a device",
        "The driver's process has died, hangs or was cut off, or the driver says that its device cannot be reached.",
        "What ran there is unknown, so nothing of it is sent again. The text says which driver, and for what reason.",
        "Look at the device and at the cause. Resume: the driver is started again, all is looked at, and the way on is planned. "
        "The resume waits 120 s at most for the link, and holds with this code again.",
    ),
    _page(
        "R777", "a person was too near",
        "A zone with `distance` was told that somebody is nearer to the robots than the separation distance, or nobody could "
        "tell how near, and all robots were asked to stop. The run was suspended until there was enough between them, and holds "
        "since then.",
        "S = v_h (T_r + T_s) + v_r T_r + v_r T_s / 2 + C, by ISO/TS 15066, 5.5.4: what a person and a robot go until the robot "
        "stands. v_r is what the proof says of the fastest motion of the plan, in manual mode 0.25 m/s at least; T_s is what the "
        "drivers declare, T_r the maximum age of the signal (0.5 s where it has none), C 0.85 m. An estimate. Supervisory only: "
        "protecting people is the task of the safety controller.",
        "See that nobody is near, then resume. Nothing resumes by itself. Where it happens too often go slower there: "
        "`max_speed`.",
    ),
    _page(
        "R776", "a robot meets too much force",
        "A robot says that more force acts on its TCP than may, and by more than the driver declares it to be off. In a contact "
        "that is meant that is the contact's limit, elsewhere the robot's `force_limit` (150 N where the cell file has none), "
        "and less where a line of the intent says so (`force <= 40 N`). All robots were asked to stop.",
        "It has met something or somebody, or pushes harder than meant. Supervisory only: what is pressed on before it stands "
        "is for the robot's own controller to limit.",
        "Look at what it has met. Where a line says how much may be, `on violated: …` says what shall happen; else the run "
        "holds. Resume: the way on is planned from where the robot stands.",
    ),
    _page(
        "R775", "the link to a device is bad",
        "In the last ten seconds more answers of the device came late, or not at all, than may. 5 % of them may come later than "
        "500 ms, or never; `latency` and `loss` of the device in the cell file say something else. Robots ended the motion that "
        "they were in; one that was jogged over that link was stopped, and is not jogged before it has been good for as long.",
        "What is heard late is acted on late: somebody who steps in, an alarm, a stop. A device that says nothing at all is "
        "R713, a link that is down R740.",
        "Look at the cable, the switch, and what else the machine of the controller or the device is busy with; `report` has "
        "what each link was like. The alarm stands until it has been good for ten seconds. Resume: the same plan goes on. "
        "Where so much is usual, say so in the cell file.",
    ),
    _page(
        "R742", "the journal cannot be written",
        "The disk that the run is written to is full, or fails. What was under way has ended, nothing is begun; the run is held.",
        "What is not written down is not begun: after a crash nobody could tell it. A stop waits for no disk. The hold itself is "
        "written into space that the journal has set aside.",
        "Make space on that disk, or see to it, then resume: the same plan goes on.",
    ),
    _page(
        "R743", "the end of a journal is damaged",
        "An event of the journal is not as it was written, or cannot be read. What was before it is told, and nothing behind it.",
        "A bad disk, or a torn copy. Each row has a sum over itself and the one before, so a changed or missing one is seen.",
        "Take the run from a copy that is whole, if there is one. It cannot be gone on with, for commands may have gone out that "
        "nobody can tell: plan from what is observed.",
    ),
    _page(
        "R744", "the journal is of a newer version",
        "A later version of this program wrote the run.",
        "What it wrote may mean something that this version does not know. Older journals are read by every version.",
        "Read it with the version that wrote it, or a later one.",
    ),
    _page(
        "R737", "a thing is overdue",
        "An `every t { }` was not done again in time: the run took longer than planned, or was held.",
        "What its station tells or does may be wrong by now, so nothing is started meanwhile.",
        "Resume: the next plan begins with it. `on overdue: …` would say what shall happen instead.",
    ),
    _page(
        "R735", "an iteration is late",
        "A loop has a pace (`every 60 s`), and its next iteration has not ended in time.",
        "The k-th iteration ends no later than (k - 1) times the pace after the first one. Time in which parts were missing "
        "is taken out, held time is not.",
        "Resume; the pace goes on from where it was. `on late: …` would say what shall happen instead.",
    ),
    _page(
        "R738", "a device tells what went wrong",
        "A device broke off what it was asked for and named an event of that verb, as a welder does with `arc_lost`, or a device "
        "of a package's own with an event that the package registered.",
        "Without a policy for that event the run is held.",
        "Look at the device, then resume: it is tried again. Or name the event in a policy: `on arc_lost: retry 1, then hold`.",
    ),
    _page(
        "R770", "a stop did not reach a robot",
        "Robots were asked to stop, and the driver of one of them could not be reached or did not take it. The rest were asked.",
        "What moves there stops by itself, or ends its motion, as its driver declares for a lost link. The text says why.",
        "Look at the robot; use its own stop or the stop of the cell where it moves. Resume when the cause is gone.",
    ),
    _page(
        "R771", "a robot does not slow down",
        "Somebody is in a zone with `slow`, so the robot was asked for a share of its planned speed, and it still says that it "
        "goes faster seconds later. All robots were asked to stop.",
        "Its driver or its controller does not do what it was asked; what the zone's rule needs is not so.",
        "Look at the robot's own speed setting and at its driver. Resume when nobody is in the zone, or when it obeys.",
    ),
    _page(
        "R772", "a joint is faster than it may",
        "A joint is more than a quarter faster than the limit that its driver declares, and all robots were asked to stop.",
        "No plan asks for that: the robot does not do what it was sent, or the driver declares another robot.",
        "Look at the robot and at the driver's declared limits. Resume: the way on is planned from where the robot stands.",
    ),
    _page(
        "R786", "the run was stopped",
        "The run was stopped, or aborted, and somebody has asked to go on with it; or its controller was killed while it was "
        "being stopped. Its journal was read, every device was looked "
        "at, and what was shown was confirmed.",
        "Whoever stopped it had a reason, and nobody watched the cell since. Nothing moves by itself.",
        "Look at the cell and at what is told as different. Resume: what a stop broke off is planned anew from where it stands.",
    ),
    _page(
        "R787", "the controller was away",
        "The controller has not looked at anything for longer than three seconds: its process was stopped, swapped out or "
        "starved, or the machine was asleep. What was asked meanwhile was taken first. What was under way went on without it, or "
        "was stopped by its driver.",
        "Nobody has watched the cell meanwhile: neither people in zones nor forces nor links. Nothing new is begun before "
        "somebody has looked.",
        "Look at the cell, then resume: the same plan goes on where all is as it was meant to be. See what keeps the machine so "
        "busy, or lets it sleep.",
    ),
    _page(
        "R760", "the controller was gone",
        "The controller of the run ended without an end of the run: it was killed, or the machine went down. Another one has "
        "read its journal, looked at every device and asked each what became of the commands that were under way.",
        "Nobody watched the cell meanwhile, so nothing moves by itself.",
        "Look at the cell and at what is told as different. Resume: the same plan goes on where all is as it was meant to be; "
        "otherwise the rest is planned from what is there.",
    ),
    _page(
        "R761", "a question is open",
        "A device cannot tell what became of a command, a hand has lost a part while nobody watched, or a tool has come off its "
        "flange, and the rest of the plan depends on it.",
        "A guess would do something twice, or leave it out. What is told here counts as so.",
        "Look, answer with one of the answers that are given, then resume. Where the device does not show whether it is "
        "still at it, answer when it is not: what is done a moment later is done twice. What a conveyor was to bring is "
        "called off with `not done`. Of a person ask them: what they found counts as told; with `not done` they are asked again. "
        "A tool: put it into its pocket, or back to its flange, and say so.",
    ),
    _page(
        "R774", "a plan goes beyond what was approved",
        "Something went wrong, and the rest can be planned from what is there. That plan uses a robot, enters a zone or does a "
        "verb that the plan which was started does not, or its takt is longer by more than the envelope of the cell allows.",
        "Whoever started the run has seen another plan. Nothing of this one is dispatched until somebody agrees.",
        "Look at what is new. Answer `go on` and resume: what was asked is approved from then on; for robots, zones and verbs "
        "that takes the role engineer. Or put the cell in order, answer `not so` and resume: the rest is planned again.",
    ),
    _page(
        "R773", "a robot stands where no plan goes on from",
        "A robot was stopped on its way into a contact or out of one. No plan begins there, but there is a way back out: "
        "straight out of the contact, then the way that the robot was on, at 250 mm/s at most. It is proved against the cell as "
        "observed.",
        "Nobody knows what has happened there since it was stopped, so somebody looks first.",
        "Look at the robot and at what it touches. Answer `go on` and resume: it goes back, and the rest is planned from there. "
        "Or answer `not so`, move the robot by hand, and resume.",
    ),
    _page(
        "R780", "nothing is jogged now",
        "Somebody holds a key to move a robot by hand, and it is not moved: the cell is not in manual mode, another key is held, "
        "more than 250 mm/s is asked for, somebody is in a zone, a `never` forbids it, or the robot cannot be commanded. Or the "
        "robot did not take the motion, or broke it off. The text says which.",
        "A jog is never made slower or shorter in silence.",
        "Do what the text names, let go of the key and press it again. Manual mode is asked for in a hold: "
        "`cellwright ask manual`. It acknowledges faults, as a resume does.",
    ),
    _page(
        "R781", "no way to jog is proved",
        "Before a robot is jogged its way is proved to its end: against all that stands in the cell, the other robots where they "
        "stand, zones and limits, with no point faster than what was asked. There is no way of even a millimetre, and the text "
        "says what is in it.",
        "What is not proved is not sent. Every place that may hold a part is taken to hold one.",
        "Jog another way: away from what the text names, or joint by joint. A robot that stands in a contact has no way: answer "
        "the question of the hold or resume, which brings it out of it.",
    ),
    _page(
        "R762", "the run is at its end",
        "`resume` was asked for a run that is complete, or that another run at the same devices has followed since.",
        "What is reached is reached. And what a run knows of its parts is no longer so once another one has moved them.",
        "Look at the cell, then `cellwright run` begins another one from what the cell file declares.",
    ),
    _page(
        "R763", "the controller of the run lives",
        "`resume` was asked for a run whose controller is still there.",
        "Two controllers of one cell would each believe that they alone move it.",
        "`cellwright attach` watches it and answers a hold, from any terminal; `cellwright status` tells how it stands, and "
        "whether its controller answers.",
    ),
    _page(
        "R764", "the simulated world is gone",
        "`resume` was asked for a run on simulated devices, and their world has ended.",
        "Without `--speed`, or with more than 4, the world is part of the controller's process and ends with it. With "
        "`--speed` up to 4 it has a process of its own, and goes on without a controller for ten minutes.",
        "Begin anew with `cellwright run`.",
    ),
    _page(
        "R765", "the run cannot be gone on with from this record",
        "The run's folder has no readable `begun.json`, or no plan was released before the controller was gone.",
        "Without it nobody knows from which files and with which devices to go on. A run's folder that was copied or renamed is "
        "refused too: what it knows of parts may be old, and of two that go on with one run each would do what is left. So is a "
        "record that is older than the cell, as one put back from a backup: a device knows of a command that it never sent.",
        "Begin anew with `cellwright run`, after a look at the cell. Of a copy: resume the run itself, or give the copy its name "
        "where that is gone. Of an older record: put the newest one back.",
    ),
)  # fmt: skip

PAGES: Mapping[str, CodePage] = dict(_PAGES)


def title(code: str) -> str:
    """The title of a page; raises KeyError for a code that is not ours."""
    return PAGES[code].title
