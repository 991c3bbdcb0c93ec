"""Operations on resources, put in order: the scheduler's inner door. It knows no cell, no part and no robot."""
