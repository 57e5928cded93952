"""The database of a home, for a command that works on it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from gateway.cli.bars import EngineBars
from gateway.cli.failures import Refused
from gateway.cli.home import lent
from graph.migrations import is_migrated
from graph.session import Database

Answer = TypeVar("Answer")


def with_database(home: Path, work: Callable[[Database], Awaitable[Answer]], *, in_any_form: bool = False) -> Answer:
    """What `work` comes to, over the home's database; its engine is started for this where it does not run.

    Raises Refused where the database has not this version's form, unless `work` takes it `in_any_form`.
    """

    async def connected() -> Answer:
        if settings.database is None:
            raise Refused("No database is named: set NEO4J_URI.")
        address = settings.database
        async with await Database.connect(address.uri, address.user, address.password) as database:
            if not (in_any_form or await is_migrated(database)):
                raise Refused("The database has not the form of this version. Run `zeren migrate`, or `zeren up`.")
            return await work(database)

    with EngineBars(Console(stderr=True)) as bars, lent(home, bars) as settings:
        return asyncio.run(connected())
