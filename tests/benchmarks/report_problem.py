"""How quickly problems are reported, by one client and by sixteen: python -m tests.benchmarks.report_problem

On the Neo4j that NEO4J_URI names (it is emptied), without HTTP and GraphQL: the command until it is acknowledged.
"""

import asyncio
import os
import sys
import uuid
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

from graph.migrations import migrate
from graph.model.enums import Severity
from graph.session import Database
from services.hosting.identity import Caller, Role
from services.oversight.commands import Report, report
from tests.database import DatabaseConnection, empty
from tests.world import World

SECONDS = 5.0


async def main(seconds: float = SECONDS) -> None:
    connection = DatabaseConnection(os.environ["NEO4J_URI"], os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
    await asyncio.to_thread(empty, connection)
    async with await Database.connect(*connection) as database:
        await migrate(database, datetime.now(UTC))
        world = World()
        areas = [world.entity("Area", f"A{n}", name="片区", kind="GRID") for n in range(50)]
        await world.write(database)
        actor = Caller("bench", Role.ADMINISTRATOR)

        async def client(areas: list[str], until: float, taken: list[float]) -> None:
            turn = 0
            while perf_counter() < until:
                turn += 1
                command = Report(
                    uuid.uuid4().hex, "扬尘", "GRID_REPORT", Severity.NORMAL, area=areas[turn % len(areas)]
                )
                begun = perf_counter()
                await report(database, command, actor, datetime.now(UTC), None)
                taken.append(perf_counter() - begun)

        for clients in (1, 16):
            taken: list[float] = []
            await asyncio.gather(*(client(areas[n:] + areas[:n], perf_counter() + 1, []) for n in range(clients)))
            until = perf_counter() + seconds
            await asyncio.gather(*(client(areas[n:] + areas[:n], until, taken) for n in range(clients)))
            taken.sort()
            sys.stdout.write(
                f"{clients} clients: {len(taken) / seconds:,.0f}/s, median {median(taken) * 1e3:.1f} ms, "
                f"99 % {taken[len(taken) * 99 // 100] * 1e3:.1f} ms\n"
            )


if __name__ == "__main__":
    asyncio.run(main())
