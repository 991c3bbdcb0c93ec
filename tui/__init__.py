"""What a person sees: the command line and the operator screens. Nothing imports this package."""
