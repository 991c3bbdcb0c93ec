"""Whether a MotionPlan keeps its promises, judged without the code that found it. The only maker of a ReleasedPlan."""
