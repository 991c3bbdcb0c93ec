"""The vocabulary: every type that crosses a wall between two rooms of the house."""
