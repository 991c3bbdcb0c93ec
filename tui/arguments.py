"""Arguments that several verbs share, so that they are spelled and explained once."""

from __future__ import annotations

import argparse

from tui.diagnostics import FORMATS


def add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="text", help="form of the diagnostics (default: text)")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer (default: text)")


def add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", type=_setting, help="value of a `param`")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name.strip(), value.strip()


def settings_of(arguments: argparse.Namespace) -> dict[str, str]:
    return dict(arguments.set)


def add_planning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cell", metavar="CELL", help="cell file to use instead of the one that the intent names")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of every search (default: 0)")
    parser.add_argument(
        "--jobs", type=int, default=None, metavar="N", help="processes for motions and proofs (default: all cores)"
    )
    add_settings(parser)


def positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}") from None
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return value
