"""Write `neo4j.lock` anew: `python -m graph.local.lock`.

jgo resolves the engine's roots with everything they need; each jar is fetched once to learn its SHA-256.
Run it after changing `ENGINE_VERSION`, and commit the result.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo

from graph.local.artifacts import LOCK, ROOTS, Artifact, sha256_of

HEADER = """\
# The jars of the local Neo4j engine: coordinate, size in bytes, SHA-256. Written by `python -m graph.local.lock`.
"""


def resolve(roots: tuple[str, ...] = ROOTS) -> list[Artifact]:
    """Resolve `roots` (group:artifact:version) and return every jar needed, the roots first, then by coordinate."""
    mirror = os.environ.get("ZEREN_MAVEN_REPOSITORY")
    found = jgo.resolve("+".join(roots), {"central": mirror} if mirror else None)

    def pin(number: int) -> Artifact:
        jar = found[number]
        parts = [jar.groupId, jar.artifactId, jar.version, *([jar.classifier] if jar.classifier else [])]
        file = Path(jar.resolve())
        return Artifact(":".join(parts), file.stat().st_size, sha256_of(file))

    with ThreadPoolExecutor(8) as threads:
        pinned = list(threads.map(pin, range(len(found))))
    return pinned[: len(roots)] + sorted(pinned[len(roots) :], key=lambda artifact: artifact.coordinate)


def write_lock(artifacts: list[Artifact], lock: Path = LOCK) -> None:
    """Write `artifacts` in the form that `read_lock` reads."""
    lines = (f"{artifact.coordinate} {artifact.size} {artifact.sha256}\n" for artifact in artifacts)
    lock.write_text(HEADER + "".join(lines), "utf-8")


if __name__ == "__main__":
    write_lock(resolve())
