"""A stretch of events, each against its body, its chain and its relationships, as far as that needs nothing else.

Pure, and so done by several processes at once: what comes of a stretch is small, and `Verification` joins stretches in
the order of the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from graph.ledger import leaf_of_text
from graph.merkle import leaf_hash
from graph.model.identity import record_id

Row = Sequence[Any]
"""As graph.queries.evidence has it: COLUMNS, number of properties, outgoing relationships."""

OPEN_TEXT = "9999-01-01T00:00:00.000000Z"


class Fault(Exception):
    """The first thing found wrong. `event`: the id of the event that it is about, if it is about one."""

    def __init__(self, message: str, event: str | None = None) -> None:
        super().__init__(message)
        self.event = event


class Link(NamedTuple):
    """The events of one record within a stretch: the first of them, what it follows on, and the last."""

    event: str
    called: str
    position: int
    previous: str | None
    end: tuple[int, str]

    def check(self, subject: str, before: tuple[int, str] | None) -> None:
        """Raises Fault unless it goes on where the chain of `subject` ended (position and hash; None: not begun)."""
        if (before or (0, None)) != (self.position - 1, self.previous):
            last = "none" if before is None else f"event {before[0]}"
            raise Fault(
                f"{self.called} says that it is event {self.position} of record {subject}, and before it comes {last}: "
                "the chain is broken there.",
                self.event,
            )


@dataclass
class Stretch:
    """What was found of events up to the first fault, if there is one.

    `event` and `first`: id and number of the first of them; `since`, `until`: when the first and the last were
    recorded; `leaves`: the tree's hashes of those with a number.
    """

    event: str = ""
    first: int | None = None
    since: str = ""
    until: str = ""
    events: int = 0
    links: dict[str, Link] = field(default_factory=dict[str, Link])
    leaves: list[bytes] = field(default_factory=list[bytes])
    fault: Fault | None = None


def inspect(rows: Sequence[Row], *, numbered: bool) -> Stretch:
    """Events in the order of the log (`numbered`), or such as wait for a number."""
    found = Stretch()
    if not rows:
        return found
    found.event, found.first = rows[0][0], rows[0][14]
    try:
        found.since = found.until = padded(rows[0][12]) or ""
        for row in rows:
            if numbered:
                _follows(found, row)
            subject = _checked(row)
            position, hash_, previous = row[5], row[7], row[8]
            link = found.links.get(subject)
            if link is None:
                found.links[subject] = Link(row[0], _called(row), position, previous, (position, hash_))
            else:
                if link.end != (position - 1, previous):
                    Link(row[0], _called(row), position, previous, link.end).check(subject, link.end)
                found.links[subject] = link._replace(end=(position, hash_))
            if numbered:
                found.leaves.append(leaf_hash(leaf_of_row(row)))
            found.events += 1
    except Fault as fault:
        found.fault = fault
    return found


def missing(number: int, row_number: object, event: str) -> Fault:
    return Fault(f"Event number {number} of the log is missing; next comes {row_number} ({event}).", event)


def too_early(called: str, event: str) -> Fault:
    return Fault(f"{called} was recorded before the event in front of it in the log.", event)


def leaf_of_row(row: Row) -> bytes:
    """The event as the log's tree has it."""
    return leaf_of_text(row[7], padded(row[12]) or "", row[13])


def padded(text: str | None) -> str | None:
    """An instant as the database writes it (as few digits as it takes) as bodies have it (always six).

    Any other text, of another zone or with more digits, stays as it is: no body and no leaf has it.
    """
    if text is None or len(text) == 27 or text[-1:] != "Z":
        return text
    return f"{text[:-1]}.000000Z" if len(text) == 20 else f"{text[:-1].ljust(26, '0')}Z"


def _follows(found: Stretch, row: Row) -> None:
    number = (found.first or 0) + found.events
    if row[14] != number:
        raise missing(number, row[14], row[0])
    recorded = padded(row[12]) or ""
    if recorded < found.until:
        raise too_early(_called(row), row[0])
    found.until = recorded


def _checked(row: Row) -> str:
    """The subject of an event that agrees with its body. Raises Fault."""
    id_, source, source_id, kind, at, position, data, hash_, previous, evidence, note, due, _, _, _, count, refs = row
    if sha256(data.encode()).hexdigest() != hash_:
        raise Fault(f"{_called(row)}: its body does not have its hash; one of the two was changed.", id_)
    body = orjson.loads(data)
    said = body.get
    if (
        said("id") != id_
        or said("kind") != kind
        or said("at") != padded(at)
        or said("position") != position
        or type(position) is not int
        or said("previousHash") != previous
        or said("note") != note
        or (said("evidence") or []) != (evidence or [])
        or (said("dueAt") or OPEN_TEXT) != (padded(due) or OPEN_TEXT)
    ):
        raise Fault(f"{_called(row)}: {_difference(row, body)}", id_)
    if record_id(source, source_id) != id_:
        raise Fault(f"{_called(row)}: its source and sourceId are not those that its id is made of.", id_)
    if count != 15 - row[:15].count(None):
        raise Fault(f"{_called(row)}: it has a property that no event has.", id_)
    expected = {kind: body[name] for kind, name in _REFS if name in body}
    if len(refs) != len(expected) or dict(refs) != expected:
        raise Fault(f"{_called(row)}: {_difference_of_refs(refs, expected)}", id_)
    return body["subject"]


_REFS = (("EVENT_OF", "subject"), ("DONE_BY", "actor"), ("DONE_AS", "post"), ("PASSED_TO", "toOrganization"))


def _called(row: Row) -> str:
    number = "without a number" if row[14] is None else f"number {row[14]}"
    return f"Event {row[0]} ({number}, {row[3]})"


def _difference(row: Row, body: dict[str, Any]) -> str:
    names = ("id", "kind", "at", "position", "previousHash", "note", "evidence", "dueAt")
    due = None if padded(row[11]) == OPEN_TEXT else row[11]
    for name, value in zip(names, (row[0], row[3], row[4], row[5], row[8], row[10], row[9] or None, due), strict=True):
        said = body.get(name)
        shown = padded(value) if name in ("at", "dueAt") else value
        if said != shown or type(said) is not type(shown):
            return f"its {name} is {value!r}, but its body says {said!r}."
    return "it is not what its body says."


def _difference_of_refs(found: Sequence[Any], expected: dict[str, str]) -> str:
    there = [(kind, record) for kind, record in found]
    for kind, record in expected.items():
        if (kind, record) not in there:
            return f"its body says {kind} {record}, and no such relationship goes out from it."
    more = next((ref for ref in there if ref[1] != expected.get(ref[0])), there[0])
    return f"a relationship {more[0]} to {more[1]} goes out from it of which its body says nothing."
