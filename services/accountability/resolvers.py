"""The trace: facts by one statement, judged by the rules, shown as the client asked."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import strawberry

from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.queries import trace as walk
from graph.queries.feed import Wanted
from graph.queries.trace import Asked
from schema.enums import EventKind
from schema.errors import as_graphql
from schema.scalars import Instant
from services.accountability import rules
from services.accountability.alike import LikeWhat, similar_to
from services.accountability.reading import facts_of, history_of
from services.accountability.rules.near import Subject
from services.accountability.showing import Judged, Showing, asked_of_records
from services.accountability.types import LoggedEvent
from services.campaign.rulebook import current
from services.hosting.context import Context
from services.hosting.following import follow
from services.hosting.reading import answer


async def trace(
    info: strawberry.Info[Context, None],
    subject: strawberry.ID,
    as_of: Instant | None = None,
    known_at: Instant | None = None,
) -> Any:
    """Who answered for this subject at that moment, as far as was known at that other moment? 责任追溯"""
    asked: list[Selected] = []

    def compiled(selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
        asked.append(selected)
        one = Asked(subject, moment.as_of, moment.known_at)
        return walk.trace(one, selected, lambda: asked_of_records(selected), moment, viewer)

    row = await answer(info, compiled, as_of, known_at)
    (found,) = row["data"]
    data = found["facts"]
    if data["subject"]["id"] is None:
        message = f"there is no {', '.join(walk.SUBJECTS)} {subject} that you may see"
        raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, message))
    (selected,) = asked
    facts = facts_of(data)
    judged = _judged(data, facts, found["t"], found["k"])
    alike = {part.key: part for part in selected.only() if part.name == "similar"}
    if alike:
        own = Subject(facts.site, facts.area, facts.task)
        one = LikeWhat(data["subject"]["id"], own, judged.lines, found["k"])
        given = (subject, as_of, known_at)
        similar = {key: await similar_to(info, one, part, given) for key, part in alike.items()}
        judged = replace(judged, similar=similar)
    return Showing(data).trace(selected, judged)


def _judged(data: dict[str, Any], facts: rules.Facts, as_of: Any, known_at: Any) -> Judged:
    rulebook = current()
    lines = rules.lines(facts, rulebook)
    history = history_of(data, facts, known_at)
    hands: tuple[rules.Custody, ...] = ()
    merits: tuple[rules.Exculpatory, ...] = ()
    if history is not None:
        hands = rules.custody(history)
        merits = rules.exculpatory(history, lines, hands, as_of)
    return Judged(as_of, known_at, lines, hands, merits, rulebook.version)


def events(
    info: strawberry.Info[Context, None],
    subject: strawberry.ID | None = None,
    kinds: list[EventKind] | None = None,
    after: str | None = None,
) -> AsyncGenerator[LoggedEvent]:
    """Every event, in the order of the log: those after the cursor, then each as it comes. 存证动态"""
    return follow(info, Wanted(subject=subject, kinds=tuple(str(kind) for kind in kinds or ())), after)
