"""The driver contract put to work: the registry of drivers, and the drivers that ship. No driver imports another."""
