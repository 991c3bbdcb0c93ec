"""The operator's screens: a client of the controller's socket, and the same over what is on record."""
