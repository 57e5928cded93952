"""The form of a backup: one gzip file of JSON lines.

A head; a line for each node, with what goes out from it, events last and in the order of the log; and a foot with the
counts and the SHA-256 of all lines before it. A node's key is its record's id, else the database's own.
"""

import base64
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson

FORM = "zeren backup 1"
CHUNK = 1 << 20
LEVEL = 1
"""Of compression: a higher one takes several times as long for a tenth less."""


class BackupRefused(Exception):
    """The backup can't be made or used; the message says why and what to do."""


class Entry(NamedTuple):
    """`properties` and those in `out` ((type, key, properties)) are as the file has them: `plain` decodes them."""

    key: str
    labels: list[str]
    properties: dict[str, Any]
    out: list[tuple[str, str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Foot:
    nodes: int
    relationships: int
    events: int


class Writer:
    """Writes beside `path`, and puts it there once it is complete."""

    def __init__(self, path: Path, at: datetime, key: str | None) -> None:
        if path.exists():
            raise BackupRefused(f"{path} is there already. Give another name, or move it away.")
        self._path = path
        self._draft = path.with_name(f".{path.name}.unfinished")
        try:
            self._file = gzip.open(self._draft, "wb", compresslevel=LEVEL)  # noqa: SIM115 - closed by finish or discard
        except OSError as error:
            raise BackupRefused(f"{path} can't be written ({error.strerror}).") from error
        self._sum = sha256()
        self._counts = {"nodes": 0, "relationships": 0, "events": 0}
        self._write({"form": FORM, "at": at.isoformat(), "key": key})

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Rows as graph.queries.backup has them."""
        lines: list[bytes] = []
        for key, labels, properties, out in rows:
            ways = [[kind, other, _coded(more)] for kind, other, more in out]
            lines.append(orjson.dumps([key, labels, _coded(properties), ways]))
            self._counts["relationships"] += len(out)
            self._counts["events"] += "Event" in labels
        self._counts["nodes"] += len(rows)
        if lines:
            self._put(b"\n".join(lines) + b"\n")

    def finish(self) -> Foot:
        self._write({**self._counts, "sha256": self._sum.hexdigest()})
        self._file.close()
        with self._draft.open("rb") as written:
            os.fsync(written.fileno())
        self._draft.replace(self._path)
        return Foot(**self._counts)

    def discard(self) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def _write(self, line: dict[str, Any]) -> None:
        self._put(orjson.dumps(line) + b"\n")

    def _put(self, content: bytes) -> None:
        self._sum.update(content)
        self._file.write(content)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that is whole: its foot is there and agrees with its lines."""

    path: Path
    key: str | None
    foot: Foot

    @classmethod
    def open(cls, path: Path) -> "Archive":
        """Reads it through once. Raises BackupRefused."""
        found = sha256()
        try:
            with gzip.open(path, "rb") as file:
                head = orjson.loads(file.readline())
                file.seek(0)
                ends = b""
                for content, follows in _whole_lines(file):
                    found.update(content)
                    ends = follows
            foot = orjson.loads(ends)
            if head["form"] != FORM:
                raise BackupRefused(f"{path} is no backup that this version reads.")
            if foot.pop("sha256") != found.hexdigest():
                raise BackupRefused(f"{path}: its contents do not have the sum that stands at its end.")
            return cls(path, head["key"], Foot(**foot))
        except (OSError, EOFError) as error:
            raise BackupRefused(f"{path} can't be read as a backup ({error}).") from error
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise BackupRefused(f"{path} is cut off, or no backup.") from error

    def blocks(self) -> Iterator[bytes]:
        """The lines of all nodes, about CHUNK bytes at a time."""
        with gzip.open(self.path, "rb") as file:
            file.readline()
            for content, _ in _whole_lines(file):
                if content:
                    yield content

    def entries(self) -> Iterator[Entry]:
        for block in self.blocks():
            yield from entries(block)


def entries(block: bytes) -> Iterator[Entry]:
    """The nodes of a block."""
    for line in block.splitlines():
        yield Entry(*orjson.loads(line))


def _whole_lines(file: gzip.GzipFile) -> Iterator[tuple[bytes, bytes]]:
    """What is left of a file a part at a time, in whole lines, and with each what follows; at the end its last line."""
    last = b""
    while content := file.read(CHUNK):
        content = last + content
        end = content.rfind(b"\n", 0, -1) + 1
        last = content[end:]
        yield content[:end], last


def plain(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties as the database takes them."""
    return {name: _decoded(value) for name, value in properties.items()}


def text(value: Any) -> str | None:
    """The text of an instant as the file has it; anything else as text that no instant has."""
    if value is None:
        return None
    return value["i"] if isinstance(value, dict) and "i" in value else repr(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _coded(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in properties.items()}


def _value(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return {"b": base64.b64encode(value).decode()}
    native = value.to_native() if hasattr(value, "to_native") else value
    if isinstance(native, datetime):
        written = native.isoformat(timespec="microseconds")
        return {
            "i": f"{written[:-6].rstrip('0').rstrip('.')}Z" if native.utcoffset() == UTC.utcoffset(None) else written
        }
    if isinstance(native, date):
        return {"d": native.isoformat()}
    return native


def _decoded(value: Any) -> Any:
    match value:
        case {"b": content}:
            return base64.b64decode(content)
        case {"i": instant}:
            return datetime.fromisoformat(instant)
        case {"d": day}:
            return date.fromisoformat(day)
        case _:
            return value
