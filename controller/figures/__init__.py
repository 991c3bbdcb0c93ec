"""A run in figures of business: where its time went, OEE, takt, parts, links. Read off its events alone (decision 0148)."""
