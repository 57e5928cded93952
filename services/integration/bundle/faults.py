"""What is wrong with a bundle: every fault with its place, its value, and what would be right."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

KEPT = 100_000
"""So many faults are kept to be shown; the rest are counted."""

_SHOWN_VALUE = 120


class BundleError(Exception):
    """The bundle can't be read at all. The message says why and what to do."""


class CellError(ValueError):
    """A cell does not hold what its column asks for. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`file` with its ending; `row` as a spreadsheet numbers it (the header is row 1); None where it is the file's."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str

    def __str__(self) -> str:
        where = self.file
        where += f", row {self.row}" if self.row is not None else ""
        where += f", column {self.column}" if self.column is not None else ""
        value = f" {_shortened(self.value)!r}:" if self.value is not None else ""
        return f"{where}:{value} {self.message}"

    def as_json(self) -> dict[str, Any]:
        value = None if self.value is None else _shortened(self.value)
        return {"file": self.file, "row": self.row, "column": self.column, "value": value, "message": self.message}


@dataclass(slots=True)
class Report:
    """What a check found. `errors`: the first faults, in the order of files and rows; `error_count`: all of them."""

    source: str
    rows: dict[str, int] = field(default_factory=dict[str, int])
    errors: list[Fault] = field(default_factory=list[Fault])
    error_count: int = 0
    by_file: Counter[str] = field(default_factory=Counter[str])

    @property
    def ok(self) -> bool:
        return self.error_count == 0

    def add(self, fault: Fault) -> None:
        self.error_count += 1
        self.by_file[fault.file] += 1
        if len(self.errors) < KEPT:
            self.errors.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)

    def merge(self, other: "Report") -> None:
        """Take in what another check found further on."""
        self.error_count += other.error_count
        self.by_file.update(other.by_file)
        self.errors += other.errors[: KEPT - len(self.errors)]

    def sort(self, order: Iterable[str]) -> None:
        """Put the errors in the order of files (names with ending), then rows."""
        rank = {name: position for position, name in enumerate(order)}
        self.errors.sort(key=lambda fault: (rank.get(fault.file, -1), fault.file, fault.row or 0))

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "source": self.source,
            "rows": dict(self.rows),
            "errorCount": self.error_count,
            "errorsByFile": dict(self.by_file),
            "errors": [fault.as_json() for fault in self.errors],
        }


def _shortened(value: str) -> str:
    return value if len(value) <= _SHOWN_VALUE else value[:_SHOWN_VALUE] + "…"
