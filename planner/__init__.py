"""From a program and an observed cell to a released plan: tasks, then motions, then the proof. Pure."""
