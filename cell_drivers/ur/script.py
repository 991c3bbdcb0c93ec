"""The URScript program of one trajectory: rows of joint positions at the controller's own period, run through by `servoj`.

The program runs through its rows at a rate that follows what the driver allows (0..1 of full speed), by a limited change a time,
so every slow-down and every stop stays on the path and nothing is caught up afterwards. It watches `permit` and `heartbeat`
(registers.py) and stands still by itself when either fails. Nothing here is executed: text is made from a trajectory, no more.

A change of rate by 1 takes R = max over joints and time of |dq/dtau| / a, so braking alone keeps the acceleration limits `a`;
a quick stop takes half of it. Source of the language: Universal Robots, "The URScript Programming Language for e-Series".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, frozen
from cell.trajectory import Law, Path, combined
from cell_drivers.ur import registers as r
from cell_drivers.ur.registers import Mark, State, Why

WATCHDOG = 0.5
"""s without a change of the heartbeat after which the program stops."""
BEGIN = 0.5
"""s that a program waits for its permit before it gives up without having moved."""
SETTLED = 5e-4
"""rad: how near every joint has to come to the last row before the command is done."""
SETTLING = 1.0
"""s that this may take."""
START_TOLERANCE = 2e-3
"""rad."""
LOOKAHEAD = 0.03
GAIN = 2000
"""Of `servoj`: s and the proportional gain, the tightest tracking that the language allows."""
REST = 4.0
"""rad/s²: of the `stopj` that ends every program, at rest already."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """`q` (N, 6) rad and `s` (N,) the path parameter, one a period of `period` s; N >= 2. `braking` s: how long a change of the
    rate by 1 takes."""

    period: float
    q: Array
    s: Array
    braking: float


def rows_of(path: Path, law: Law, period: float, acceleration: Array) -> Rows:
    """The trajectory at the controller's period; its last row is where it ends. `acceleration` (n,) in rad/s²."""
    count = max(2, math.ceil(law.duration / period - 1e-9) + 1)
    t = np.minimum(np.arange(count) * period, law.duration)
    at = combined(path, law, t)
    fastest = np.abs(at.qd).max(axis=0)
    braking = max(period, float(np.max(fastest / acceleration)))
    return Rows(period, frozen(at.q), frozen(law.at(t).s), braking)


def program(mark: Mark, rows: Rows) -> str:
    """The whole text. Numbers have nine decimals: 1e-9 rad within a period of 2 ms is 5e-7 rad/s."""
    step = rows.period / rows.braking
    return "\n".join(
        (
            "def cellwright():",
            f"  rows = {_numbers(rows.q.ravel())}",
            f"  along = {_numbers(rows.s)}",
            f"  last = {len(rows.s) - 1}",
            f"  permit = {mark.low}",
            *_PUBLISH.format(high=mark.high, low=mark.low).splitlines(),
            *_begin(rows.period).splitlines(),
            *_run(rows.period, min(1.0, step), min(1.0, 2.0 * step)).splitlines(),
            *_end(rows.period).splitlines(),
            "end",
            "",
        )
    )


def _numbers(values: Array) -> str:
    return "[" + ",".join(f"{value:.9f}".rstrip("0").rstrip(".") for value in values.tolist()) + "]"


_PUBLISH = f"""\
  write_output_integer_register({r.STATE}, {State.NONE})
  write_output_integer_register({r.WHY}, {Why.NOTHING})
  write_output_float_register({r.ALONG}, 0.0)
  write_output_float_register({r.RUNS_AT}, 0.0)
  write_output_integer_register({r.ID_HIGH}, {{high}})
  write_output_integer_register({r.ID_LOW}, {{low}})"""


