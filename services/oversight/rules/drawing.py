"""Drawing by seeded chance: whoever has the seed and the population draws the same again."""

from collections.abc import Collection
from hashlib import sha256


def draw(seed: str, population: Collection[str], size: int) -> tuple[str, ...]:
    """So many of the ids, each once, in the order in which they were drawn; all where there are no more.

    In the order of SHA-256(seed, line feed, id), so it matters neither in which order the population is given nor which
    library draws, and one who chooses the seed can't choose who is drawn.
    """
    return tuple(sorted(set(population), key=lambda record: (_lot(seed, record), record))[:size])


def fingerprint(population: Collection[str]) -> str:
    """SHA-256 of the population's ids in their order, joined by line feeds, hexadecimal."""
    return sha256("\n".join(sorted(set(population))).encode()).hexdigest()


def _lot(seed: str, record: str) -> str:
    return sha256(f"{seed}\n{record}".encode()).hexdigest()
