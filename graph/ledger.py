"""The ledger's chain: each event is sealed over its body and the hash of the event before it on the same subject.

The body is canonical JSON (RFC 8785) and holds `previousHash`, so the SHA-256 of the text alone is the event's hash.
`recordedAt` is not in the body: an import's is taken when it becomes visible, after its events were sealed.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import orjson

from graph.model.instants import utc

FORM = 1
"""Of the body. It is in every body, so that a later form can be told from this one."""


class Entry(NamedTuple):
    """What an event says, before it is sealed. `row` holds what was recorded where the event records a record."""

    id: str
    subject: str
    position: int
    kind: str
    at: datetime
    actor: str | None = None
    post: str | None = None
    to_organization: str | None = None
    due_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None
    row: Mapping[str, str] | None = None


class Sealed(NamedTuple):
    """`data`: the canonical body. `hash`: its SHA-256, hexadecimal. `previous_hash`: None for the first of a chain."""

    data: str
    hash: str
    previous_hash: str | None


def seal(entry: Entry, previous_hash: str | None) -> Sealed:
    """Seal an event onto the chain that ends in `previous_hash`. What is not said is left out of the body."""
    body: dict[str, object] = {
        "form": FORM,
        "id": entry.id,
        "subject": entry.subject,
        "position": entry.position,
        "kind": entry.kind,
        "at": text_of(entry.at),
    }
    if entry.actor is not None:
        body["actor"] = entry.actor
    if entry.post is not None:
        body["post"] = entry.post
    if entry.to_organization is not None:
        body["toOrganization"] = entry.to_organization
    if entry.due_at is not None:
        body["dueAt"] = text_of(entry.due_at)
    if entry.evidence:
        body["evidence"] = list(entry.evidence)
    if entry.note is not None:
        body["note"] = entry.note
    if entry.row is not None:
        body["row"] = dict(entry.row)
    if previous_hash is not None:
        body["previousHash"] = previous_hash
    data = _canonical(body)
    return Sealed(data.decode(), hashlib.sha256(data).hexdigest(), previous_hash)


def leaf_of(event_hash: str, recorded_at: datetime, digest: str | None) -> bytes:
    """An event as the log's tree has it: its hash, and what its body does not hold. `digest`: of an imported row."""
    return leaf_of_text(event_hash, text_of(recorded_at), digest)


def leaf_of_text(event_hash: str, recorded_at: str, digest: str | None) -> bytes:
    """As `leaf_of`, where the instant is text already."""
    leaf = {"form": FORM, "hash": event_hash, "recordedAt": recorded_at}
    return _canonical(leaf if digest is None else {**leaf, "digest": digest})


@lru_cache(maxsize=1_024)
def text_of(instant: datetime) -> str:
    """An instant as bodies have it: UTC, always with six digits of a second.

    Few are kept: who seals an event writes its instants next.
    """
    # orjson leaves out a fraction of 0, and takes a third of the time of isoformat.
    text = orjson.dumps(utc(instant), option=orjson.OPT_UTC_Z).decode()
    return text[1:-1] if instant.microsecond else f"{text[1:-2]}.000000Z"


def _canonical(body: Mapping[str, object]) -> bytes:
    # Without floats and with ASCII keys orjson's sorted form is RFC 8785's, at a tenth of the time of rfc8785; a test
    # holds the two together.
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
