"""The editor of a run's intent: the text, what is wrong with it while it is typed, and what a plan from it would do otherwise."""
