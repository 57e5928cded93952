"""Which stored hashes a root or a proof is made of, so that they can be fetched at once.

Only perfect subtrees are stored, each for ever: `Node(level, number)` is that over the leaves
[number·2^level, (number+1)·2^level). A proof's element over any other range is folded from several of them, at most one
for each level.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graph.merkle.hashing import EMPTY_ROOT, node_hash


class Node(NamedTuple):
    level: int
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`parts`: the elements, each as the perfect subtrees, from left to right, that it is folded from."""

    parts: tuple[tuple[Node, ...], ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every stored hash that is needed."""
        return tuple(node for part in self.parts for node in part)

    def hashes(self, stored: Callable[[Node], bytes]) -> tuple[bytes, ...]:
        """The elements, given the stored hashes."""
        return tuple(_fold([stored(node) for node in part]) for part in self.parts)


def root(size: int) -> Plan:
    """One element: the root of the tree of the first `size` leaves. Raises ValueError for a negative size."""
    if size < 0:
        raise ValueError(f"a tree has no {size} leaves")
    return Plan((_perfect(0, size),))


def inclusion(index: int, size: int) -> Plan:
    """PATH(index, D[size]) of RFC 9162, 2.1.3.1. Raises ValueError where the tree has no such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    parts: list[tuple[Node, ...]] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            parts.append(_perfect(middle, high))
            high = middle
        else:
            parts.append(_perfect(low, middle))
            low = middle
    return Plan(tuple(reversed(parts)))


def consistency(old: int, new: int) -> Plan:
    """PROOF(old, D[new]) of RFC 9162, 2.1.4.1. Raises ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"no tree of {new} leaves grew out of one of {old}")
    parts: list[tuple[Node, ...]] = []
    low, high = 0, new
    whole = True  # the old tree's part of [low, high) is a whole subtree of it, whose root the verifier has
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            parts.append(_perfect(middle, high))
            high = middle
        else:
            parts.append(_perfect(low, middle))
            low, whole = middle, False
    if not whole:
        parts.append(_perfect(low, high))
    return Plan(tuple(reversed(parts)))


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _perfect(low: int, high: int) -> tuple[Node, ...]:
    return tuple(_descending(low, high))


def _descending(low: int, high: int) -> Iterator[Node]:
    """The subtrees of [low, high), where `low` is a multiple of the largest power of two that fits."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield Node(level, low >> level)
        low += 1 << level


def _fold(hashes: list[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    folded = hashes.pop()
    while hashes:
        folded = node_hash(hashes.pop(), folded)
    return folded
