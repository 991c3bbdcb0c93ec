"""Whether one reading can follow another: the controller's time runs on as ours does, and no joint outruns its limit. Pure.

A sample that is late, doubled or changed on the way has a time or a place that cannot be so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell_drivers.linuxcnc.malformed import Malformed
from cell_drivers.linuxcnc.shell import Reading

SECOND = 1e9
AGE = 1.0
"""s by which a reading may come later than the freshest did; then its link is too slow to be told anything by."""
DRIFT = 1e-3
"""By how much the controller's clock may run slower than ours."""
MARGIN = 2e-3
"""rad beyond velocity times time: two answers of a reading are some ms apart."""
LATE = 0.05
"""s that the joints may have been read before or after the time of their reading."""


@dataclass(slots=True)
class Plausible:
    """`fastest` (n,) rad/s."""

    fastest: Array
    _last: Reading | None = None
    _offset: float | None = None

    def forget(self) -> None:
        """A new link: nothing is known of how old its readings are."""
        self._last, self._offset = None, None

    def taken_at(self, reading: Reading, now: int, unseen: int = 0) -> int:
        """When, in ns of our clock, `reading` was true: earlier than it came by as much as it was longer on its way than the
        freshest one. `unseen` ns it may have lain here. Raises Malformed where it cannot be so."""
        last, self._last = self._last, reading
        offset = now / SECOND - reading.time
        if last is None or self._offset is None:
            self._offset = offset
            return now
        if reading.time <= last.time:
            raise Malformed(f"its time runs back or stands still: {last.time:.6f} s, then {reading.time:.6f} s")
        self._offset = min(offset, self._offset + DRIFT * (reading.time - last.time))
        age = offset - self._offset
        if age - unseen / SECOND > AGE:
            raise Malformed(f"a state is {age:.2f} s old")
        self._check_joints(last, reading)
        return now - round(age * SECOND)

    def _check_joints(self, last: Reading, reading: Reading) -> None:
        if len(reading.joints) != len(last.joints):
            raise Malformed(f"it had {len(last.joints)} joints, and has {len(reading.joints)}")
        if not (all(last.homed) and all(reading.homed) and len(reading.joints) == len(self.fastest)):
            return
        step = np.abs(np.radians(np.subtract(reading.joints, last.joints)))
        most = self.fastest * (reading.time - last.time + LATE) + MARGIN
        if np.any(step > most):
            k = int(np.argmax(step - most))
            raise Malformed(f"joint {k} jumps by {step[k]:.3g} rad in {reading.time - last.time:.3f} s")
