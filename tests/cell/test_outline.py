"""What is drawn of a body from above or from the side."""

from __future__ import annotations

from cell.outline import outline


def test_only_corners_are_left_in_order_and_nothing_on_an_edge_or_inside() -> None:
    assert outline([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 0)]) == [(0, 0), (2, 0), (2, 2), (0, 2)]


def test_fewer_than_three_points_are_their_own_outline() -> None:
    assert outline([(1, 1), (0, 0), (1, 1)]) == [(0, 0), (1, 1)]
