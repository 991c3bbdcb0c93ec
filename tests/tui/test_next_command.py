"""What is named as what is next can be typed as it stands, and asks for the same work."""

from tui.next_command import next_command
from tui.preparing import Asked


def test_what_was_planned_with_is_named_again() -> None:
    asked = Asked({"batch": "12", "note": "a b"}, "other.cell", 7, frozenset({"r2", "r1"}), "my orders.jsonl", is_continuous=True)
    assert next_command("run", "kits.intent", asked) == (
        "cellwright run kits.intent --cell other.cell --without r1 --without r2 --orders 'my orders.jsonl' --seed 7 "
        "--set batch=12 --set 'note=a b' --continuous"
    )


def test_what_is_usual_is_not_named() -> None:
    assert (
        next_command("simulate", "kits.plan", Asked({}), "--scenario", "x.toml")
        == "cellwright simulate kits.plan --scenario x.toml"
    )
