"""Tables from which `neo4j-admin` builds a store: one for the nodes of some labels, one for relationships of a type.

They are CSV whose delimiter and quote are control characters: texts, JSON among them, then need next to no quoting.
Nothing between two delimiters is null, and two quotes are the empty text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from graph.model.declare import Scalar

DELIMITER = "\x1f"
QUOTE = "\x1e"
LIST_DELIMITER = ";"
"""Of lists of texts and of labels; no text in a list has it, for it separates them in bundles too."""
TYPES = {
    Scalar.TEXT: "string",
    Scalar.INTEGER: "long",
    Scalar.FLOAT: "double",
    Scalar.BOOLEAN: "boolean",
    Scalar.INSTANT: "datetime",
    Scalar.DATE: "date",
    Scalar.TEXTS: "string[]",
}
_EMPTY = QUOTE * 2
_IN_NEED = re.compile(f"[{DELIMITER}{QUOTE}\r\n]")
_ENDS = (":START_ID", ":END_ID")


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows. `of`: the labels of its nodes joined by colons, or a type of relationships.

    `over_lines`: whether values in it may go over several lines, which takes longer to read. Such a file begins with
    its header; that of others lies beside, so that files of one kind can be read as one.
    """

    file: Path
    of: str
    relationships: bool
    over_lines: bool

    @property
    def header(self) -> Path:
        return self.file if self.over_lines else self.file.with_suffix(".header")


class Numbers:
    """Nodes are numbered here and not sought by a text: that took the importer a fifth of its time.

    `shared`: numbers of some nodes by their keys, in whichever table they are; the others get those from `first` on.
    """

    def __init__(self, shared: Mapping[str, str], first: int) -> None:
        self._shared = shared
        self._own: dict[str, str] = {}
        self._first = first

    def take(self, key: str) -> str:
        """The number of a node that is written. Raises ValueError where one of that key was."""
        number = self._shared.get(key)
        if number is None:
            if key in self._own:
                raise ValueError(f"two nodes have the key {key!r}")
            number = self._own[key] = str(self._first + len(self._own))
        return number

    def of(self, key: str) -> str:
        """The number of a node that was written, or is shared. Raises KeyError where there is none."""
        return self._own[key] if key in self._own else self._shared[key]


class Tables:
    """Writes tables into a folder, each begun when its first row comes."""

    def __init__(self, folder: Path, numbers: Numbers) -> None:
        self._folder = folder
        self._numbers = numbers
        self._files: dict[Table, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    @property
    def written(self) -> list[Table]:
        return list(self._files)

    def number(self, key: str) -> str:
        """The number of the node of that key, which is shared or was written. Raises KeyError where there is none."""
        return self._numbers.of(key)

    def nodes(
        self, labels: str, header: Sequence[str], key_at: int, rows: Sequence[Sequence[Any]], given: Sequence[str] = ()
    ) -> list[str]:
        """The numbers of the nodes. `key_at`: the column of their keys. `given`: what all have in the last columns.

        `header`: `name:type` of each column.
        """
        if not rows:
            return []
        take = self._numbers.take
        numbers = [take(row[key_at]) for row in rows]
        header = (":ID", *header)
        lines = [
            DELIMITER.join(
                [
                    "" if value is None else (value or _EMPTY) if value.__class__ is str else _text(value)
                    for value in row
                ]
            )
            for row in rows
        ]
        end = DELIMITER.join(["", *given])
        numbered = zip(numbers, lines, strict=True)
        # Line by line: one text in Chinese would have all that is joined kept, searched and encoded at twice the width.
        written = [f"{number}{DELIMITER}{line}{end}".encode() for number, line in numbered]
        text, quote = b"".join(written), QUOTE.encode()  # a byte is sought in it much sooner than counted
        as_they_are = (
            b"\n" not in text
            and b"\r" not in text
            and text.count(DELIMITER.encode()) == len(rows) * (len(header) - 1)
            and (quote not in text or text.count(quote) == len(_EMPTY) * sum(row.count("") for row in rows))
        )
        if as_they_are:
            self._write(labels, header, b"\n".join(written))
            return numbers
        for number, row in zip(numbers, rows, strict=True):  # some text in them has a character that separates
            quoted = DELIMITER.join([_quoted(value) for value in (number, *row, *given)])
            self._write(labels, header, quoted.encode(), over_lines="\n" in quoted or "\r" in quoted)
        return numbers

    def relationships(self, type_: str, ends: Sequence[tuple[str, str]]) -> None:
        """`ends`: the numbers of the nodes from and to which each leads."""
        if ends:
            lines = "\n".join([f"{start}{DELIMITER}{end}" for start, end in ends])
            self._write(type_, _ENDS, lines.encode(), relationships=True)

    def _write(
        self, of: str, header: Sequence[str], text: bytes, *, relationships: bool = False, over_lines: bool = False
    ) -> None:
        kind = "relationships" if relationships else "nodes"
        name = f"{kind}-{of.replace(':', '-')}{'-lines' if over_lines else ''}.csv"
        table = Table(self._folder / name, of, relationships, over_lines)
        file = self._files.get(table)
        if file is None:
            file = self._files[table] = table.file.open("wb")
            named = DELIMITER.join(header).encode() + b"\n"
            if over_lines:
                file.write(named)
            else:
                table.header.write_bytes(named)
        file.write(text)
        file.write(b"\n")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return LIST_DELIMITER.join(cast("list[str]", value)) if isinstance(value, list) else str(value)


def _quoted(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else _text(value)
    return f"{QUOTE}{text.replace(QUOTE, _EMPTY)}{QUOTE}" if not text or _IN_NEED.search(text) else text
