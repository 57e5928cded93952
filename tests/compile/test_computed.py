"""What the compiler works out of a state is what the rule says, in every order of clocks, steps and the instant."""

import asyncio
from datetime import timedelta
from itertools import product
from typing import Any

from graph.compile.roots import Moment, Viewer, by_ids
from graph.compile.selection import Selected
from graph.migrations import migrate
from graph.session import Database
from services.campaign.rules import Reply, breaches
from tests.database import DatabaseConnection
from tests.world import RECORDED, World, at

ISSUED = at("2024-12-16T09:00+08:00")
BY = [ISSUED + timedelta(minutes=minutes) for minutes in (30, 60, 120)]
DONE = [None, *(ISSUED + timedelta(minutes=minutes) for minutes in (30, 31, 60, 61, 120, 121))]
AT = [ISSUED + timedelta(minutes=minutes) for minutes in (0, 29, 30, 31, 60, 61, 120, 121, 999)]
ASKED = Selected(
    "breaches", "missed", {}, {"Breach": tuple(Selected(name, name) for name in ("kind", "dueAt", "doneAt"))}
)


def test_breaches_are_those_of_the_rule(clean_database: DatabaseConnection) -> None:
    world = World()
    replies: dict[str, Reply] = {}
    for number, done in enumerate(product(DONE, repeat=3)):
        reply = Reply(ISSUED, *BY, *done)
        names = ("acknowledgeBy", "actBy", "answerBy", "acknowledgedAt", "actedAt", "answeredAt")
        given = dict(zip(names, (*BY, *done), strict=True))
        replies[world.entity("Recipient", f"r{number}", **given)] = reply

    async def go() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, RECORDED)
            await world.write(database)
            for instant in AT:
                statement = by_ids("Recipient", list(replies), (ASKED,), Moment(instant, instant), Viewer())
                (row,) = await database.read(statement.cypher, statement.parameters)
                found = {one["id"]: [shown(breach) for breach in one["record"]["missed"]] for one in row["data"]}
                assert found == {
                    record: [(breach.kind, breach.due_at, breach.done_at) for breach in breaches(reply, instant)]
                    for record, reply in replies.items()
                }

    asyncio.run(go())


def shown(breach: dict[str, Any]) -> tuple[Any, ...]:
    return breach["kind"], breach["dueAt"], breach["doneAt"]
