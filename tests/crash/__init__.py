"""Controllers that are killed at every instant, and others that go on with their runs."""
