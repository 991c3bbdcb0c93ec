"""Universal Robots: a trajectory as a program that the controller runs by itself, supervised over RTDE and the dashboard."""
