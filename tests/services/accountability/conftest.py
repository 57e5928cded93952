"""A site with those who regulate it, an expert group, and the findings over what is done about a problem there."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway.schema import schema
from graph.migrations import migrate
from graph.session import Database
from services.accountability.noticing import Looked, Noticing
from services.campaign.rulebook import shipped
from services.hosting.identity import Role
from services.ledger.keyring import Keyring
from services.ledger.reading import Verified, verify_database
from services.ledger.sequencer import Sequencer
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.world import RECORDED, World, at

OPERATIONS = Path(__file__).parents[3] / "schema" / "operations"
DOCUMENT = (OPERATIONS / "Findings.graphql").read_text("utf-8")
MONDAY = at("2024-12-16T09:00+08:00")
HOUR = timedelta(hours=1)


@dataclass
class County:
    """`ids` by the names that the tests use."""

    database: Database
    home: Path
    ids: dict[str, str]
    keys: "count[int]" = field(default_factory=count)
    noticing: Noticing = field(init=False)

    def __post_init__(self) -> None:
        self.noticing = Noticing(self.database, shipped())

    async def send(self, document: str, hour: float, who: str | None, **given: Any) -> dict[str, Any]:
        """Send a command so many hours after Monday's nine o'clock."""
        given = {"idempotencyKey": f"key-{next(self.keys)}", **given}
        role = Role.DEPARTMENT if who else Role.ADMINISTRATOR
        caller = context(self.database, MONDAY + hour * HOUR, role, who and self.ids[who], subject=who or "machine")
        text = (OPERATIONS / f"{document}.graphql").read_text("utf-8")
        (answer,) = (await ask(schema, text, {"input": given}, as_=caller)).values()
        assert "code" not in answer, answer
        return answer

    async def report(self, hour: float = 0, **given: Any) -> str:
        plain = {"title": "裸土未覆盖", "origin": "PATROL", "severity": "NORMAL", "site": self.ids["site"]}
        return (await self.send("ReportProblem", hour, "clerk", **plain, **given))["problem"]["id"]

    async def act(self, problem: str, hour: float, action: str, who: str = "officer", **given: Any) -> None:
        if "dueAt" in given:
            given["dueAt"] = (MONDAY + given["dueAt"] * HOUR).isoformat()
        await self.send("ActOnProblem", hour, who, problem=problem, action=action, **given)

    async def assigned(self, due: float = 10) -> str:
        """Reported at nine, assigned to housing at eleven."""
        problem = await self.report()
        await self.act(problem, 1, "REGISTER", "clerk")
        await self.act(problem, 2, "ASSIGN", "clerk", toOrganization=self.ids["housing"], dueAt=due)
        return problem

    async def closed(self) -> str:
        problem = await self.assigned()
        await self.act(problem, 3, "ACCEPT")
        await self.act(problem, 4, "SUBMIT", evidence=["covered.jpg"])
        await self.act(problem, 5, "VERIFY", "clerk")
        await self.act(problem, 6, "CLOSE", "clerk")
        return problem

    async def number(self) -> None:
        sequencer = Sequencer(self.database, lambda: Keyring.open(self.home / "keys"), [], lambda: MONDAY)
        await sequencer.catch_up()

    async def look(self, hour: float) -> Looked:
        """Number all events, and look until nothing is left."""
        await self.number()
        return await self.noticing.look_until_done(MONDAY + hour * HOUR)

    async def read(
        self, hour: float = 1000, role: Role = Role.DISCIPLINE, who: str | None = None, document: str = DOCUMENT,
        first: int = 50, after: str | None = None, **where: Any,
    ) -> dict[str, Any]:  # fmt: skip
        caller = context(self.database, MONDAY + hour * HOUR, role, who and self.ids[who])
        variables = {"filter": where, "first": first, "after": after}
        return (await ask(schema, document, variables, as_=caller))["findings"]

    async def nodes(self, **asked: Any) -> list[dict[str, Any]]:
        return [edge["node"] for edge in (await self.read(**asked))["edges"]]

    async def kinds(self, **asked: Any) -> list[str]:
        return [node["kind"] for node in await self.nodes(**asked)]

    async def verify(self) -> Verified:
        await self.number()
        return await verify_database(self.database, None, [], lambda _done, _all: None)


@pytest.fixture
async def county(clean_database: DatabaseConnection, tmp_path: Path) -> AsyncGenerator[County]:
    world = World()
    ids: dict[str, str] = {}
    for name, title, kind in (
        ("government", "某县人民政府", "GOVERNMENT"),
        ("office", "攻坚办", "SUPERVISION_BODY"),
        ("experts", "专家组", "EXPERT_GROUP"),
        ("housing", "住建局", "DEPARTMENT"),
        ("transport", "交通局", "DEPARTMENT"),
        ("town", "一街道", "SUBDISTRICT"),
    ):
        ids[name] = world.entity("Organization", name, name=title, kind=kind)
    for person, organization, title in (
        ("clerk", "office", "值班员"),
        ("expert", "experts", "专家"),
        ("officer", "housing", "监管员"),
        ("director", "housing", "局长"),
        ("driver", "transport", "值班员"),
        ("keeper", "town", "网格长"),
    ):
        post = ids[f"{person}-post"] = world.entity("Post", f"{person}-post", title=title)
        ids[person] = world.entity("Person", person, name=f"甲{person}")
        world.fact("PostIn", f"{person}.in", post, ids[organization], explicit=False)
        world.fact("Membership", f"{person}-m", ids[person], post, "2024-01-01T00:00+08:00")
    world.fact("PartOf", "housing.parent", ids["housing"], ids["government"], explicit=False)
    world.fact("Heads", "housing.headPost", ids["director-post"], ids["housing"], explicit=False)
    area = world.entity("Area", "area", name="一社区", kind="COMMUNITY")
    ids["site"] = world.entity("Site", "site", name="一工地", kind="CONSTRUCTION")
    world.fact("Within", "site.area", ids["site"], area, explicit=False)
    world.fact("Responsibility", "grid", ids["keeper-post"], area, role="GRID_LEADER")
    world.fact("Regulation", "industry", ids["housing"], ids["site"], capacity="INDUSTRY")
    world.fact("Responsibility", "duty", ids["officer-post"], ids["site"], role="SUPERVISOR")
    async with Database(*clean_database) as database:
        await migrate(database, RECORDED)
        await world.write(database)
        yield County(database, tmp_path, ids)
