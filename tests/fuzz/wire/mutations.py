"""Bytes out of bytes, by a seed: what a wire, a wrong device or somebody hostile makes of a message."""

import random
from collections.abc import Iterator, Sequence

EDGES = (0x00, 0x01, 0x0A, 0x0D, 0x20, 0x2C, 0x7F, 0x80, 0xFE, 0xFF)


def mutated(seeds: Sequence[bytes], runs: int, seed: int = 0) -> Iterator[bytes]:
    """`runs` inputs; the same for the same seed. The first are the seeds themselves."""
    chance = random.Random(seed)
    for number in range(runs):
        if number < len(seeds):
            yield seeds[number]
            continue
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            _once(data, seeds, chance)
        yield bytes(data[:4096])


def _once(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    match chance.randrange(7):
        case 0 if data:
            data[at % len(data)] = chance.choice(EDGES)
        case 1 if data:
            data[at % len(data)] = chance.randrange(256)
        case 2 if data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        case 3:
            del data[at : at + chance.randrange(1, 9)]
        case 4:
            data[at:at] = chance.randbytes(chance.randrange(1, 9))
        case 5:
            data[at:at] = chance.choice(seeds)
        case _:
            del data[at:]
