"""`connection.json`: how to reach the engine of a home, for zeren and for other Neo4j tools."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.local.errors import DiskFull, is_disk_full


@dataclass(frozen=True, slots=True)
class Connection:
    """A running engine. `zeren` and `neo4j` are the pids of its owner and of the server."""

    uri: str
    user: str
    password: str
    zeren: int
    zeren_started: float
    neo4j: int

    def __repr__(self) -> str:
        """Leave the password out: representations end in logs."""
        return f"Connection({self.uri}, user={self.user}, neo4j={self.neo4j})"


def read_connection(home: Path) -> Connection | None:
    """Return what `connection.json` of `home` says, or None when there is none or it can't be understood."""
    try:
        found: dict[str, Any] = json.loads((home / "connection.json").read_text("utf-8"))
        return Connection(
            found["uri"],
            found["user"],
            found["password"],
            found["pids"]["zeren"],
            found["zerenStarted"],
            found["pids"]["neo4j"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_connection(home: Path, connection: Connection) -> None:
    """Write `connection.json`, readable by its owner only."""
    content = {
        "uri": connection.uri,
        "user": connection.user,
        "password": connection.password,
        "pids": {"zeren": connection.zeren, "neo4j": connection.neo4j},
        "zerenStarted": connection.zeren_started,
    }
    write_private(home / "connection.json", json.dumps(content, indent=2) + "\n")


def write_private(file: Path, content: str) -> None:
    """Write a file at once or not at all, mode 0600. Raises `DiskFull`."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as text:
            text.write(content)
            text.flush()
            os.fsync(text.fileno())
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if is_disk_full(error):
            raise DiskFull(file) from error
        raise
