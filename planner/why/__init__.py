"""Why there is no plan: what is told, of which kind it is, which clauses conflict, what would help. Pure."""
