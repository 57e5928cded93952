"""What a correction makes of a fact: the statement that takes its place, or why there is none.

Intervals are half-open. An instant may lie in the future: an appointment is decided before it begins. Facts may overlap
and posts may report in a circle; that is for a trace to show, not for the record to forbid.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from graph.model.instants import OPEN


class Keep(Enum):
    """What is not to be changed; None says that there is none."""

    KEEP = "KEEP"


KEEP = Keep.KEEP


@dataclass(frozen=True)
class Statement:
    """What a fact says. `to`: None for a name. `word`: its role, capacity or name. `basis`: a clause's id or a text."""

    from_: str
    since: datetime
    until: datetime = OPEN
    to: str | None = None
    word: str | None = None
    basis: str | None = None


@dataclass(frozen=True)
class Changes:
    """What a correction says otherwise than the fact. `until` None: it holds still; `basis` None: it has none."""

    from_: str | Keep = KEEP
    to: str | Keep = KEEP
    since: datetime | Keep = KEEP
    until: datetime | Keep | None = KEEP
    word: str | Keep = KEEP
    basis: str | Keep | None = KEEP


@dataclass(frozen=True)
class Refused:
    """`path`: the field of the statement or of the changes that is wrong."""

    code: str
    path: str
    message: str


def fault_of(said: Statement) -> Refused | None:
    """What is wrong with a statement by itself."""
    if said.until < said.since:
        message = f"it would end at {said.until.isoformat()}, before it begins at {said.since.isoformat()}"
        return Refused("BAD_INTERVAL", "until", message)
    return None


def end(old: Statement, until: datetime) -> Statement | Refused:
    """It holds until `until` and no longer; at its beginning, it never held."""
    if until > old.until:
        message = f"it ended at {old.until.isoformat()} already; correct its validTo, if it held longer"
        return Refused("BAD_INTERVAL", "until", message)
    return correct(old, Changes(until=until))


def correct(old: Statement, changes: Changes) -> Statement | Refused:
    """The fact with what the changes say."""
    until = OPEN if changes.until is None else changes.until
    said = Statement(
        from_=old.from_ if changes.from_ is KEEP else changes.from_,
        to=old.to if changes.to is KEEP else changes.to,
        since=old.since if changes.since is KEEP else changes.since,
        until=old.until if until is KEEP else until,
        word=old.word if changes.word is KEEP else changes.word,
        basis=old.basis if changes.basis is KEEP else changes.basis,
    )
    if said == old:
        return Refused("NOTHING_TO_CHANGE", "", "the fact says this already; nothing was changed")
    return fault_of(said) or said


def move(old: Statement, at: datetime, changes: Changes) -> tuple[Statement, Statement] | Refused:
    """The fact ends at `at`, and what the changes say begins there; it lasts as long, if they do not say otherwise."""
    if not old.since < at < old.until:
        over = "still" if old.until == OPEN else old.until.isoformat()
        message = (
            f"at {at.isoformat()} it can't pass on: it holds from {old.since.isoformat()} to {over}; give an instant "
            "between, or correct it"
        )
        return Refused("BAD_INTERVAL", "since", message)
    begun = correct(old, replace(changes, since=at))
    if isinstance(begun, Refused):
        return begun
    if (begun.from_, begun.to, begun.word) == (old.from_, old.to, old.word):
        return Refused("NOTHING_TO_CHANGE", "", "it would go on as before; say what it moves to")
    return replace(old, until=at), begun


def spoken(said: Statement, silent: Iterable[tuple[datetime, datetime]]) -> list[Statement]:
    """A statement that takes the place of a column's: it holds where the column was not silent, the latest part first.

    `silent`: the intervals of the explicit facts beside the column. A retracted statement stays as it is.
    """
    parts: list[Statement] = []
    since = said.since
    for begins, ends in sorted((b, e) for b, e in silent if b < said.until and said.since < e and b < e):
        if since < begins:
            parts.append(replace(said, since=since, until=begins))
        since = max(since, ends)
    if since < said.until:
        parts.append(replace(said, since=since))
    return parts[::-1] or [replace(said, until=said.since)]
