"""What a person answered for: candidates by one statement, judged by the rules, until the page is full."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph.compile.cursor import fingerprint, page_size, parse
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.selection import Selected
from graph.queries.accountable import ORDER, Search, Shown, Starts
from schema.errors import as_graphql
from schema.scalars import Instant
from services.accountability import searching
from services.accountability.pages import Page, asked_of_nodes, connection, is_counted, record, union
from services.accountability.reading import near_of
from services.accountability.rules.answered import Answered, answered
from services.accountability.searching import LARGEST, found_of, judged_at_first, rounds
from services.campaign.rulebook import current
from services.hosting.context import Context
from services.hosting.reading import selection_of

Row = dict[str, Any]


@dataclass(frozen=True)
class _Entry:
    """A problem of the list, with what the statement brought of it and of the post."""

    answered: Answered
    problem: Row
    post: Row


async def accountable_for(
    info: strawberry.Info[Context, None],
    person: strawberry.ID,
    from_: Annotated[Instant, strawberry.argument(name="from")],
    to: Instant,
    first: int | None = 20,
    after: str | None = None,
    known_at: Instant | None = None,
) -> Any:
    """Problems discovered in [from, to) that this person answered for on lines 1 to 4, newest first. 任职履责清单"""
    selected = selection_of(info)
    mark = fingerprint("accountableFor", person, from_, to, known_at)
    try:
        if to < from_:
            raise ReadError(
                ReadErrorCode.BAD_RANGE, f"to {to.isoformat()} lies before from {from_.isoformat()}; swap them"
            )
        size = page_size(first)
        seek = parse(after, ORDER, mark) if after is not None else None
    except ReadError as error:
        raise as_graphql(error) from error
    search = Search(
        Starts((person,)), from_, to, searching.BUDGET, judged_at_first(size), size + searching.LOOK_AHEAD, seek
    )
    entries: list[_Entry] = []
    async for entry in _every(info, search, selected, known_at):
        entries.append(entry)
        if len(entries) > size:
            break
    total: int | None = None
    if is_counted(selected):
        everything = replace(search, budget=LARGEST, walked=LARGEST, ahead=LARGEST, after=None)
        total = len([None async for _ in _every(info, everything, None, known_at)])
    page = Page(entries[:size], len(entries) > size, after is not None, total)
    return connection(selected, page, lambda entry: _cursor(mark, entry), _node)


async def _every(
    info: strawberry.Info[Context, None], search: Search, selected: Selected | None, known_at: datetime | None
) -> AsyncIterator[_Entry]:
    """What the person answered for, in order; `selected` None: nothing is shown of it."""
    shown = Shown()
    if selected is not None:
        shown = Shown(union(asked_of_nodes(selected, "problem")), union(asked_of_nodes(selected, "post")))
    (person,) = search.starts.persons
    async for data in rounds(info, search, shown, known_at):
        if not data["persons"]:
            raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, f"there is no Person {person} that you may see"))
        problems = {row["id"]: row["shown"] for row in data["found"]}
        posts = {row["id"]: row["shown"] for row in data["posts"]}
        for one in answered(found_of(data), near_of(data), person, current()):
            yield _Entry(one, problems[one.problem.problem], posts[one.post])


def _cursor(mark: str, entry: _Entry) -> str:
    problem = entry.answered.problem
    return f"{mark}.{problem.problem}.{problem.discovered_at.isoformat()}"


def _node(selected: Selected, entry: _Entry) -> Row:
    shown: Row = {}
    for part in selected.only():
        match part.name:
            case "level":
                shown[part.key] = entry.answered.level
            case "role":
                shown[part.key] = entry.answered.role
            case "post":
                shown[part.key] = record(part, entry.post)
            case "problem":
                shown[part.key] = record(part, entry.problem)
            case _:
                shown[part.key] = "AccountableProblem"
    return shown
