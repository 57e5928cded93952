"""The jars of the local engine: which ones, and where they lie.

`neo4j.lock`, beside this file, pins them: one line per jar, `coordinate size sha256`, written by `graph.local.lock`.
It holds no address: where to fetch from is decided when fetching (`graph.local.fetch`).
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

LOCK = Path(__file__).with_name("neo4j.lock")
ENGINE_VERSION = "2026.09.0"
ROOTS = (f"org.neo4j:neo4j:{ENGINE_VERSION}", f"org.neo4j.app:neo4j-server:{ENGINE_VERSION}")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One jar: `coordinate` is group:artifact:version[:classifier], `size` in bytes, `sha256` in hexadecimal."""

    coordinate: str
    size: int
    sha256: str

    @property
    def path(self) -> str:
        """Where the jar lies in a repository, and below `jars/` in the cache: Maven 2's layout, with slashes."""
        group, artifact, version, *classifier = self.coordinate.split(":")
        name = "-".join([artifact, version, *classifier])
        return f"{group.replace('.', '/')}/{artifact}/{version}/{name}.jar"


def read_lock(lock: Path = LOCK) -> tuple[Artifact, ...]:
    """Return the pinned jars, in class-path order."""
    lines = (line.split() for line in lock.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return tuple(Artifact(coordinate, int(size), sha256) for coordinate, size, sha256 in lines)


def cache_folder() -> Path:
    """Return this user's cache: `ZEREN_CACHE`, or the folder that the operating system has for caches."""
    chosen = os.environ.get("ZEREN_CACHE")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_cache_path("zeren", appauthor=False)


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
