"""The replay with its slider: a picture of the cell at any moment of the run, and what is being done then."""

from __future__ import annotations

from typing import Any

from cellwright.report.markup import Markup, element
from cellwright.report.replay_scene import written
from cellwright.report.tables import section

SPEEDS = (1, 2, 5, 10, 30, 100)
USUAL = 5
LOOKS = (("iso", "corner"), ("top", "from above"), ("front", "from the front"), ("side", "from the side"))
RECORDED = "The robots move as they were recorded; parts are where the run believed them."
PLANNED = "No samples were recorded: the robots move as planned, over the time that each motion took."
BEFORE = "As planned, at the declared durations; where a choice is open, the branch of a good part."
SHAPES = "The shapes are the convex hulls that collisions were checked with."
WITHOUT = "This browser draws no WebGL 2, so there is no replay; the views above show the cell."
KEYS = "Arrow keys turn the view, + and - go nearer and further, space plays. The wheel works once the picture has the focus."


def replay_section(document: dict[str, Any], note: str, start: float) -> Markup:
    """`start` is the moment that is shown first."""
    speeds = [element("option", f"{x} times", value=x, selected="selected" if x == USUAL else None) for x in SPEEDS]
    controls = element(
        "div",
        element("button", "▶ play", type="button", data_do="play"),
        element("label", "speed ", element("select", *speeds)),
        *(element("button", word, type="button", data_do=look) for look, word in LOOKS),
        element("button", "nearer", type="button", data_do="near"),
        element("button", "further", type="button", data_do="far"),
        class_="controls",
    )
    slider = element("input", type="range", min=0, max=1, step=0.1, value=0, aria_label="moment of the run")
    stage = element(
        "div", element("canvas", tabindex=0, aria_label="the cell in three dimensions", role="img"),
        element("div", class_="names"), class_="stage",
    )  # fmt: skip
    now = element("div", element("p", "now: ", element("output")), element("ul"), class_="now")
    view = element("div", stage, slider, controls, now, id="replay-view", data_start=f"{start:.1f}")
    data = element("script", Markup(written(document)), type="application/json", id="replay-scene")
    notes = [element("p", text) for text in (note, SHAPES, KEYS)]
    return section("Replay", "replay", element("p", WITHOUT, class_="nothing"), view, *notes, data)
