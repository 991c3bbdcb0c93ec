"""Claim: our inverse kinematics gives every branch of a pose, each exact to 1e-9 m, where the toolbox's default gives one answer
that may be a millimetre off. This says what that costs.

    python benchmarks/inverse_kinematics.py [--poses 200] [--rounds 5]

For each robot the same reachable poses go to: ours pose by pose and all in one call, as the search asks; roboticstoolbox's
ik_LM as it comes (`tol=1e-6`), and with `tol=1e-12`. Beside the time, what came of it: poses solved, branches found, and the
largest error of position of whatever was called a success.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.measured import interleaved, machine, ratios, say, table
from cell.robot import RobotModel
from cellwright.robot_models import load_robot_model
from planner.motion.inverse_kinematics import InverseKinematics, _toolbox_chain

ROBOTS = ("ur5e", "ur10e", "irb140", "lbr_iiwa14", "panda")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--poses", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    say(machine())
    for name in ROBOTS:
        with tempfile.TemporaryDirectory() as folder:
            model = load_robot_model(name, Path(folder), None).value
        assert model is not None
        poses = reachable(model, asked.poses)
        solvers = solvers_of(model)
        say(f"\n{name}, {len(poses)} reachable poses")
        for solver, solve in solvers.items():
            say(f"  {solver:24} {outcome(model, poses, solve)}")
        acts: dict[str, Callable[[], object]] = {s: partial(each, f, poses) for s, f in solvers.items()}
        acts["ours, all at once"] = partial(InverseKinematics(model).branches_at, poses)
        times = interleaved(acts, asked.rounds)
        say(table(times, "µs a pose", 1e6 / len(poses)))
        say(ratios(times, "ours", "toolbox, default"))
        say(ratios(times, "ours, all at once", "toolbox, default"))


def each(solve: Callable[[np.ndarray], np.ndarray], poses: np.ndarray) -> None:
    for pose in poses:
        solve(pose)


def reachable(model: RobotModel, count: int) -> np.ndarray:
    low, high = np.clip(model.position, -np.pi, np.pi).T
    return np.asarray(model.chain.flange_pose(np.random.default_rng(3).uniform(low, high, (count, len(low)))))


def solvers_of(model: RobotModel) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Each gives solutions (K, n) for a pose."""
    ours, chain = InverseKinematics(model), _toolbox_chain(model)

    def toolbox(pose: np.ndarray, **more: Any) -> np.ndarray:
        solution = chain.ik_LM(pose, **more)
        return np.asarray([solution.q] if solution.success else []).reshape(-1, model.degrees_of_freedom)

    return {
        "ours": ours.branches,
        "toolbox, default": toolbox,
        "toolbox, tol=1e-12": lambda pose: toolbox(pose, tol=1e-12),
    }


def outcome(model: RobotModel, poses: np.ndarray, solve: Callable[[np.ndarray], np.ndarray]) -> str:
    found = [solve(pose) for pose in poses]
    errors = [
        np.linalg.norm(model.chain.flange_pose(q)[:, :3, 3] - pose[:3, 3], axis=1).max()
        for q, pose in zip(found, poses, strict=True)
        if len(q)
    ]
    solved = sum(len(q) > 0 for q in found)
    branches = sum(map(len, found)) / max(solved, 1)
    worst = max(errors, default=float("nan"))
    return f"{solved} solved, {branches:.1f} branches each, position off by at most {worst * 1e3:.2e} mm"


if __name__ == "__main__":
    main()
