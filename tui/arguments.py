"""Arguments that several verbs share, so that they are spelled and explained once. Imports nothing that costs time."""

from __future__ import annotations

import argparse
import re

SLOWEST, FASTEST = 0.001, 1_000_000.0
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
LONGEST = 3_600_000.0  # s that a rehearsal may be asked for
FORMATS = ("text", "json", "github", "sarif")


def add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="text", help="form of the diagnostics (default: text)")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer (default: text)")


def add_diagnostic_format(parser: argparse.ArgumentParser) -> None:
    """For a verb that gives an answer or, where there is none, diagnostics: the answer has two forms, those have four."""
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="form of the answer (text or json) and of the diagnostics (default: text)",
    )


def add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", type=_setting, help="value of a `param`")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name.strip(), value.strip()


def add_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--answer", action="append", default=[], metavar="ID=ANSWER", type=_answer, help="answer a question; several times"
    )


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"expected ID=ANSWER, got {text!r}")
    return name.strip(), value.strip()


def add_orders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", metavar="FILE", help="the orders of the queue, one JSON object a line")


def _cell_file(text: str) -> str:
    if not text.endswith(".cell"):
        raise argparse.ArgumentTypeError(f"expected a .cell file, got {text!r}")
    return text


def settings_of(arguments: argparse.Namespace) -> dict[str, str]:
    return dict(arguments.set)


def add_planning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cell", metavar="CELL", type=_cell_file, help="cell file to use instead of the one that the intent names"
    )
    parser.add_argument(
        "--without", action="append", default=[], metavar="ROBOT", help="do not use this robot; may be given several times"
    )
    add_orders(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of every search (default: 0)")
    add_jobs(parser)
    add_settings(parser)


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=_whole, default=None, metavar="N", help="processes for motions and proofs (default: all cores)"
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """What `simulate` and `run` have in common."""
    parser.add_argument("file", metavar="PLAN|FILE", help="a plan file, or an .intent that is planned first")
    parser.add_argument("--scenario", metavar="FILE", help="disturb the simulated cell as this TOML file says")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal was given up")
    add_planning(parser)
    add_json(parser)


def add_unbuilt(parser: argparse.ArgumentParser, **options: str | None) -> None:
    """Options that the command line will have; named until then so that nobody takes them for a typing mistake."""
    for option, metavar in options.items():
        if metavar is None:
            parser.add_argument(f"--{option}", action="store_true", help="not built yet")
        else:
            parser.add_argument(f"--{option}", metavar=metavar, help="not built yet")
    parser.set_defaults(unbuilt=tuple(options))


def unbuilt_asked(arguments: argparse.Namespace) -> str | None:
    """The sentence that refuses an option which is not built yet; None when none was given."""
    asked = [f"--{option}" for option in arguments.unbuilt if getattr(arguments, option)]
    return f"{' and '.join(asked)}: not built yet" if asked else None


def speed(text: str) -> float:
    """Times real time. At the slowest a minute of the cell takes most of a day; the fastest is above all that a computer does."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}") from None
    if not SLOWEST <= value <= FASTEST:  # not for nan either
        raise argparse.ArgumentTypeError(f"expected a number from {SLOWEST:g} to {FASTEST:.0f}, got {text!r:.40}")
    return value


def duration(text: str) -> float:
    """s, of the cell's time."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(s|min|h)", text.strip())
    if found is None or not 0.0 < float(found[1]) * SECONDS[found[2]] <= LONGEST:
        raise argparse.ArgumentTypeError(f"expected a time up to 1000 h, as '8 h', '30 min' or '90 s', got {text!r:.40}")
    return float(found[1]) * SECONDS[found[2]]


def _whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 1024, got {text!r}")
    return int(text)
