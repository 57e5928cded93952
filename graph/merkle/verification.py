"""Checking proofs, as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say: a verifier needs no tree."""

from collections.abc import Sequence

from graph.merkle.hashing import EMPTY_ROOT, node_hash


class ProofRefused(Exception):
    """The proof does not prove it; the message says why."""


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that the proof leads to. `leaf`: the leaf's hash. Raises ProofRefused where its length is wrong."""
    if not 0 <= index < size:
        raise ProofRefused(f"a tree of {size} leaves has no leaf {index}")
    own, last = index, size - 1
    found = leaf
    for element in path:
        if last == 0:
            raise ProofRefused("the inclusion proof is too long")
        if own & 1 or own == last:
            found = node_hash(element, found)
            while not own & 1 and own:
                own, last = own >> 1, last >> 1
        else:
            found = node_hash(found, element)
        own, last = own >> 1, last >> 1
    if last:
        raise ProofRefused("the inclusion proof is too short")
    return found


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises ProofRefused unless the leaf of that hash stands at `index` in the tree of `size` leaves with `root`."""
    if root_of_inclusion(leaf, index, size, path) != root:
        raise ProofRefused("the inclusion proof leads to another root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raises ProofRefused unless the tree of `new` leaves begins with all of that of `old` leaves."""
    if old > new or old < 0:
        raise ProofRefused(f"no tree of {new} leaves grew out of one of {old}")
    if old == 0 or old == new:
        # An empty tree is the beginning of every tree; a tree is its own.
        if path:
            raise ProofRefused("the consistency proof is too long")
        if (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY_ROOT):
            raise ProofRefused("the roots differ")
        return
    elements = list(path)
    if old & (old - 1) == 0:
        elements.insert(0, old_root)
    if not elements:
        raise ProofRefused("the consistency proof is empty")
    own, last = old - 1, new - 1
    while own & 1:
        own, last = own >> 1, last >> 1
    first = second = elements[0]
    for element in elements[1:]:
        if last == 0:
            raise ProofRefused("the consistency proof is too long")
        if own & 1 or own == last:
            first, second = node_hash(element, first), node_hash(element, second)
            while not own & 1 and own:
                own, last = own >> 1, last >> 1
        else:
            second = node_hash(second, element)
        own, last = own >> 1, last >> 1
    if last:
        raise ProofRefused("the consistency proof is too short")
    if first != old_root:
        raise ProofRefused("the consistency proof leads to another old root")
    if second != new_root:
        raise ProofRefused("the consistency proof leads to another new root")
