"""Verdicts on motions and on pairs of them kept in a private store, so that each is judged once for each path, shape and scene.

The key is a hash over the motion, everything around it and the rules of the proof; only what is proved is kept. What a plan
file says about its motions never comes in here.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from cell.motion_plan import Motion
from planner.proof.finding import Slack
from planner.proof.motion_verdict import MotionVerdict, judge
from planner.proof.surroundings import Surroundings

SHARE = 6  # motions that go to a process together, so that the surroundings cross once for all of them
Case = TypeVar("Case")

MapFunction = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
Progress = Callable[[str, int, int], None]
Judge = Callable[[Sequence[tuple[str, Motion, Surroundings]]], dict[str, MotionVerdict]]
"""`judge_all` with all that it needs besides the work."""


class CertificateStore(Protocol):
    """Private bytes by hex key. What it gives back is what was put in, or None."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes) -> None: ...


def judge_all(
    work: Sequence[tuple[str, Motion, Surroundings]], store: CertificateStore | None, map_fn: MapFunction, progress: Progress
) -> dict[str, MotionVerdict]:
    """The verdict on each motion, by its key."""
    named = [
        (key, hashlib.sha256(f"{around.digest} {key}".encode()).hexdigest(), (motion, around)) for key, motion, around in work
    ]
    return kept_or_judged(named, _judge_share, store, map_fn, progress, "motions proved")


def kept_or_judged(
    work: Sequence[tuple[str, str, Case]],
    judge_share: Callable[[Sequence[Case]], list[MotionVerdict]],
    store: CertificateStore | None,
    map_fn: MapFunction,
    progress: Progress,
    stage: str,
    share: int = SHARE,
) -> dict[str, MotionVerdict]:
    """The verdict on each case, by its key; those of the store first, the rest through `map_fn`, `share` at a time. `work` has
    key, name of the certificate and case; `judge_share` is pure and picklable."""
    verdicts: dict[str, MotionVerdict] = {}
    open_work: list[tuple[str, str, Case]] = []
    for key, certificate, case in work:
        kept = _read(store.get(certificate)) if store is not None else None
        if kept is None:
            open_work.append((key, certificate, case))
        else:
            verdicts[key] = kept
    progress(stage, len(verdicts), len(work))
    shares = [open_work[i : i + share] for i in range(0, len(open_work), share)]
    for each, found in zip(shares, map_fn(judge_share, [[case for _, _, case in each] for each in shares]), strict=True):
        for (key, certificate, _), verdict in zip(each, found, strict=True):
            verdicts[key] = verdict
            if store is not None and not verdict.refusals:
                store.put(certificate, _written(verdict))
        progress(stage, len(verdicts), len(work))
    return verdicts


def _judge_share(share: Sequence[tuple[Motion, Surroundings]]) -> list[MotionVerdict]:
    return [judge(motion, around) for motion, around in share]


def _written(verdict: MotionVerdict) -> bytes:
    rows = [[s.claim, None if math.isinf(s.margin) else s.margin, s.unit] for s in verdict.slacks]
    return json.dumps([rows, verdict.fastest]).encode()


def _read(stored: bytes | None) -> MotionVerdict | None:
    """None for what is not there, cannot be read, or says of itself that it is no proof: then the motion is judged again."""
    if stored is None:
        return None
    try:
        rows, fastest = json.loads(stored)
        slacks = tuple(Slack(str(c), math.inf if m is None else float(m), str(u)) for c, m, u in rows)
        known = None if fastest is None else float(fastest)
    except (ValueError, TypeError):
        return None
    if not all(slack.margin >= 0.0 for slack in slacks) or not (known is None or known >= 0.0):
        return None
    return MotionVerdict((), slacks, known)
