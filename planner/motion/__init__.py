"""How each step moves: from a TaskPlan to a MotionPlan."""
