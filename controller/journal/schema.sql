-- The journal of one run, version 2 (versions.py). Append only: no row is ever changed or deleted. What a plan or a recording holds stands beside it.
CREATE TABLE about (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One row an event, in the order in which the run's state is folded from them. `at` is monotonic nanoseconds.
-- `sum` is a CRC-32 over the row and the sum of the row before, so a row that was changed, or is missing, is seen.
CREATE TABLE events (
    seq  INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    sum  INTEGER NOT NULL
);

-- The folded state after the event `seq`, so that a long journal need not be folded from its start.
CREATE TABLE snapshots (
    seq  INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    sum  INTEGER NOT NULL
);

CREATE TRIGGER events_are_append_only BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;
