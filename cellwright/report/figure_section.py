"""OEE, takt, parts, lost seconds by cause, links: the figures that the journal gives (docs/decisions/0148)."""

from __future__ import annotations

from collections.abc import Iterator

from cell.run import RunSummary
from cellwright.report.axis import picture
from cellwright.report.course import Course
from cellwright.report.markup import Inside, Markup, element, joined, name
from cellwright.report.tables import section, table
from cellwright.report.words import share
from cellwright.times import lasting
from controller.figures.figures import SECOND, Figures, by_cause
from controller.figures.link_quality import LinkQuality, Spread

USED = frozenset({"running"})
"""Causes that are no loss."""
WIDTH, ROW, NAMES = 640.0, 24.0, 190.0


def figure_section(figures: Figures, summary: RunSummary, course: Course) -> Markup:
    return section(
        "Figures",
        "figures",
        _cards(figures, summary, course),
        *_aims(summary),
        *_takts(figures),
        _lost(figures),
        *_links(figures),
    )


def _cards(figures: Figures, summary: RunSummary, course: Course) -> Markup:
    bounds = course.plans[0].plan.tasks.bounds if course.plans else None
    meant = "" if bounds is None else f"planned {lasting(bounds.makespan)}, lower bound {lasting(bounds.lower_bound)}"
    a, e, q = share(figures.availability), share(figures.effectiveness), share(figures.quality)
    factors = f"availability {a}, effectiveness {e}, quality {q}"
    steps = f"steps {summary.steps_done} of {summary.steps_total}, iterations given up {summary.goals_skipped}"
    return element(
        "div",
        card("OEE", share(figures.oee), factors),
        card("makespan", lasting(summary.makespan_s), meant),
        card("parts", f"{figures.output.good} good", f"{figures.output.bad} bad, {figures.output.produced} produced"),
        card("goals", f"{summary.goals_met} of {summary.goals_total}", steps),
        card("clauses broken", str(summary.violations), "" if summary.violations else "what the intent forbids did not happen"),
        class_="cards",
    )  # fmt: skip


def card(title: str, value: str, beneath: str) -> Markup:
    return element("div", element("h3", title), element("p", value, class_="value"), element("p", beneath), class_="card")


def _aims(summary: RunSummary) -> Iterator[Markup]:
    if summary.aims:
        rows: list[tuple[Inside, ...]] = [(name(aim.subject), str(aim.have), str(aim.want)) for aim in summary.aims]
        yield table("Asked for", ("what", "have", "want"), rows, numbers=(1, 2))


def _takts(figures: Figures) -> Iterator[Markup]:
    if figures.takts:
        rows: list[tuple[Inside, ...]] = [
            (name(t.loop), f"{t.target:g} s", "not known yet" if t.actual is None else f"{t.actual:.1f} s", str(t.ended))
            for t in figures.takts
        ]
        yield table(f"Takt, late {figures.late} times", ("loop", "target", "actual", "ended"), rows, numbers=(1, 2, 3))


def _lost(figures: Figures) -> Markup:
    """Each moment has one cause, so they add up to the time of the run."""
    causes = list(by_cause(figures).items())
    most = max((seconds for _, seconds in causes), default=0.0) or 1.0
    marks = [mark for i, (cause, seconds) in enumerate(causes) for mark in _cause(i, cause, seconds, seconds / most)]
    drawn = picture("Where the time went", WIDTH, ROW * len(causes) + 4.0, *marks, is_wide=False)
    total = figures.total / SECOND
    rows: list[tuple[Inside, ...]] = [
        (
            spell.cause,
            name(spell.detail),
            lasting(spent / SECOND),
            share(spent / SECOND / total),
            "" if spell.cause in USED else "lost",
        )
        for spell, spent in figures.spells
    ]
    head = ("cause", "which", "time", "of the run", "")
    return joined(drawn, table(f"Where {lasting(total)} went", head, rows, numbers=(2, 3)))


def _cause(row: int, cause: str, seconds: float, part: float) -> Iterator[Markup]:
    y, width = ROW * row, max(1.0, (WIDTH - NAMES - 100.0) * part)
    is_used = cause in USED
    yield element("text", cause, x=0.0, y=y + 16.0, class_="row")
    yield element("rect", x=NAMES, y=y + 3.0, width=width, height=17.0, class_="actual shade0" if is_used else "lost")
    yield element("text", lasting(seconds) + ("" if is_used else " lost"), x=NAMES + width + 6.0, y=y + 16.0, class_="row")


def _links(figures: Figures) -> Iterator[Markup]:
    if figures.links:
        head = (
            "device", "commands", "p50", "p99", "longest", "unknown", "link p50", "p99", "longest", "lost", "late", "silences",
            "cuts",
        )  # fmt: skip
        yield table("Links", head, (_link(link) for link in figures.links), numbers=tuple(range(1, len(head))))


def _link(link: LinkQuality) -> tuple[Inside, ...]:
    """First what commands took from the decision to the first word, then what the driver measures of the link itself."""
    silent = f"{link.silences} ({link.silent:.1f} s)" if link.silences else "0"
    cuts = f"{link.cuts} ({link.down:.1f} s)" if link.cuts else "0"
    lost = "" if link.loss is None else f"{link.lost} of {link.asked} ({100.0 * link.loss:.2g} %)"
    late = str(link.late) if link.asked else ""
    return (
        name(link.device), str(link.commands), *_spread(link.answered), str(link.unknown), *_spread(link.link), lost, late,
        silent, cuts,
    )  # fmt: skip


def _spread(times: Spread | None) -> tuple[str, str, str]:
    if times is None:
        return "", "", ""
    return f"{1e3 * times.p50:.1f} ms", f"{1e3 * times.p99:.1f} ms", f"{1e3 * times.longest:.1f} ms"
