"""Every number that the motion search has chosen for itself, with the reason. Metres, seconds, radians.

They are part of the key under which motions are stored: change one and every motion is found anew.
"""

from __future__ import annotations

from collections.abc import Mapping

PLANNER_VERSION = "motion 4"

# --- clearances. The proof asks for more than 1 mm, so each of these leaves it slack ------------------------------
FREE_CLEARANCE = 0.010  # anything that moves against anything that stands, away from contact
ACCESS_CLEARANCE = 0.003  # on the straight line into and out of a place, where pockets are narrow by design
SELF_CLEARANCE = 0.002  # the robot against itself; wrists are built closer than rooms
NEVER_CLEARANCE = 0.00105  # between links proved apart in every configuration, once for the model
ZONE_CLEARANCE = 0.005  # against a zone that has to be avoided
VISIT_CLEARANCE = 0.003  # nearer than this to a zone counts as inside it
HUB_CLEARANCE = 0.020  # a hub is where robots wait, with anything in hand

# --- shape of an access ---------------------------------------------------------------------------------------------
ACCESS_LENGTH = 0.100  # of the straight line above a place, at least
ACCESS_HEADROOM = 0.040  # and this much more than the part is tall, so that it leaves a pocket or its neighbours straight
ACCESS_FACTORS = (1.0, 1.4, 0.6)  # of that length, tried in turn
CONTACT_LENGTH = 0.030  # of the line's end that is run at contact speed and where contact is allowed
CONTACT_SPEED = 0.250  # m/s at the TCP; the reduced speed of ISO 10218-1
DEFAULT_SPEED = 1.0  # m/s of the TCP where neither need nor robot names one
LINE_TOLERANCE = 0.0005  # how far the TCP may be from the straight line
LINE_KNOTS = 9  # of the spline on such a line; its error is then some 0.01 mm

# --- along a path of a part -------------------------------------------------------------------------------------------
TRACE_KNOT = 0.015  # of the spline along it, at most; it is made finer where it strays
TRACE_TURN = 0.05  # rad from knot to knot, at most: one is solved from the other
TRACE_TOLERANCE = 0.00005  # how far the tip may be from the path; the proof allows twice that
TRACE_TURNS = 16  # of the tool about its own axis that are tried
TRACE_LED = 6  # ways along the path that are looked at in all, of those that the arm can follow
FEED_KEPT = 0.98  # of the feed that is asked for, which the joints have to allow everywhere

# --- hubs among several robots --------------------------------------------------------------------------------------
CROWDED = 0.3  # m: nearer than this to what other robots need costs, up to
CROWDED_COST = 4.0  # s, for each such thing
COLUMN = 2.0  # m: how high the column over another robot's base reaches

# --- effort, all counted, so that the same machine or another gives the same answer -----------------------------
PATH_ITERATIONS = 6000  # growth steps of the two trees
SHORTCUT_ITERATIONS = 60
CERTIFY_DEPTH = 14  # halvings of one segment before its clearance counts as not shown
INVERSE_KINEMATICS_STARTS = 24  # seeds where no closed form gives all branches


def as_mapping() -> Mapping[str, object]:
    """All of them by name, for the key."""
    return {name: value for name, value in globals().items() if name.isupper()}
