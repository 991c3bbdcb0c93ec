"""What the program's exit codes mean (docs/command_line.md)."""

DONE = 0
PROBLEM = 1  # the intent has a problem: diagnostics, infeasible, a stale plan, a campaign that failed
USAGE = 2  # usage or configuration: an unknown verb, a missing file, an unreadable plan
DIFFERS = 3  # only when asked for with --exit-code
HELD = 4  # held or stopped: operator, protective stop, a hold that nobody answers
DRIVER = 5  # driver or connection
INTERRUPTED = 130
