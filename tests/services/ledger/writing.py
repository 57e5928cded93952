"""A small graph in which problems are reported and acted on, and the ledger over it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph.migrations import migrate
from graph.model.enums import ProblemAction, Severity
from graph.session import Database
from services.hosting.commanding import Done
from services.hosting.identity import Caller, Role
from services.ledger.anchors import FileAnchor
from services.ledger.keyring import Keyring
from services.ledger.reading import Verified, verify_database
from services.ledger.sequencer import Sequencer
from services.oversight.commands import Act, Report, act, report
from tests.world import World

ACTOR = Caller("tester", Role.ADMINISTRATOR)


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Place:
    """`home` holds the keys and the anchor."""

    database: Database
    home: Path
    area: str
    organization: str
    person: str
    post: str

    @classmethod
    async def make(cls, database: Database, home: Path) -> "Place":
        await migrate(database, clock())
        world = World()
        area = world.entity("Area", "area", name="一社区", kind="COMMUNITY")
        organization = world.entity("Organization", "office", name="街道办", kind="SUBDISTRICT")
        post = world.entity("Post", "post", title="网格员")
        person = world.entity("Person", "person", name="张三")
        world.fact("PostIn", "in", post, organization, explicit=False)
        world.fact("Membership", "m", person, post, "2024-01-01T00:00+08:00")
        await world.write(database)
        return cls(database, home, area, organization, person, post)

    @property
    def keys(self) -> Callable[[], Keyring]:
        return lambda: Keyring.open(self.home / "keys")

    @property
    def anchor(self) -> FileAnchor:
        return FileAnchor(self.home / "anchors")

    def sequencer(self) -> Sequencer:
        return Sequencer(self.database, self.keys, [self.anchor], clock)

    async def report(self) -> Done:
        command = Report(
            uuid.uuid4().hex, "扬尘", "GRID_REPORT", Severity.NORMAL, area=self.area, person=self.person, note="看见"
        )
        return await report(self.database, command, ACTOR, clock(), None)

    async def act(self, problem: str, action: ProblemAction, to: str | None = None) -> Done:
        command = Act(
            uuid.uuid4().hex, problem, action, person=self.person, post=self.post, to_organization=to,
            evidence=("a.jpg",), note="已办",
        )  # fmt: skip
        return await act(self.database, command, ACTOR, clock())

    async def problem(self) -> str:
        """A problem with three events."""
        problem = str((await self.report()).records["problem"])
        await self.act(problem, ProblemAction.REGISTER)
        await self.act(problem, ProblemAction.ASSIGN, self.organization)
        return problem

    async def verify(self) -> Verified:
        return await verify_database(self.database, self.keys().root, [self.anchor], lambda _done, _all: None)
