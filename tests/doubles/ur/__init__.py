"""A Universal Robots controller as a double: RTDE, the dashboard and the script port, on a robot that follows with a lag.

It executes the part of URScript that our driver writes and no more of it; a real controller, and URSim, have more in them and may
differ. What it says over RTDE is read by a client that we did not write (tests/peers/test_ur_rtde.py).
"""
