"""The conformance kit: every law of docs/drivers.md tried on a set of drivers, and a statement of what was seen.

`examine(bench)` is all of it. A `Bench` is what a driver's author hands in; `cellwright drivers test` and the pytest plugin do no
more than make one. Nothing here knows which driver it tries.
"""

from cell_drivers.conformance.bench import Bench, Hooks
from cell_drivers.conformance.examine import examine
from cell_drivers.conformance.law import Law
from cell_drivers.conformance.laws import LAWS
from cell_drivers.conformance.relay import over_relays
from cell_drivers.conformance.seen import NotOpened
from cell_drivers.conformance.statement import Finding, Statement, statement_document

__all__ = ["LAWS", "Bench", "Finding", "Hooks", "Law", "NotOpened", "Statement", "examine", "over_relays", "statement_document"]
