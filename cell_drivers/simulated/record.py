"""The words of the world's own record, for its faces; they stand in cell/world_record.py, for whoever judges reads them too."""

from __future__ import annotations

from cell.world_record import Effect as Effect
from cell.world_record import Execution as Execution
from cell.world_record import Fallen as Fallen
from cell.world_record import Happening as Happening
from cell.world_record import HeldBy as HeldBy
from cell.world_record import JoinedTo as JoinedTo
from cell.world_record import MotionRecord as MotionRecord
from cell.world_record import Occupation as Occupation
from cell.world_record import PartRecord as PartRecord
from cell.world_record import RestsIn as RestsIn
from cell.world_record import Violation as Violation
from cell.world_record import What as What
from cell.world_record import Whereabouts as Whereabouts
from cell.world_record import WorldRecord as WorldRecord
