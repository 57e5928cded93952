"""`similar` of a trace: open problems that share a person or a gap with it, judged until the page is full."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import strawberry

from graph.compile.cursor import fingerprint, page_size, parse
from graph.compile.errors import ReadError
from graph.compile.selection import Selected
from graph.model.instants import BEGINNING, OPEN
from graph.queries.accountable import ORDER, Search, Shown, Starts
from schema.errors import as_graphql
from services.accountability import searching
from services.accountability.pages import Page, asked_of_nodes, connection, is_counted, record, union
from services.accountability.reading import near_of
from services.accountability.rules.facts import Line
from services.accountability.rules.near import Subject
from services.accountability.rules.similar import Shared, Similar, shared_of, similar
from services.accountability.searching import LARGEST, found_of, judged_at_first, rounds
from services.campaign.rulebook import current
from services.hosting.context import Context

Row = dict[str, Any]


@dataclass(frozen=True)
class LikeWhat:
    """A trace that others are to be like: of what, as known when, and its lines."""

    record: str
    subject: Subject
    lines: Sequence[Line]
    known_at: datetime


@dataclass(frozen=True)
class _Entry:
    """A problem of the list, with what the statement brought of it and of those it shares."""

    similar: Similar
    problem: Row
    holders: Sequence[Row]


async def similar_to(info: strawberry.Info[Context, None], like: LikeWhat, selected: Selected, asked: object) -> Row:
    """The connection as one selection asks for it. `asked`: the arguments of the trace, which its cursors belong to."""
    mark = fingerprint("similar", asked)
    after = selected.arguments.get("after")
    try:
        size = page_size(selected.arguments.get("first"))
        seek = parse(after, ORDER, mark) if after is not None else None
    except ReadError as error:
        raise as_graphql(error) from error
    shared = shared_of(like.lines, like.subject)
    first = judged_at_first(size)
    search = Search(_starts(shared), BEGINNING, OPEN, searching.BUDGET, first, first, seek, steps=1, open_only=True)
    entries: list[_Entry] = []
    async for entry in _every(info, like, shared, search, selected):
        entries.append(entry)
        if len(entries) > size:
            break
    total: int | None = None
    if is_counted(selected):
        everything = replace(search, budget=LARGEST, walked=LARGEST, ahead=LARGEST, after=None)
        total = len([None async for _ in _every(info, like, shared, everything, None)])
    page = Page(entries[:size], len(entries) > size, after is not None, total)
    return connection(selected, page, lambda entry: _cursor(mark, entry), _node)


def _starts(shared: Shared) -> Starts:
    """A lack on a line is of an area or an organization, or else of the site or the task itself."""
    posts = tuple(lack.of for lack in shared.lacks if lack.line is None and lack.of is not None)
    others = tuple(lack.of for lack in shared.lacks if lack.line is not None and lack.of is not None)
    return Starts(tuple(shared.holders), posts, others, others)


async def _every(
    info: strawberry.Info[Context, None], like: LikeWhat, shared: Shared, search: Search, selected: Selected | None
) -> AsyncIterator[_Entry]:
    """Every one, in order; `selected` None: nothing is shown of it."""
    if not shared:
        return
    shown = Shown()
    if selected is not None:
        problems, holders = (union(asked_of_nodes(selected, name)) for name in ("problem", "holders"))
        shown = Shown(problems, persons=holders)
    async for data in rounds(info, search, shown, like.known_at):
        problem = {row["id"]: row["shown"] for row in data["found"]}
        person = {row["id"]: row["shown"] for row in data["persons"]}
        for one in similar(found_of(data), near_of(data), shared, current(), like.record):
            yield _Entry(one, problem[one.problem.problem], [person[id_] for id_ in sorted(one.shared.holders)])


def _cursor(mark: str, entry: _Entry) -> str:
    problem = entry.similar.problem
    return f"{mark}.{problem.problem}.{problem.discovered_at.isoformat()}"


def _node(selected: Selected, entry: _Entry) -> Row:
    shown: Row = {}
    for part in selected.only():
        match part.name:
            case "problem":
                shown[part.key] = record(part, entry.problem)
            case "holders":
                shown[part.key] = [record(part, holder) for holder in entry.holders]
            case "gaps":
                shown[part.key] = sorted({lack.gap for lack in entry.similar.shared.lacks})
            case _:
                shown[part.key] = "SimilarProblem"
    return shown
