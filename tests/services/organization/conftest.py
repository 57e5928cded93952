"""A small county in which facts are changed through the API."""

import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from gateway.schema import schema
from graph.migrations import migrate
from graph.model.identity import record_id
from graph.session import Database
from services.hosting.identity import Caller, Role
from tests.asking import ask, context
from tests.database import DatabaseConnection
from tests.world import RECORDED, World, at, rid

NOW = at("2024-12-20T09:00+08:00")
SINCE = "2024-01-01T00:00+08:00"
OFFICER = Caller("tester", Role.ADMINISTRATOR)
KINDS = {
    "Membership": "membership",
    "Responsibility": "responsibility",
    "Regulation": "regulation",
    "Reporting": "reporting",
    "Heads": "heads",
    "Name": "name",
}
FIELDS = "id validFrom validTo recordedAt supersededAt basis { title clause { id } }"


def document(mutation: str, kind: str) -> str:
    """The mutation of that kind, with all that its payload has."""
    fact = KINDS[kind]
    taken = "EndInput" if mutation == "end" else f"{mutation.capitalize()}{kind}Input"
    return f"""mutation ($input: {taken}!) {{ {mutation}{kind}(input: $input) {{
      ... on {kind}Payload {{ {fact} {{ {FIELDS} }} superseded {{ {FIELDS} }} ended {{ {FIELDS} }}
        event {{ id hash kind note actor {{ id }} post {{ id }} }} endingEvent {{ id hash kind note }} }}
      ... on Refusal {{ code message errors {{ path message }} possible }} }} }}"""


@dataclass
class County:
    """Ids of what is there are `rid` of the names below."""

    database: Database
    now: datetime = NOW
    _keys: Any = field(default_factory=itertools.count)

    async def change(
        self, mutation: str, kind: str, now: datetime | None = None, caller: Caller = OFFICER, **given: Any
    ) -> dict[str, Any]:
        """What the mutation answers."""
        given = {"idempotencyKey": f"key-{next(self._keys)}", "reason": "任免文件有误", **given}
        asked = context(self.database, now or self.now, caller.role, caller.person, caller.subject)
        return (await ask(schema, document(mutation, kind), {"input": given}, as_=asked))[f"{mutation}{kind}"]

    async def ask(self, query: str, now: datetime | None = None, **variables: Any) -> dict[str, Any]:
        return await ask(schema, query, variables, as_=context(self.database, now or self.now))


def world() -> World:
    """A housing bureau that regulates a site in a sub-district, with people in its posts, and problems at the site."""
    made = World()
    gov = made.entity("Organization", "gov", name="县人民政府", kind="GOVERNMENT")
    bureau = made.entity("Organization", "bureau", name="住建局", kind="DEPARTMENT")
    office = made.entity("Organization", "office", name="一街道办", kind="SUBDISTRICT")
    made.fact("PartOf", "bureau.parent", bureau, gov, explicit=False)
    county = made.entity("Area", "county", name="某县", kind="COUNTY")
    street = made.entity("Area", "street", name="一街道", kind="SUBDISTRICT")
    grid = made.entity("Area", "grid", name="一网格", kind="GRID")
    made.fact("Within", "street.parent", street, county, explicit=False)
    made.fact("Within", "grid.parent", grid, street, explicit=False)
    made.fact("Governs", "street.organization", office, street, explicit=False)
    made.entity("SiteKind", "construction", kind="CONSTRUCTION")
    kind = record_id("zeren", "SITE_KIND/CONSTRUCTION")
    made.nodes["SiteKind"][0]["id"] = kind
    for name in ("site", "yard"):
        site = made.entity("Site", name, name=name, kind="CONSTRUCTION")
        made.fact("Within", f"{name}.area", site, grid, explicit=False)
    titles = {"mayor": gov, "chief": bureau, "deputy": bureau, "clerk": bureau, "leader": office, "worker": office}
    for title, home in titles.items():
        post = made.entity("Post", title, title=title)
        made.fact("PostIn", f"{title}.organization", post, home, explicit=False)
        person = made.entity("Person", f"p-{title}", name=f"{title} 甲")
        made.fact("Membership", f"m-{title}", person, post, SINCE)
    made.entity("Person", "stranger", name="路人")
    made.fact("Heads", "bureau.headPost", rid("chief"), bureau, explicit=False, column="headPost", target=rid("chief"))
    made.fact("Reporting", "r-clerk", rid("clerk"), rid("chief"), SINCE)
    made.fact("Reporting", "r-chief", rid("chief"), rid("mayor"), SINCE)
    made.fact("Reporting", "r-worker", rid("worker"), rid("leader"), SINCE)
    made.fact("Responsibility", "a-worker", rid("worker"), grid, SINCE, role="GRID_WORKER")
    made.fact("Responsibility", "a-leader", rid("leader"), street, SINCE, role="LEADER")
    made.fact("Responsibility", "a-clerk", rid("clerk"), rid("site"), SINCE, role="SUPERVISOR")
    made.fact("Regulation", "g-site", bureau, rid("site"), SINCE, capacity="INDUSTRY")
    made.fact("Regulation", "g-kind", bureau, kind, SINCE, capacity="PRODUCTION")
    made.fact("Name", "n-bureau", bureau, None, "1990-01-01T00:00+08:00", "2019-01-01T00:00+08:00", text="建委")
    return made


@pytest.fixture
async def county(clean_database: DatabaseConnection) -> AsyncGenerator[County]:
    async with Database(*clean_database) as database:
        await migrate(database, RECORDED)
        await world().write(database)
        yield County(database)
