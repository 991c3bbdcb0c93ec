"""One robot as mounted, with its tool: where its TCPs are in the world, and how they move. Arrays, vectorised over q."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, Pose
from cell.model import CellModel, RobotUnit, Tool
from cell.robot import RobotModel


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """`tool` is what is at the flange. None: the flange itself is the TCP of a hand named "flange"."""

    unit: RobotUnit
    model: RobotModel
    tool: Tool | None

    @classmethod
    def of(cls, cell: CellModel, robot: str, model: RobotModel, tool: str | None) -> Arm:
        return cls(cell.robots[robot], model, None if tool is None else cell.tools[tool])

    @property
    def hands(self) -> tuple[str, ...]:
        """tool.hand, as everywhere in a plan."""
        return tuple(f"{self.tool.name}.{hand.name}" for hand in self.tool.hands) if self.tool else ()

    def T_flange_tcp(self, hand: str) -> Pose:
        """Raises KeyError for a hand (tool.hand) that the robot does not have."""
        for name, frame in zip(self.hands, self.tcp_frames(), strict=False):
            if name == hand:
                return frame
        raise KeyError(f"{self.unit.name} has no hand {hand!r}; it has {', '.join(self.hands) or 'none'}")

    def tcp_frames(self) -> tuple[Pose, ...]:
        """Every TCP in the flange frame; the flange where there is no tool."""
        return tuple(h.T_flange_tcp for h in self.tool.hands) if self.tool and self.tool.hands else (Pose.identity(),)

    def T_world_links(self, q: Array) -> Array:
        """(N, n + 1, 4, 4) for q (N, n)."""
        poses: Array = self.unit.base.matrix @ self.model.chain.link_poses(q)
        return poses

    def T_world_tcp(self, q: Array, T_flange_tcp: Pose) -> Array:
        """(N, 4, 4) for q (N, n), (4, 4) for (n,)."""
        pose: Array = self.unit.base.matrix @ self.model.chain.flange_pose(q) @ T_flange_tcp.matrix
        return pose

    def base_flange(self, T_world_tcp: Array, T_flange_tcp: Pose) -> Array:
        """T_base_flange that puts the TCP at `T_world_tcp` (…, 4, 4)."""
        pose: Array = self.unit.base.inverse().matrix @ T_world_tcp @ T_flange_tcp.inverse().matrix
        return pose

    def travel_time(self, start: Array, end: Array) -> Array:
        """Least time (…) in s for straight joint moves between configurations (…, n), from rest to rest; jerk is counted by
        the time to full acceleration, so this is an estimate from above by at most that."""
        distance = np.abs(np.asarray(end) - np.asarray(start))
        v, a = self.model.velocity, self.model.acceleration
        times = np.where(distance >= v * v / a, distance / v + v / a, 2.0 * np.sqrt(distance / a))
        longest: Array = (times + a / self.model.jerk * (distance > 0.0)).max(axis=-1)
        return longest


def pose_error(current: Array, wanted: Array) -> Array:
    """(…, 6) linear and rotational difference of poses (…, 4, 4), in the frame both are given in; exact to first order and
    zero only where they agree. Source: Corke, "Robotics, Vision and Control", angle-axis error of numerical IK."""
    turn = wanted[..., :3, :3] @ np.swapaxes(current[..., :3, :3], -1, -2)
    axis = 0.5 * np.stack(
        [turn[..., 2, 1] - turn[..., 1, 2], turn[..., 0, 2] - turn[..., 2, 0], turn[..., 1, 0] - turn[..., 0, 1]], axis=-1
    )
    return np.concatenate([wanted[..., :3, 3] - current[..., :3, 3], axis], axis=-1)


def stacked(poses: Sequence[Pose]) -> Array:
    return np.stack([pose.matrix for pose in poses])
