"""Where the hashes are kept: tiles of 256, as in C2SP tlog-tiles.

Tile (level L, number N) holds the roots of the perfect subtrees of 256^L leaves numbered from 256·N: those of tile
level 0 are leaf hashes. Hashes between two tile levels are folded from one tile. A tile only ever grows, so a part of
it is that tile in an earlier tree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.merkle.hashing import HASH_BYTES, node_hash
from graph.merkle.plan import Node, root

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT


class Tile(NamedTuple):
    level: int
    number: int


def tiles_of(nodes: Iterable[Node]) -> tuple[Tile, ...]:
    """The tiles that these hashes are read from, each once."""
    return tuple(dict.fromkeys(_place(node)[0] for node in nodes))


def _place(node: Node) -> tuple[Tile, int, int]:
    """The tile of a hash, and which of the tile's hashes it is over: the first, and how many."""
    level, above = divmod(node.level, TILE_HEIGHT)
    first = node.number << above
    return Tile(level, first // TILE_WIDTH), first % TILE_WIDTH, 1 << above


@dataclass(frozen=True, slots=True)
class TiledHashes:
    """Stored hashes, read from the content of tiles (32 bytes for each hash). Raises KeyError for what is missing."""

    tiles: Mapping[Tile, bytes]

    def __call__(self, node: Node) -> bytes:
        tile, first, count = _place(node)
        content = self.tiles[tile]
        if len(content) < (first + count) * HASH_BYTES:
            raise KeyError(node)
        return _folded(content[first * HASH_BYTES : (first + count) * HASH_BYTES])


def _folded(content: bytes | bytearray) -> bytes:
    """The root of the perfect subtree over these hashes."""
    level = [bytes(content[at : at + HASH_BYTES]) for at in range(0, len(content), HASH_BYTES)]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


@dataclass
class Growth:
    """A tree that leaves are added to. It knows only its right edge: the tile of each level that is not full.

    `size`: leaves so far. `edge`: content of the unfinished tile of each tile level, from 0 up. Opened on an earlier
    tree by `resume`.
    """

    size: int = 0
    edge: list[bytearray] = field(default_factory=list[bytearray])

    @classmethod
    def resume(cls, size: int, stored: Callable[[Tile], bytes]) -> "Growth":
        """Go on where a tree of `size` leaves ended. `stored` gives the content of a tile, at least as far as then."""
        growth = cls(size)
        for tile, width in edge_of(size):
            content = stored(tile)[: width * HASH_BYTES] if width else b""
            if len(content) != width * HASH_BYTES:
                raise ValueError(
                    f"tile {tile.level}/{tile.number} has not the {width} hashes of a tree of {size} leaves"
                )
            growth.edge.append(bytearray(content))
        return growth

    def add(self, leaves: Sequence[bytes]) -> dict[Tile, bytes]:
        """Add leaf hashes; returns every tile that has grown, with its whole content."""
        grown: dict[Tile, bytes] = {}
        for leaf in leaves:
            self._put(0, self.size, leaf, grown)
            self.size += 1
        for level, content in enumerate(self.edge):
            if content:
                grown[Tile(level, (self.size >> TILE_HEIGHT * level) // TILE_WIDTH)] = bytes(content)
        return grown

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        plan = root(self.size)
        tiles = {tile: bytes(self.edge[tile.level]) for tile in tiles_of(plan.nodes)}
        return plan.hashes(TiledHashes(tiles))[0]

    def _put(self, level: int, index: int, hash_: bytes, grown: dict[Tile, bytes]) -> None:
        if level == len(self.edge):
            self.edge.append(bytearray())
        content = self.edge[level]
        content += hash_
        if len(content) == TILE_WIDTH * HASH_BYTES:
            tile = Tile(level, index // TILE_WIDTH)
            grown[tile] = full = bytes(content)
            content.clear()
            self._put(level + 1, tile.number, _folded(full), grown)


def edge_of(size: int) -> Iterator[tuple[Tile, int]]:
    """The unfinished tile of each level of a tree of `size` leaves, and how many hashes it holds (0: not begun)."""
    level, count = 0, size
    while count:
        yield Tile(level, count // TILE_WIDTH), count % TILE_WIDTH
        level, count = level + 1, count // TILE_WIDTH
