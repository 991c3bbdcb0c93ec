"""The files of one LinuxCNC: six angular joints with identity kinematics, as the model of a robot says, at `home` once homed.

Its parameters are kept in memory (`/tmp` of enclose.sh): with each change of mode it waits until they are on the disk, and that
takes seconds where others write to that disk.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cell.robot import RobotModel

AXES = "XYZABC"
ACCELERATION = 10_000.0
"""degrees/s²: what blending needs (decision 0132)."""

_INI = """[EMC]
VERSION = 1.1
MACHINE = {name}
NML_FILE = linuxcnc.nml
[DISPLAY]
DISPLAY = linuxcncrsh
[TASK]
TASK = milltask
CYCLE_TIME = 0.002
[RS274NGC]
PARAMETER_FILE = /tmp/linuxcnc.var
FEATURES = 12
[EMCMOT]
EMCMOT = motmod
COMM_TIMEOUT = 4.0
SERVO_PERIOD = 1000000
[EMCIO]
EMCIO = io
CYCLE_TIME = 0.1
TOOL_TABLE = tool.tbl
[KINS]
KINEMATICS = trivkins coordinates={order}
JOINTS = {joints}
[TRAJ]
COORDINATES = {axes}
LINEAR_UNITS = mm
ANGULAR_UNITS = {unit}
DEFAULT_LINEAR_VELOCITY = 10
MAX_LINEAR_VELOCITY = 1000
MAX_ANGULAR_VELOCITY = 1000
DEFAULT_LINEAR_ACCELERATION = 50000
MAX_LINEAR_ACCELERATION = 50000
MAX_ANGULAR_ACCELERATION = 50000
NO_FORCE_HOMING = 0
"""
_JOINT = """[AXIS_{axis}]
MIN_LIMIT = {low:.6f}
MAX_LIMIT = {high:.6f}
MAX_VELOCITY = {velocity:.6f}
MAX_ACCELERATION = {acceleration:.6f}
[JOINT_{joint}]
TYPE = ANGULAR
MIN_LIMIT = {low:.6f}
MAX_LIMIT = {high:.6f}
MAX_VELOCITY = {velocity:.6f}
MAX_ACCELERATION = {acceleration:.6f}
FERROR = 2
MIN_FERROR = 1
HOME = {home:.6f}
HOME_OFFSET = {home:.6f}
HOME_SEARCH_VEL = 0
HOME_LATCH_VEL = 0
HOME_SEQUENCE = 0
"""
_HAL = """loadrt tpmod
loadrt homemod
loadrt [KINS]KINEMATICS
loadrt [EMCMOT]EMCMOT servo_period_nsec=[EMCMOT]SERVO_PERIOD num_joints=[KINS]JOINTS
loadrt sampler depth=30000 cfg={columns}s
addf motion-command-handler servo-thread
addf motion-controller servo-thread
addf sampler.0 servo-thread
net estop iocontrol.0.user-enable-out => iocontrol.0.emc-enable-in
net line motion.program-line => sampler.0.pin.{joints}
"""
_FOLLOW = """net follow{k} joint.{k}.motor-pos-cmd => joint.{k}.motor-pos-fb
net stands{k} joint.{k}.pos-fb => sampler.0.pin.{k}
"""
_NML = """B emcCommand SHMEM localhost 8192 0 0 1 16 1001 TCP={port} xdr queue confirm_write serial
B emcError SHMEM localhost 8192 0 0 3 16 1003 TCP={port} xdr queue
B emcStatus SHMEM localhost 20480 0 0 2 16 1002 TCP={port} xdr
B toolCmd SHMEM localhost 1024 0 0 4 16 1004 TCP={port} xdr
B toolSts SHMEM localhost 1024 0 0 5 16 1005 TCP={port} xdr
"""
_ENDS = (
    ("emc", "RW W W W R", 0, 1.0, 0, 0),
    ("emcsvr", "W R R W R", 1, 1.0, 1, 2),
    ("tool", "- - W R W", 0, 1.0, 0, 3),
    ("xemc", "W R R - -", 0, 10.0, 0, 10),
)
_BUFFERS = ("emcCommand", "emcStatus", "emcError", "toolCmd", "toolSts")


def write_configuration(
    folder: Path,
    model: RobotModel,
    home: Sequence[float],
    port: int,
    acceleration: float = ACCELERATION,
    unit: str = "degree",
    order: str = AXES,
) -> None:
    """`home` rad. `port` is for what its own programs say to each other. `unit` of its angles: with "radian" every angle of the
    ini file is in radians. `order`: the axis of each joint."""
    joints, scale = model.degrees_of_freedom, 1.0 if unit == "degree" else np.pi / 180.0
    axes = AXES[:joints]
    ini = _INI.format(name=model.name, axes=axes, joints=joints, unit=unit, order=order[:joints])
    for k in range(joints):
        low, high = np.degrees(model.position[k]) * scale
        ini += _JOINT.format(
            axis=AXES[k], joint=k, low=low, high=high, velocity=np.degrees(model.velocity[k]) * scale,
            acceleration=acceleration * scale, home=np.degrees(home[k]) * scale,
        )  # fmt: skip
    hal = _HAL.format(joints=joints, columns="f" * joints) + "".join(_FOLLOW.format(k=k) for k in range(joints))
    nml = _NML.format(port=port) + "".join(
        f"P {end} {buffer} LOCAL localhost {access} {server} {timeout} {master} {number}\n"
        for end, row, server, timeout, master, number in _ENDS
        for buffer, access in zip(_BUFFERS, row.split(), strict=True)
        if access != "-"
    )
    nml += "P emcsvr default LOCAL localhost RW 1 1.0 1 2\n"
    for name, text in (("robot.ini", ini), ("robot.hal", hal), ("linuxcnc.nml", nml), ("tool.tbl", "T1 P1\n")):
        (folder / name).write_text(text)