def _begin(period: float) -> str:
    """Nothing has moved before this is over: the permit has to be there, from a driver that is alive now, and the robot where the
    first row is."""
    return f"""\
  why = {Why.LINK}
  beat = read_input_integer_register({r.HEARTBEAT})
  waited = 0
  while why == {Why.LINK} and waited < {round(BEGIN / period)}:
    sync()
    if read_input_integer_register({r.PERMIT}) == permit and read_input_integer_register({r.HEARTBEAT}) != beat:
      why = {Why.NOTHING}
    end
    waited = waited + 1
  end
  here = get_actual_joint_positions()
  j = 0
  while j < 6:
    if norm(here[j] - rows[j]) > {START_TOLERANCE}:
      why = {Why.START}
    end
    j = j + 1
  end"""


def _run(period: float, gentle: float, hard: float) -> str:
    return f"""\
  at = 0.0
  rate = 0.0
  beat = read_input_integer_register({r.HEARTBEAT})
  quiet = 0
  is_over = why != {Why.NOTHING}
  if not is_over:
    write_output_integer_register({r.STATE}, {State.RUNNING})
  end
  while not is_over:
    seen = read_input_integer_register({r.HEARTBEAT})
    if seen == beat:
      quiet = quiet + 1
    else:
      quiet = 0
      beat = seen
    end
    if read_input_integer_register({r.PERMIT}) != permit or quiet > {round(WATCHDOG / period)}:
      why = {Why.LINK}
    elif read_input_integer_register({r.STOP}) > why:
      why = read_input_integer_register({r.STOP})
    end
    wanted = read_input_float_register({r.RATE})
    step = {gentle:.9f}
    if why != {Why.NOTHING}:
      wanted = 0.0
    end
    if why > {Why.HOLD}:
      step = {hard:.9f}
    end
    if wanted > rate + step:
      rate = rate + step
    elif wanted < rate - step:
      rate = rate - step
    else:
      rate = wanted
    end
    at = at + rate
    if at > last:
      at = last
    end
    i = floor(at)
    if i > last - 1:
      i = last - 1
    end
    f = at - i
    k = 6 * i
    write_output_float_register({r.ALONG}, along[i] + f * (along[i + 1] - along[i]))
    write_output_float_register({r.RUNS_AT}, rate)
    servoj([{_INTERPOLATED}], 0, 0, {period}, {LOOKAHEAD}, {GAIN})
    is_over = at >= last or (why != {Why.NOTHING} and rate <= 0.0)
  end"""


_INTERPOLATED = ", ".join(f"rows[k + {j}] + f * (rows[k + {j + 6}] - rows[k + {j}])" for j in range(6))


def _end(period: float) -> str:
    """Done where the joints have come to the last row, whatever was asked meanwhile; what stops before is over when it stands."""
    return f"""\
  if at >= last:
    why = {Why.NOT_SETTLED}
    waited = 0
    k = 6 * last
    while why == {Why.NOT_SETTLED} and waited < {round(SETTLING / period)}:
      servoj([rows[k], rows[k + 1], rows[k + 2], rows[k + 3], rows[k + 4], rows[k + 5]], 0, 0, {period}, {LOOKAHEAD}, {GAIN})
      here = get_actual_joint_positions()
      why = {Why.NOTHING}
      j = 0
      while j < 6:
        if norm(here[j] - rows[k + j]) > {SETTLED}:
          why = {Why.NOT_SETTLED}
        end
        j = j + 1
      end
      waited = waited + 1
    end
  end
  stopj({REST})
  write_output_float_register({r.RUNS_AT}, 0.0)
  write_output_integer_register({r.WHY}, why)
  if why == {Why.NOTHING}:
    write_output_integer_register({r.STATE}, {State.DONE})
  else:
    write_output_integer_register({r.STATE}, {State.ABORTED})
  end"""


def standstill(hardness: float, velocity: Array, acceleration: Array) -> float:
    """s, the worst from a request to standstill where a change of the rate takes `hardness` of what a limit-keeping one does."""
    return hardness * float(np.max(velocity / acceleration)) + LATENCY


LATENCY = 0.3
"""s: a sample, an instruction, a period, tracking and `stopj`, with room for a loaded machine."""
