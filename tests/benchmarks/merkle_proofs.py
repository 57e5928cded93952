"""How long a proof takes in a tree of ten million leaves: python -m tests.benchmarks.merkle_proofs

The tree is simulated: its leaves are hashes of numbers, and its tiles are in memory (about 320 MB). What a database
adds is one indexed read of the four or five tiles that `Proof.tiles` counts.
"""

import random
import resource
import sys
from hashlib import sha256
from statistics import median
from time import perf_counter

from graph.merkle import (
    Growth,
    Plan,
    Tile,
    TiledHashes,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    tiles_of,
)
from graph.merkle import root as root_of

LEAVES = 10_000_000
PROOFS = 1_000
STEP = 100_000


def main(leaves: int = LEAVES) -> None:
    tiles: dict[Tile, bytes] = {}
    growth = Growth()
    begun = perf_counter()
    for low in range(0, leaves, STEP):
        some = [sha256(n.to_bytes(8, "big")).digest() for n in range(low, min(low + STEP, leaves))]
        tiles.update(growth.add(some))
    seconds = perf_counter() - begun
    show = print
    show(f"grown: {leaves:,} leaves in {seconds:.1f} s, {leaves / seconds:,.0f}/s, {len(tiles):,} tiles")
    chance = random.Random(1)  # noqa: S311 - which leaves to ask for is no secret
    stored, head = TiledHashes(tiles), growth.root()
    taken: dict[str, list[float]] = {"inclusion": [], "consistency": []}
    most = 0

    def made(kind: str, plan: Plan) -> tuple[bytes, ...]:
        nonlocal most
        begun = perf_counter()
        needed = tiles_of(plan.nodes)
        proof = plan.hashes(TiledHashes({tile: tiles[tile] for tile in needed}))
        taken[kind].append(perf_counter() - begun)
        most = max(most, len(needed))
        return proof

    for _ in range(PROOFS):
        index = chance.randrange(leaves)
        leaf = sha256(index.to_bytes(8, "big")).digest()
        check_inclusion(leaf, index, leaves, made("inclusion", inclusion(index, leaves)), head)
        old = chance.randrange(1, leaves)
        old_root = root_of(old).hashes(stored)[0]
        check_consistency(old, leaves, old_root, head, made("consistency", consistency(old, leaves)))
    for kind, times in taken.items():
        times.sort()
        show(f"{kind}: median {median(times) * 1e3:.2f} ms, 99 % {times[len(times) * 99 // 100] * 1e3:.2f} ms")
    show(f"tiles for one proof: at most {most}; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
