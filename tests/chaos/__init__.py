"""Drivers over bad links: `python -m tests.chaos.ur --seeds 1000`. What a bad link does is tests/doubles/chaos_schedule.py."""
