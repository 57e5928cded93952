"""The Merkle tree of RFC 9162: hashes, proofs that a leaf is in it and that one tree grew out of another, and tiles.

Pure: bytes in, bytes out. Whoever has the stored hashes asks `plan` which of them a proof needs.
"""

from graph.merkle.hashing import EMPTY_ROOT, HASH_BYTES, leaf_hash, node_hash
from graph.merkle.plan import Node, Plan, consistency, inclusion, root
from graph.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, Growth, Tile, TiledHashes, tiles_of
from graph.merkle.verification import ProofRefused, check_consistency, check_inclusion, root_of_inclusion

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "Growth",
    "Node",
    "Plan",
    "ProofRefused",
    "Tile",
    "TiledHashes",
    "check_consistency",
    "check_inclusion",
    "consistency",
    "inclusion",
    "leaf_hash",
    "node_hash",
    "root",
    "root_of_inclusion",
    "tiles_of",
]
