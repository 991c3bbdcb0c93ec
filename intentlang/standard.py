"""The vocabulary that every installation has. Driver packages join theirs with `extended_with`."""

from __future__ import annotations

from cell.standard_verbs import STANDARD
from cell.vocabulary import Vocabulary


def standard_vocabulary() -> Vocabulary:
    return STANDARD
