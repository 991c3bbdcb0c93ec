"""Runs a released plan: a fold over events, a dispatcher for its commands, and the journal that remembers both."""
