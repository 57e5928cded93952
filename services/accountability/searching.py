"""Problems that may be what is sought, round by round, until there are no more of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry

from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.queries import accountable
from graph.queries.accountable import Search, Shown
from services.accountability.rules.answered import Found
from services.accountability.rules.near import Subject
from services.hosting.context import Context
from services.hosting.reading import answer

Row = dict[str, Any]

BUDGET = 512
"""So much may lie on each step from the posts down to the problems, at first."""

FEWEST = 32
"""So many problems are judged at once at least."""

LOOK_AHEAD = 8
"""So many more than a page holds are judged at first of all problems by time: who has so much answers for most."""

MORE = 8
"""How many times more that may be in each further round, while no more than MORE / 2 times as many are judged."""

LARGEST = 4096
"""So many problems are judged at once."""


def judged_at_first(size: int) -> int:
    """How many problems are judged in the first round for a page of this size."""
    return max(2 * size, FEWEST)


async def rounds(
    info: strawberry.Info[Context, None], search: Search, shown: Shown, known_at: datetime | None
) -> AsyncIterator[Row]:
    """The data of each statement: the next problems in order, with what lies near them."""
    while True:

        def compiled(_: Selected, moment: Moment, viewer: Viewer, search: Search = search) -> Statement:
            return accountable.candidates(search, shown, moment, viewer)

        row = await answer(info, compiled, None, known_at)
        data, known_at = row["data"], row["k"]
        yield data
        if not data["more"]:
            return
        last = data["found"][-1]
        search = replace(
            search,
            budget=search.budget * MORE,
            walked=min(search.walked * MORE // 2, LARGEST),
            ahead=min(search.ahead * MORE // 2, LARGEST),
            after=(last["discoveredAt"], last["id"]),
        )


def found_of(data: Row) -> list[Found]:
    """The problems of a round, as the rules take them."""
    return [
        Found(row["id"], row["discoveredAt"], Subject(row["site"], row["area"], row["task"])) for row in data["found"]
    ]
