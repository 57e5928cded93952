"""The rows of the noticing's statement, as the rules read them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from graph.model.enums import EventKind, LineKind
from services.accountability.rules import Event, Facts, History, lines
from services.accountability.rules.noticing import Again, Missing, Problem, Received
from services.campaign.rules import Reply, Rulebook
from services.oversight.rules import load

Row = dict[str, Any]

_OF_GAPS = (LineKind.TERRITORIAL, LineKind.INDUSTRY, LineKind.TASK)


def problem_of(row: Row, trace: Facts, known_at: datetime, rulebook: Rulebook) -> Problem:
    """A problem; `trace`: what held near it when it was discovered."""
    history = History(
        discovered_at=row["discoveredAt"],
        known_at=known_at,
        clock=load(row["life"]).clock if row["life"] else None,
        events=events_of(row["events"], row["homes"]),
    )
    missing = [
        Missing(line.kind, hop.gap, hop.level)
        for line in lines(trace, rulebook)
        if line.kind in _OF_GAPS
        for hop in line.hops
        if hop.gap is not None
    ]
    again = [Again(other["at"], other["event"]) for other in row["again"]]
    return Problem(history, row["line"], again, tuple(dict.fromkeys(missing)))


def received_of(row: Row) -> Received:
    """An instruction as one organization received it; what that did by when, its events say."""
    events = events_of(row["events"], row["homes"])
    done: dict[EventKind, datetime] = {}
    for event in events:
        done.setdefault(event.kind, event.at)
    clocks = (row[name] for name in ("issuedAt", "acknowledgeBy", "actBy", "answerBy"))
    steps = (done.get(kind) for kind in (EventKind.ACKNOWLEDGE, EventKind.ACT, EventKind.ANSWER))
    return Received(row["organization"], Reply(*clocks, *steps), events, row["line"])


def events_of(bodies: Sequence[str], homes: Sequence[Sequence[str]]) -> tuple[Event, ...]:
    """Events out of their bodies, as they were sealed."""
    home = {event: organization for event, organization in homes}  # noqa: C416 - of lists, not pairs
    return tuple(_event(orjson.loads(body), home) for body in bodies)


def _event(body: Row, home: Mapping[str, str]) -> Event:
    return Event(
        body["id"],
        EventKind(body["kind"]),
        datetime.fromisoformat(body["at"]),
        body.get("actor"),
        body.get("post"),
        home.get(body["id"]),
        body.get("toOrganization"),
        datetime.fromisoformat(body["dueAt"]) if "dueAt" in body else None,
        tuple(body.get("evidence", ())),
        body.get("note"),
    )
