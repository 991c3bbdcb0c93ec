"""What robots have to travel at least between the equipment at which they take parts out and put parts in.

Until it goes on to another one, a robot at an equipment can take out only as many parts more than it puts in as it has hands, and
the other way round. That says how often it has to come; and it comes no more often than there is something to do. Out of each
visit and into each a way leads, but for where robots begin and end. The cheapest such ways, one tour or several, are a flow of
least cost: each augmentation goes along a shortest path in reduced costs (Edmonds and Karp 1972; Dijkstra 1959).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf

from planner.proof.line_times import Piece
from planner.proof.unplanned_ways import Ways


def least_travel(pieces: Sequence[Piece], own: Sequence[Piece], hands: int, robots: int, ways: Ways) -> float:
    """Seconds for the `own` pieces of so many robots, without the ways that are surely part of them: in choices, and with one
    hand those on which something is carried."""
    sure = _sure(own, hands)
    goes, comes = Counter(a for a, _ in sure.elements()), Counter(b for _, b in sure.elements())
    least, most = _visits(pieces, own, hands)
    hubs = sorted({*least, *most})
    if not ways or len(hubs) < 2:
        return 0.0
    times = [max(least[hub], goes[hub], comes[hub]) for hub in hubs]
    return cheapest(
        [count - goes[hub] for hub, count in zip(hubs, times, strict=True)],
        [count - comes[hub] for hub, count in zip(hubs, times, strict=True)],
        [max(0, most[hub] - count) for hub, count in zip(hubs, times, strict=True)],
        [[ways.get((a, b), 0.0) for b in hubs] for a in hubs],
        robots,
    )


def _sure(own: Sequence[Piece], hands: int) -> Counter[tuple[str, str]]:
    """From hub to other hub, how often: the choices, and with one hand each way from where a part is taken to where it is put."""
    found = Counter[tuple[str, str]]()
    for piece in own:
        if piece.is_decided and piece.hubs():
            found[piece.hubs()[0], piece.hubs()[-1]] += 1
        elif hands == 1 and piece.source is not None and piece.items[0].hub is not None:
            found[piece.source, piece.items[0].hub] += 1
    return Counter({(a, b): count for (a, b), count in found.items() if a != b})


def _visits(pieces: Sequence[Piece], own: Sequence[Piece], hands: int) -> tuple[Counter[str], Counter[str]]:
    """The least and the most for each hub. What others could do as well may lie between the own pieces."""
    out, into = Counter[str](), Counter[str]()
    all_out, all_into = Counter[str](), Counter[str]()
    most = Counter[str]()
    mine = {id(piece) for piece in own}
    for piece in pieces:
        hubs = piece.hubs()
        if piece.is_decided:
            most.update((*hubs[:1], *hubs[-1:]))
        elif piece.items[0].takes:
            most[hubs[0]] += 1
            (all_out if piece.items[0].takes > 0 else all_into)[hubs[0]] += 1
            if id(piece) in mine:
                (out if piece.items[0].takes > 0 else into)[hubs[0]] += 1
    least = Counter({hub: 1 for piece in own for hub in piece.hubs()[:1]})
    for hub in {*out, *into}:
        more = max(out[hub] - all_into[hub], into[hub] - all_out[hub])
        least[hub] = max(1, (more + hands - 1) // hands)
    return least, most


def cheapest(
    supply: Sequence[int], demand: Sequence[int], again: Sequence[int], cost: Sequence[Sequence[float]], robots: int
) -> float:
    """Node 2k is where ways come into hub k, 2k + 1 where they lead out; `again[k]` more visits may lie between. Two nodes more
    are where robots begin and end. 0 where there is no such flow."""
    n = len(supply)
    begin, end = 2 * n, 2 * n + 1
    left = [0] * (2 * n + 2)
    room: list[dict[int, int]] = [{} for _ in left]
    price: list[dict[int, float]] = [{} for _ in left]

    def join(a: int, b: int, most: int, seconds: float) -> None:
        room[a][b], room[b][a] = most, 0
        price[a][b], price[b][a] = seconds, -seconds

    total = sum(supply) + robots
    for k in range(n):
        left[2 * k], left[2 * k + 1] = -demand[k], supply[k]
        join(2 * k, 2 * k + 1, again[k], 0.0)
        join(begin, 2 * k, robots, 0.0)
        join(2 * k + 1, end, robots, 0.0)
        for j in range(n):
            if j != k:
                join(2 * k + 1, 2 * j, total, cost[k][j])
    left[begin], left[end] = robots, -robots
    join(begin, end, robots, 0.0)
    return _flow(left, room, price)


def _flow(left: list[int], room: Sequence[dict[int, int]], price: Sequence[dict[int, float]]) -> float:
    height = [0.0] * len(left)
    spent = 0.0
    for source in range(len(left)):
        while left[source] > 0:
            far, before = _nearest(source, room, price, height)
            sink = min((v for v, x in enumerate(left) if x < 0), key=lambda v: (far[v] + height[v], v))
            if far[sink] == inf:
                return 0.0
            farthest = max(d for d in far if d < inf)
            height = [h + min(d, farthest) for h, d in zip(height, far, strict=True)]
            arcs, v = list[tuple[int, int]](), sink
            while v != source:
                arcs.append((before[v], v))
                v = before[v]
            amount = min(left[source], -left[sink], *(room[a][b] for a, b in arcs))
            for a, b in arcs:
                room[a][b] -= amount
                room[b][a] += amount
                spent += amount * price[a][b]
            left[source] -= amount
            left[sink] += amount
    return spent


def _nearest(
    source: int, room: Sequence[dict[int, int]], price: Sequence[dict[int, float]], height: Sequence[float]
) -> tuple[list[float], list[int]]:
    far, before, done = [inf] * len(room), [source] * len(room), [False] * len(room)
    far[source] = 0.0
    for _ in room:
        a = min((v for v in range(len(room)) if not done[v]), key=lambda v: far[v])
        if far[a] == inf:
            break
        done[a] = True
        for b, most in room[a].items():
            reached = far[a] + max(0.0, price[a][b] + height[a] - height[b])
            if most > 0 and not done[b] and reached < far[b]:
                far[b], before[b] = reached, a
    return far, before
