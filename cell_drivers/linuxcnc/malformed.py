"""What no LinuxCNC says."""

from __future__ import annotations


class Malformed(Exception):
    """Bytes or a line that are no answer to what was asked. The driver makes a `ProtocolViolation` of it and lets go of the
    link."""
