"""The tree against RFC 9162's definitions, the published test vectors, and another implementation."""

from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.merkle import (
    EMPTY_ROOT,
    Growth,
    Node,
    ProofRefused,
    Tile,
    TiledHashes,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    tiles_of,
)

# The vectors of the Certificate Transparency project (merkle_tree_test), which all implementations share.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def by_definition(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY_ROOT
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(by_definition(hashes[:split]), by_definition(hashes[split:]))


class Stored:
    """A tree whose tiles are kept, grown in steps of the given sizes."""

    def __init__(self, hashes: Sequence[bytes], steps: Sequence[int] = ()) -> None:
        self.tiles: dict[Tile, bytes] = {}
        bounds = sorted({0, *(step for step in steps if step < len(hashes)), len(hashes)})
        growth = Growth()
        for low, high in pairwise(bounds):
            growth = Growth.resume(growth.size, self.tiles.__getitem__)
            self.tiles.update(growth.add(hashes[low:high]))
        self.growth = growth

    def __call__(self, node: Node) -> bytes:
        return TiledHashes(self.tiles)(node)


def test_the_empty_root() -> None:
    assert sha256(b"").digest() == EMPTY_ROOT
    assert root(0).hashes(Stored([])) == (EMPTY_ROOT,)


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_published_vectors(size: int) -> None:
    stored = Stored([leaf_hash(leaf) for leaf in LEAVES])
    assert root(size).hashes(stored)[0].hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_of_the_published_vectors(index: int, size: int) -> None:
    stored = Stored([leaf_hash(leaf) for leaf in LEAVES])
    proof = inclusion(index, size).hashes(stored)
    assert [element.hex() for element in proof] == INCLUSION[index, size]
    check_inclusion(leaf_hash(LEAVES[index]), index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_of_the_published_vectors(old: int, new: int) -> None:
    stored = Stored([leaf_hash(leaf) for leaf in LEAVES])
    proof = consistency(old, new).hashes(stored)
    assert [element.hex() for element in proof] == CONSISTENCY[old, new]
    check_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), proof)


@given(st.integers(1, 700), st.data())
@settings(deadline=None)
def test_every_proof_holds_and_no_changed_one_does(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(str(n).encode()) for n in range(size)]
    stored = Stored(hashes, data.draw(st.lists(st.integers(1, size), max_size=4)))
    head = by_definition(hashes)
    assert root(size).hashes(stored) == (head,)
    assert stored.growth.root() == head
    index = data.draw(st.integers(0, size - 1))
    path = list(inclusion(index, size).hashes(stored))
    check_inclusion(hashes[index], index, size, path, head)
    old = data.draw(st.integers(1, size))
    grown = list(consistency(old, size).hashes(stored))
    old_root = by_definition(hashes[:old])
    check_consistency(old, size, old_root, head, grown)

    wrong = leaf_hash(b"another")
    with pytest.raises(ProofRefused):
        check_inclusion(wrong, index, size, path, head)
    with pytest.raises(ProofRefused):
        check_inclusion(hashes[index], index, size, [*path, wrong], head)
    if size > 1:
        place = data.draw(st.integers(0, len(path) - 1))
        with pytest.raises(ProofRefused):
            check_inclusion(hashes[index], index, size, [*path[:place], wrong, *path[place + 1 :]], head)
        with pytest.raises(ProofRefused):
            check_inclusion(hashes[index], index, size, path[:-1], head)
        with pytest.raises(ProofRefused):
            check_inclusion(hashes[index], (index + 1) % size, size, path, head)
    with pytest.raises(ProofRefused):
        check_consistency(old, size, wrong, head, grown)
    with pytest.raises(ProofRefused):
        check_consistency(old, size, old_root, wrong, grown)
    with pytest.raises(ProofRefused):
        check_consistency(old, size, old_root, head, [*grown, wrong])
    if old < size:
        with pytest.raises(ProofRefused):
            check_consistency(old, size, old_root, head, grown[:-1])


@given(st.integers(2, 300), st.data())
@settings(max_examples=30, deadline=None)
def test_another_implementation_finds_the_same(size: int, data: st.DataObject) -> None:
    pymerkle: Any = import_module("pymerkle")  # it carries no types
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    leaves = [str(n).encode() for n in range(size)]
    for leaf in leaves:
        tree.append_entry(leaf)
    stored = Stored([leaf_hash(leaf) for leaf in leaves])
    assert tree.get_root(size) == root(size).hashes(stored)[0]
    index = data.draw(st.integers(0, size - 1))
    # Theirs begins with the leaf's own hash.
    assert tuple(tree.prove_inclusion(index + 1, size).path)[1:] == inclusion(index, size).hashes(stored)


def test_bad_questions_are_refused() -> None:
    for ask in (lambda: root(-1), lambda: inclusion(3, 3), lambda: consistency(0, 3), lambda: consistency(4, 3)):
        with pytest.raises(ValueError, match="leaves"):
            ask()
    with pytest.raises(ProofRefused):
        check_consistency(4, 3, b"", b"", [])
    with pytest.raises(ProofRefused):
        check_consistency(3, 7, b"", b"", [])
    check_consistency(0, 3, EMPTY_ROOT, b"any", [])
    with pytest.raises(KeyError):
        Stored([leaf_hash(b"x")])(Node(0, 1))
    with pytest.raises(ValueError, match="has not the"):
        Growth.resume(5, lambda _: b"")


def test_a_proof_reads_few_tiles() -> None:
    assert len(tiles_of(inclusion(5_555_555, 10_000_000).nodes)) <= 5
