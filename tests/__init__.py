"""The tests. A package for the sake of its own imports; it stays out of the wheel."""
