"""The account of a run as one page for people who would rather look than read: figures, pictures, alarms, proof, a replay.

Law: the page is made from the events and, where they are still what the run was planned with, from the cell's files; it
asks for nothing from outside, and the same run gives the same bytes.
"""
