"""Events on disk before their commands go out, and the replay that folds them again."""
