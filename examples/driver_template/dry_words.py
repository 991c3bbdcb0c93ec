"""Verbs of one's own, as a package brings them: what they are about, with which settings, in which phases.

The entry point of the group `cellwright_words` names `words`. A verb whose phases are only approach, follow, dwell and retract is
work along a path of a part, or at a spot of one: it is checked, planned, proved and run like a built-in one.
"""

from __future__ import annotations

from cell.vocabulary import RoleSchema, SettingSchema, VerbSchema, Vocabulary

POLISH = VerbSchema(
    name="polish",
    doc="The path shines.",
    objects=("path", "seam"),
    roles=(RoleSchema(name="using", types=("tool",), doc="With which tool."),),
    settings=(
        SettingSchema(name="speed", dimension="speed", doc="How fast along the path."),
        SettingSchema(name="force", dimension="force", doc="How hard the tool presses."),
        SettingSchema(name="current", dimension="current", doc="What the polisher's motor may take: handed to the driver."),
    ),
    events=("blocked", "jam"),
    phases=("approach", "follow", "retract"),
    carries=False,
    planned=True,
)
DISPENSE = VerbSchema(
    name="dispense",
    doc="There is a drop of glue.",
    objects=("path",),
    roles=(RoleSchema(name="using", types=("tool",), doc="With which tool."),),
    settings=(SettingSchema(name="dwell", dimension="time", doc="How long the needle stays."),),
    events=("blocked",),
    phases=("approach", "dwell", "retract"),
    carries=False,
    planned=True,
)


def words(known: Vocabulary) -> Vocabulary:
    """`known` and these. Raises ValueError when a word is taken."""
    return known.extended_with(verbs=(POLISH, DISPENSE))
