"""The figures of a run as lines of its report."""

from __future__ import annotations

from collections.abc import Iterator

from controller.figures.figures import Figures
from controller.figures.link_quality import LinkQuality, Spread

SECOND = 1e9


def figure_lines(figures: Figures) -> Iterator[str]:
    a, e, q = (_percent(share) for share in (figures.availability, figures.effectiveness, figures.quality))
    yield f"  OEE {_percent(figures.oee)} (availability {a}, effectiveness {e}, quality {q})"
    yield f"  produced {figures.output.produced}: {figures.output.good} good, {figures.output.bad} bad"
    for takt in figures.takts:
        actual = "not known yet" if takt.actual is None else f"{takt.actual:.1f} s"
        yield f"  takt of {takt.loop} {actual}, target {takt.target:g} s, {takt.ended} ended, {figures.late} times late"
    yield f"  time {figures.total / SECOND:.1f} s, of which"
    for spell, spent in figures.spells:
        detail = f" ({spell.detail})" if spell.detail else ""
        yield f"    {spent / SECOND:9.1f} s  {spell.cause}{detail}"
    if figures.links:
        yield "  links"
        yield from (f"    {_link(link)}" for link in figures.links)


def _percent(share: float | None) -> str:
    return "not known" if share is None else f"{100.0 * share:.0f} %"


def _link(link: LinkQuality) -> str:
    words = [f"{link.device}: {link.commands} commands answered"]
    if link.answered is not None:
        words[0] += f" after {_spread(link.answered)}"
    if link.link is not None:
        words.append(f"link {_spread(link.link)}")
    if link.asked:
        words.append(f"{link.lost} of {link.asked} answers lost ({_share(link.lost, link.asked)}), {link.late} late")
    if link.unknown:
        words.append(f"{link.unknown} of unknown outcome")
    if link.silences:
        words.append(f"silent {link.silences} times, {link.silent:.1f} s")
    if link.cuts:
        words.append(f"cut off {link.cuts} times, {link.down:.1f} s")
    return ", ".join(words)


def _spread(times: Spread) -> str:
    return f"p50 {1e3 * times.p50:.1f} ms p99 {1e3 * times.p99:.1f} ms at most {1e3 * times.longest:.1f} ms"


def _share(part: int, whole: int) -> str:
    return f"{100.0 * part / whole:.2g} %"
