"""A wired cell: the session that joins the workshops, and the loaders, campaigns, links and reports around it."""
