"""A county with those who supervise and those whom they supervise, for the rows about how people work.

Each row may add to it what it needs besides, and is lived in seven cells.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway.schema import schema
from graph.migrations import migrate
from graph.session import Database
from services.hosting.identity import Role
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.world import RECORDED, World, at

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in OPERATIONS.glob("*.graphql")}
MONDAY = at("2024-12-16T09:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HANDOVER = at("2024-12-18T12:00+08:00")
"""When the clerk's post at housing gets its successor."""

PEOPLE = (
    ("officer", "office", "攻坚办科员"),
    ("inspector", "bureau", "督查员"),
    ("clerk", "housing", "住建科员"),
    ("manager", "housing", "住建科长"),
    ("driver", "transport", "交通科员"),
    ("townsman", "town", "街道科员"),
    ("disciplinarian", "discipline", "追责办科员"),
)


@dataclass
class County:
    """Organizations with their people and three sites on an empty Neo4j. `ids` by the names that the tests use."""

    connection: DatabaseConnection
    ids: dict[str, str]
    keys: "count[int]" = field(default_factory=count)

    @asynccontextmanager
    async def database(self) -> AsyncGenerator["Office"]:
        async with Database(*self.connection) as database:
            yield Office(self, database)


@dataclass
class Office:
    county: County
    database: Database

    @property
    def ids(self) -> dict[str, str]:
        return self.county.ids

    async def send(
        self, document: str, now: datetime, who: str | None, role: Role = Role.DEPARTMENT, /, **given: Any
    ) -> dict[str, Any]:
        """Send a command as a person, or as a machine where `who` is None; the answer of its one root field."""
        given = {"idempotencyKey": f"key-{next(self.county.keys)}", **given}
        caller = context(self.database, now, role, who and self.ids[who], subject=who or "machine")
        (answer,) = (await ask(schema, DOCUMENTS.get(document, document), {"input": given}, as_=caller)).values()
        return answer

    async def refused(self, document: str, now: datetime, who: str | None, /, **given: Any) -> tuple[str, str]:
        """The code of the refusal, and the field that it is about."""
        answer = await self.send(document, now, who, **given)
        assert "code" in answer, answer
        return answer["code"], answer["errors"][0]["path"]

    async def read(self, document: str, now: datetime, /, **variables: Any) -> Any:
        """The answer of the one root field of a query."""
        found = await ask(schema, DOCUMENTS.get(document, document), variables, as_=context(self.database, now))
        (answer,) = found.values()
        return answer

    async def act(self, problem: str, action: str, now: datetime, who: str, **given: Any) -> dict[str, Any]:
        return await self.send("ActOnProblem", now, who, problem=problem, action=action, **given)

    async def done(self, problem: str, action: str, now: datetime, who: str, **given: Any) -> None:
        answer = await self.act(problem, action, now, who, **given)
        assert "problem" in answer, (action, answer)

    async def closed(self, problem: str, now: datetime, evidence: list[dict[str, Any]]) -> None:
        """From its registration to its closing, an hour each: assigned to housing, rectified by the clerk."""
        await self.done(problem, "ASSIGN", now, "officer", toOrganization=self.ids["housing"])
        await self.done(problem, "ACCEPT", now + HOUR, "clerk")
        await self.done(problem, "SUBMIT", now + 2 * HOUR, "clerk", attachments=evidence)
        await self.done(problem, "VERIFY", now + 3 * HOUR, "inspector")
        await self.done(problem, "CLOSE", now + 4 * HOUR, "officer")


def photo(name: str, taken: datetime, **more: Any) -> dict[str, Any]:
    """A photo, as an input has it."""
    return {
        "kind": "PHOTO",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "reference": f"file:{name}",
        "takenAt": taken.isoformat(),
        **more,
    }


def nothing_more(_world: World, _ids: dict[str, str]) -> None:
    """For a row that needs no more than all have."""


def county_on(connection: DatabaseConnection, more: Callable[[World, dict[str, str]], None] = nothing_more) -> County:
    """Fill an empty Neo4j. `more`: adds what one row needs besides."""
    world = World()
    ids: dict[str, str] = {}
    for name, title, kind in (
        ("government", "某县人民政府", "GOVERNMENT"),
        ("office", "攻坚办", "SUPERVISION_BODY"),
        ("bureau", "督查局", "SUPERVISION_BODY"),
        ("discipline", "纪委追责办", "DISCIPLINE_BODY"),
        ("housing", "住建局", "DEPARTMENT"),
        ("transport", "交通局", "DEPARTMENT"),
        ("town", "一街道", "SUBDISTRICT"),
    ):
        ids[name] = world.entity("Organization", name, name=title, kind=kind)
    for person, organization, title in PEOPLE:
        until = "2024-12-18T12:00+08:00" if person in ("clerk", "disciplinarian") else None
        employ(world, ids, person, organization, title, until)
    for successor, post in (("successor", "clerk-post"), ("newcomer", "disciplinarian-post")):
        ids[successor] = world.entity("Person", successor, name=f"甲{successor}")
        world.fact("Membership", f"{successor}-m", ids[successor], ids[post], "2024-12-18T12:00+08:00")
    ids["area"] = world.entity("Area", "area", name="一街道", kind="SUBDISTRICT")
    ids["community"] = world.entity("Area", "community", name="一社区", kind="COMMUNITY")
    world.fact("Within", "community.parent", ids["community"], ids["area"], explicit=False)
    for number in (1, 2, 3):
        site = ids[f"site{number}"] = world.entity(
            "Site", f"site{number}", name=f"{number}号工地", kind="CONSTRUCTION", keyProject=number == 3
        )
        world.fact("Within", f"site{number}.area", site, ids["community"], explicit=False)
    more(world, ids)

    async def fill() -> None:
        async with Database(*connection) as database:
            await migrate(database, RECORDED)
            await world.write(database)

    asyncio.run(fill())
    return County(connection, ids)


def employ(
    world: World, ids: dict[str, str], person: str, organization: str, title: str, until: str | None = None
) -> None:
    """A person in a post of their own of an organization."""
    post = ids[f"{person}-post"] = world.entity("Post", f"{person}-post", title=title)
    ids[person] = world.entity("Person", person, name=f"甲{person}")
    world.fact("PostIn", f"{person}.in", post, ids[organization], explicit=False)
    world.fact("Membership", f"{person}-m", ids[person], post, "2024-01-01T00:00+08:00", until)


Cell = Callable[[Office], Coroutine[Any, Any, None]]

SEVEN = (
    "the_straight_way",
    "the_wrong_person_acts",
    "steps_in_the_wrong_order",
    "a_step_repeated_by_a_retry",
    "the_clock_runs_out_at_that_instant",
    "a_holiday_between",
    "a_post_changes_hands_half_way",
)
"""What is tried of every row."""


def seven(*cells: Cell) -> pytest.MarkDecorator:
    """A row's test, once for each of its cells; a row that leaves one out is no row."""
    assert tuple(cell.__name__ for cell in cells) == SEVEN
    return pytest.mark.parametrize("cell", cells, ids=SEVEN)


def live(county: County, cell: Cell) -> None:
    """Live through a cell in the county."""

    async def go() -> None:
        async with county.database() as office:
            await cell(office)

    asyncio.run(go())
