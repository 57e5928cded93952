"""From the text of a cell to its value, and back to the one text that stands for this value in an export."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache

from graph.model.instants import BEGINNING, OPEN, SHANGHAI
from services.integration.bundle.columns import Column, Type
from services.integration.bundle.faults import CellError
from services.organization.rules import credit_code_is_valid

Value = str | int | float
"""What a cell becomes (`Type` says which), if it is not empty."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DATE_LENGTH = len("2024-12-14")
_ID_LENGTH = 200
_LIMITS = {"longitude": 180.0, "latitude": 90.0}
_INSTANT = "write an instant with its offset, like 2024-12-14T08:00:00+08:00, or a date like 2024-12-14"


def micros(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z of an aware datetime."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """The UTC instant of so many microseconds since 1970-01-01T00:00Z."""
    return _EPOCH + value * _MICROSECOND


def parser(column: Column, source: str) -> Callable[[str], Value]:
    """The function that reads a cell of this column; it raises CellError. `source`: whose plain ids are meant."""

    def reference(text: str) -> str:
        return _reference(text, source)

    def references(text: str) -> str:
        return ";".join(dict.fromkeys(_reference(item, source) for item in _items(text)))

    match column.type:
        case Type.ID | Type.REFERENCE:
            return reference
        case Type.REFERENCES:
            return references
        case Type.SUBJECT:
            return reference
        case Type.TERM:
            return _terms(column.terms)
        case Type.INSTANT:
            return _instant
        case Type.DEADLINE:
            return _deadline
        case Type.DATE:
            return _date
        case Type.BOOLEAN:
            return _boolean
        case Type.INTEGER:
            return _integer
        case Type.NUMBER:
            return _number(_LIMITS.get(column.name))
        case Type.TEXTS:
            return _texts
        case Type.CREDIT_CODE:
            return _credit_code
        case Type.TEXT | Type.BASIS:
            return _text


def text_of(column: Column, value: Value) -> str:
    """The one text that stands for this value in a bundle; reading it gives the value again."""
    match column.type:
        case Type.INSTANT | Type.DEADLINE:
            return instant_of(int(value)).astimezone(SHANGHAI).isoformat()
        case Type.BOOLEAN:
            return "true" if value else "false"
        case Type.NUMBER:
            number = float(value)
            return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
        case _:
            return str(value)


def split(reference: str, source: str) -> tuple[str, str]:
    """(source, id) of a reference."""
    prefix, colon, rest = reference.partition(":")
    return (prefix, rest) if colon else (source, reference)


def _reference(text: str, source: str) -> str:
    prefix, colon, rest = text.partition(":")
    if colon:
        prefix, rest = prefix.strip(), rest.strip()
        if not prefix or not rest:
            raise CellError("write `id`, or `source:id` for a record of another source")
        text = rest if prefix == source and ":" not in rest else f"{prefix}:{rest}"
    if len(text) > _ID_LENGTH:
        raise CellError(f"an id has at most {_ID_LENGTH} characters; this one has {len(text):,}")
    if ";" in text or not text.isprintable():
        raise CellError("an id has no ';' and no invisible characters; several ids go only into a list column")
    return text


def _items(text: str) -> list[str]:
    return [item for item in (part.strip() for part in text.split(";")) if item]


def _texts(text: str) -> str:
    return ";".join(_items(text))


def _text(text: str) -> str:
    if "\x00" in text:
        raise CellError("holds a NUL character; take it out")
    return text


def _terms(terms: tuple[str, ...]) -> Callable[[str], str]:
    known = frozenset(terms)

    def term(text: str) -> str:
        if text in known:
            return text
        near = get_close_matches(text.upper(), terms, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise CellError(f"{meant}one of {', '.join(terms)}")

    return term


@lru_cache(maxsize=65_536)
def _instant(text: str) -> int:
    return _micros_of(text, end_of_day=False)


@lru_cache(maxsize=65_536)
def _deadline(text: str) -> int:
    return _micros_of(text, end_of_day=True)


def _micros_of(text: str, *, end_of_day: bool) -> int:
    try:
        if len(text) == _DATE_LENGTH:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), SHANGHAI)
            # A deadline holds until the last microsecond: done on the instant itself is in time.
            instant = day + _DAY - _MICROSECOND if end_of_day else day
        elif text[_DATE_LENGTH : _DATE_LENGTH + 1] in ("T", "t", " "):
            instant = datetime.fromisoformat(text)
        else:
            raise CellError(_INSTANT)
    except (ValueError, OverflowError) as error:
        raise CellError(_INSTANT) from error
    if instant.tzinfo is None:
        raise CellError(f"has no offset; write {text.replace(' ', 'T')}+08:00, if Shanghai's time is meant")
    value = micros(instant)
    if not _EARLIEST <= value < _LATEST:
        raise CellError("years from 1000 to 9998 can be kept; leave validTo empty for what still holds")
    return value


BEGINNING_MICROS = micros(BEGINNING)
"""Since when a column holds."""
OPEN_MICROS = micros(OPEN)
"""The end of what still holds."""

_EARLIEST = micros(datetime(1000, 1, 1, tzinfo=UTC))
_LATEST = OPEN_MICROS


def _date(text: str) -> str:
    if len(text) == _DATE_LENGTH:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise CellError("write a date like 2024-12-14") from error
    return instant_of(_instant(text)).astimezone(SHANGHAI).date().isoformat()


def _boolean(text: str) -> int:
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise CellError("write true or false")
    return int(lowered == "true")


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > _DATE_LENGTH:
        raise CellError("write a whole number from 0, in digits")
    return int(text)


def _number(limit: float | None) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise CellError("write a number like 113.65, with a point and without a unit") from error
        if not math.isfinite(value) or "_" in text:
            raise CellError("write a number like 113.65")
        if limit is not None and abs(value) > limit:
            raise CellError(f"lies outside of -{limit:g} to {limit:g} degrees")
        return value + 0.0  # no negative zero

    return number


def _credit_code(text: str) -> str:
    if not credit_code_is_valid(text):
        raise CellError(
            "not a unified social credit code (GB 32100): 18 of 0-9 and A-Z without I, O, S, V, Z, the last one a check"
            " character; copy it from the licence, or leave the cell empty"
        )
    return text
