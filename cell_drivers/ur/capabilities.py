"""What the driver says of itself. A declaration that is false is a failure: each of these is tested."""

from __future__ import annotations

from cell.device import Capabilities, JointLimits, StopKind
from cell.robot import RobotModel
from cell_drivers.ur.rtde_session import FREQUENCY
from cell_drivers.ur.script import START_TOLERANCE, WATCHDOG, standstill

MAX_AGE = 0.5
"""s."""
FORCE_ACCURACY = 10.0
"""N: what Universal Robots' own forum gives of the CB-Series (thread 229, `Internal Force Sensor properties`, where 7.5 N were
measured at rest beside another sensor). That one tells it from motor currents, which a motion without a touch can put further
off; so does a load that is not the declared one. The e-Series has a sensor in its wrist; no data sheet of it was at hand."""
HARDNESS: dict[StopKind, float] = {"hold": 1.0, "quick": 0.5, "power": 0.5}
VERIFIED = (
    "a double of our own that interprets the part of URScript that this driver writes",
    "the double's RTDE as read by ur_rtde 1.6.5",
    "no robot of Universal Robots, and no URSim",
)


def standstill_of(kind: StopKind, model: RobotModel) -> float:
    """s, the worst from the call to standstill."""
    return standstill(HARDNESS[kind], model.velocity, model.acceleration)


def capabilities_of(device: str, model: RobotModel) -> Capabilities:
    kinds: tuple[StopKind, ...] = ("hold", "quick", "power")
    names, limits = model.chain.joint_names, (model.velocity, model.acceleration, model.jerk)
    rows = zip(names, model.position, *limits, strict=True)
    return Capabilities(
        device=device,
        joints=tuple(JointLimits(n, float(p[0]), float(p[1]), float(v), float(a), float(j)) for n, p, v, a, j in rows),
        feeding="buffered",
        rate=FREQUENCY,
        look_ahead=None,
        standstill={kind: standstill_of(kind, model) for kind in kinds},
        start_tolerance=START_TOLERANCE,
        max_age=MAX_AGE,
        on_link_loss="stops",
        command_status=True,
        speed_scaling=True,
        device_clock=True,
        io_points=(),
        verified_against=VERIFIED,
        force_accuracy=FORCE_ACCURACY,
        standstill_on_link_loss=WATCHDOG + standstill_of("quick", model),
    )
