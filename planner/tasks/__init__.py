"""Which operations, on which robot, in which order: from a PlanningRequest to a TaskPlan."""
