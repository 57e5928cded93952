"""Keyset cursors: opaque to clients, built in Cypher, and good only for the list that gave them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from graph.compile.errors import ReadError, ReadErrorCode
from graph.model.declare import Scalar

DEFAULT_PAGE = 20
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Keyset:
    """The order of a list: a property of the node, then its id."""

    property: str
    scalar: Scalar = Scalar.TEXT
    descending: bool = False

    def order(self, variable: str) -> str:
        direction = " DESC" if self.descending else ""
        return f"{variable}.{self.property}{direction}, {variable}.id{direction}"

    def after(self, variable: str, value: str, record: str) -> str:
        """The predicate of what comes after a cursor, in a form that an index can seek."""
        at_least, beyond = ("<=", "<") if self.descending else (">=", ">")
        return (
            f"{variable}.{self.property} {at_least} {value} AND "
            f"({variable}.{self.property} {beyond} {value} OR {variable}.id {beyond} {record})"
        )


def fingerprint(*parts: object) -> str:
    """What a list is of: its place, filter and order. A cursor of another list has another one."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def cursor_of(variable: str, keyset: Keyset, mark: str) -> str:
    return f"{mark} + '.' + {variable}.id + '.' + toString({variable}.{keyset.property})"


def parse(cursor: object, keyset: Keyset, mark: str) -> tuple[object, str]:
    """The key value and the id of the last row seen. Raises ReadError BAD_CURSOR."""
    given, _, rest = str(cursor).partition(".")
    record, found, text = rest.partition(".")
    if given != mark or not found:
        raise ReadError(
            ReadErrorCode.BAD_CURSOR,
            "the cursor is not of this list; pass the endCursor of a page with the same filter and order, or none",
        )
    try:
        return _value(text, keyset.scalar), record
    except ValueError:
        raise ReadError(ReadErrorCode.BAD_CURSOR, "the cursor is damaged; start again without one") from None


def _value(text: str, scalar: Scalar) -> object:
    match scalar:
        case Scalar.INSTANT:
            return datetime.fromisoformat(text)
        case Scalar.INTEGER:
            return int(text)
        case _:
            return text


def page_size(first: object) -> int:
    """Raises ReadError BAD_RANGE."""
    if first is None:
        return DEFAULT_PAGE
    if not isinstance(first, int) or not 1 <= first <= LARGEST_PAGE:
        raise ReadError(ReadErrorCode.BAD_RANGE, f"first is {first}; a page has from 1 to {LARGEST_PAGE} entries")
    return first


BEGINNING = "beginning"
"""The cursor before the log's first event."""
LOG_MARK = fingerprint("log")


def log_cursor(position: int) -> str:
    """The cursor with `position` events of the log behind it, the same for whatever is selected of them."""
    return f"{LOG_MARK}.{position}"


def log_position(cursor: str) -> int:
    """How many events of the log a cursor has behind it. Raises ReadError BAD_CURSOR."""
    if cursor == BEGINNING:
        return 0
    mark, _, position = cursor.partition(".")
    if mark != LOG_MARK or not position.isascii() or not position.isdigit() or len(position) > LONGEST_POSITION:
        raise ReadError(
            ReadErrorCode.BAD_CURSOR,
            f"{cursor[:40]!r} is no cursor of the log; pass the last one that you have, none to begin now, or "
            f"{BEGINNING!r} for all there ever was",
        )
    return int(position)


LONGEST_POSITION = 18
"""Digits of a number that the database can hold."""
