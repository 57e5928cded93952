"""A site with its organizations, posts and people, on an empty Neo4j."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from graph.migrations import migrate
from graph.session import Database
from tests.database import DatabaseConnection
from tests.world import RECORDED, World


@dataclass(frozen=True)
class Place:
    connection: DatabaseConnection
    site: str
    area: str
    department: str
    office: str
    worker: str
    supervisor: str
    stranger: str
    worker_post: str
    supervisor_post: str

    @asynccontextmanager
    async def database(self) -> AsyncGenerator[Database]:
        async with Database(*self.connection) as database:
            yield database


@pytest.fixture
def place(clean_database: DatabaseConnection) -> Place:
    world = World()
    office = world.entity("Organization", "office", name="攻坚办", kind="SUPERVISION_BODY")
    department = world.entity("Organization", "department", name="住建局", kind="DEPARTMENT")
    area = world.entity("Area", "area", name="一社区", kind="COMMUNITY")
    site = world.entity("Site", "site", name="一工地", kind="CONSTRUCTION")
    world.fact("Within", "site.area", site, area, explicit=False)
    posts = {
        name: world.entity("Post", f"{name}-post", title=title)
        for name, title in (("worker", "网格员"), ("supervisor", "监管员"))
    }
    world.fact("PostIn", "worker.in", posts["worker"], office, explicit=False)
    world.fact("PostIn", "supervisor.in", posts["supervisor"], department, explicit=False)
    people = {name: world.entity("Person", name, name=name) for name in ("worker", "supervisor", "stranger")}
    for name, post in posts.items():
        world.fact("Membership", f"{name}-m", people[name], post, "2024-01-01T00:00+08:00")
    made = Place(clean_database, site, area, department, office, **people, **{f"{k}_post": v for k, v in posts.items()})

    async def fill() -> None:
        async with made.database() as database:
            await migrate(database, RECORDED)
            await world.write(database)

    asyncio.run(fill())
    return made
