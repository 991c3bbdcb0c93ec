"""Recorded runs that must replay for ever: README.md."""
