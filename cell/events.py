"""What happens in a run: the closed union that the journal keeps and the run's state is folded from.

An *observation* comes from outside: a driver, a clock, a planner, an operator. A *conclusion* is what the controller made of
one; the fold makes it again from the observation, so a replay may check it, and a conclusion by itself changes nothing. Both
are written in one go, before any command goes out (but a stop).

`at` is monotonic nanoseconds of the run's clock; `of` names run, plan, step, goal, part and motion where there is one.

Observations stand in files named for what they are of, conclusions in conclusions.py. All are named here, so that whoever deals
with events imports from one place.
"""

from __future__ import annotations

from cell.asked import Answered as Answered
from cell.asked import Asked as Asked
from cell.asked import OperatorAsked as OperatorAsked
from cell.asked import OrderArrived as OrderArrived
from cell.asked import OrderWithdrawn as OrderWithdrawn
from cell.attended import AlarmAcknowledged as AlarmAcknowledged
from cell.attended import AlarmShelved as AlarmShelved
from cell.attended import AlarmUnshelved as AlarmUnshelved
from cell.conclusions import (
    BranchTaken as BranchTaken,
)
from cell.conclusions import (
    CarriedOn as CarriedOn,
)
from cell.conclusions import (
    ClauseBroken as ClauseBroken,
)
from cell.conclusions import (
    CommandSent as CommandSent,
)
from cell.conclusions import (
    Conclusion as Conclusion,
)
from cell.conclusions import (
    DemandBound as DemandBound,
)
from cell.conclusions import (
    EventRaised as EventRaised,
)
from cell.conclusions import (
    FiguresTold as FiguresTold,
)
from cell.conclusions import (
    GoalReached as GoalReached,
)
from cell.conclusions import (
    HoldRaised as HoldRaised,
)
from cell.conclusions import (
    JogEnded as JogEnded,
)
from cell.conclusions import (
    JogRefused as JogRefused,
)
from cell.conclusions import (
    JogRequested as JogRequested,
)
from cell.conclusions import (
    ModeChanged as ModeChanged,
)
from cell.conclusions import (
    OrderDone as OrderDone,
)
from cell.conclusions import (
    PartMoved as PartMoved,
)
from cell.conclusions import (
    PlanRequested as PlanRequested,
)
from cell.conclusions import (
    QuestionAsked as QuestionAsked,
)
from cell.conclusions import (
    Replanned as Replanned,
)
from cell.conclusions import (
    Retimed as Retimed,
)
from cell.conclusions import (
    Retried as Retried,
)
from cell.conclusions import (
    RunEnded as RunEnded,
)
from cell.conclusions import (
    Skipped as Skipped,
)
from cell.conclusions import (
    Source as Source,
)
from cell.conclusions import (
    SpeedAsked as SpeedAsked,
)
from cell.conclusions import (
    StateChanged as StateChanged,
)
from cell.conclusions import (
    StepConfirmed as StepConfirmed,
)
from cell.conclusions import (
    StepFailed as StepFailed,
)
from cell.conclusions import (
    StepStarted as StepStarted,
)
from cell.conclusions import (
    StepUnknown as StepUnknown,
)
from cell.device_reports import NOT_SENT as NOT_SENT
from cell.device_reports import NOT_STOPPED as NOT_STOPPED
from cell.device_reports import CommandReported as CommandReported
from cell.device_reports import CommandStatus as CommandStatus
from cell.device_reports import CountReported as CountReported
from cell.device_reports import DeviceAlarm as DeviceAlarm
from cell.device_reports import DeviceSilent as DeviceSilent
from cell.device_reports import FactObserved as FactObserved
from cell.device_reports import HandClosedEmpty as HandClosedEmpty
from cell.device_reports import LinkMeasured as LinkMeasured
from cell.device_reports import LinkReported as LinkReported
from cell.device_reports import OutcomeTold as OutcomeTold
from cell.device_reports import QuantityMeasured as QuantityMeasured
from cell.device_reports import SupplyReported as SupplyReported
from cell.jogged import JogAsked as JogAsked
from cell.jogged import JogLeft as JogLeft
from cell.jogged import NoWay as NoWay
from cell.jogged import WayFound as WayFound
from cell.people_seen import SeparationSeen as SeparationSeen
from cell.people_seen import ZoneReported as ZoneReported
from cell.robots_watched import ForceSeen as ForceSeen
from cell.robots_watched import JointSpeedSeen as JointSpeedSeen
from cell.robots_watched import NoProgressSeen as NoProgressSeen
from cell.robots_watched import StillMoves as StillMoves
from cell.robots_watched import TooFastSeen as TooFastSeen
from cell.robots_watched import TrackingErrorSeen as TrackingErrorSeen
from cell.run_course import JournalReported as JournalReported
from cell.run_course import LookMissed as LookMissed
from cell.run_course import NoPlan as NoPlan
from cell.run_course import PlanReleased as PlanReleased
from cell.run_course import RunOpened as RunOpened
from cell.run_course import RunResumed as RunResumed
from cell.run_course import TimeMarked as TimeMarked
from cell.run_course import TimerExpired as TimerExpired

Observation = (
    RunOpened
    | RunResumed
    | TimeMarked
    | PlanReleased
    | NoPlan
    | CommandReported
    | JournalReported
    | LookMissed
    | FactObserved
    | HandClosedEmpty
    | OutcomeTold
    | QuantityMeasured
    | DeviceAlarm
    | DeviceSilent
    | LinkReported
    | LinkMeasured
    | ZoneReported
    | SeparationSeen
    | CountReported
    | SupplyReported
    | TrackingErrorSeen
    | NoProgressSeen
    | JointSpeedSeen
    | ForceSeen
    | TooFastSeen
    | StillMoves
    | TimerExpired
    | OrderArrived
    | OrderWithdrawn
    | OperatorAsked
    | Answered
    | JogAsked
    | JogLeft
    | WayFound
    | NoWay
    | AlarmAcknowledged
    | AlarmShelved
    | AlarmUnshelved
)

Event = Observation | Conclusion
