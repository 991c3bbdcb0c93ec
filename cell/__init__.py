"""The vocabulary: every type that crosses a wall. Pure: no clock, randomness, file, socket, thread, event loop or log."""
