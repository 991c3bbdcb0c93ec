"""What a sample says in the words of the driver contract."""

from __future__ import annotations

from cell.device import CommandStatus
from cell.device import RobotMode as Mode
from cell_drivers.ur.registers import WORDS, Mark, State
from cell_drivers.ur.sample import RobotMode, Runtime, Safety, Sample

FAULTY = (Safety.VIOLATION, Safety.FAULT, Safety.UNDEFINED, Safety.VALIDATE_JOINT_ID)


def mode_of(sample: Sample, is_moving: bool, is_stopping: bool) -> Mode:
    if sample.safety in FAULTY:
        return "fault"
    if sample.mode is not RobotMode.RUNNING:
        return "off"
    if is_moving:
        return "stopping" if is_stopping else "running"
    # A program that is not this driver's: one of ours of before has no permit any more, so it is stopping.
    is_ours = sample.report.state is State.RUNNING
    return "idle" if sample.runtime is Runtime.STOPPED else "stopping" if is_ours else "running"


def seen_before(mark: Mark, sample: Sample | None) -> CommandStatus:
    """What the registers say of a command that another driver, before this one, got. They hold the last one only."""
    if sample is None:
        return CommandStatus("unknown")
    report = sample.report
    if report.mark != mark:
        return CommandStatus("not seen")
    match report.state:
        case State.DONE:
            return CommandStatus("done", report.s)
        case State.ABORTED:
            return CommandStatus("aborted", report.s, WORDS[report.why])
        case _ if sample.runtime is Runtime.STOPPED:
            return CommandStatus("aborted", report.s, "the program was ended at the controller")
        case _:
            return CommandStatus("running", report.s)
