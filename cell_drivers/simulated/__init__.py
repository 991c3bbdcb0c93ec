"""One simulated world per cell, and the drivers that are its faces."""
