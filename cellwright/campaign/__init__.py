"""Campaigns: many rehearsals of one plan, each under a scenario of its own, judged by what the simulated world recorded."""
