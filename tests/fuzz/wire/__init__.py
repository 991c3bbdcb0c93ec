"""Decoders of wires under bytes that nobody sends: `python -m tests.fuzz.wire rtde -runs=1000000`.

A wire is a module here with `SEEDS`, what is mutated, and `one`, which hands bytes to the decoder and lets its own error pass.
"""
