"""Counties by chance: small, and full of what goes wrong in real ones."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oracle.lives import Life
from tests.oracle.reading import TASK_LINKS
from tests.oracle.records import FOREVER, County, Fact, Happening, Thing

Item = TypeVar("Item")
Draw = Callable[[int], int]
"""A whole number from 0 that is below the one given."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


COLUMNS_HOLD_SINCE = at("1900-01-01T00:00+08:00")
INSTANTS = (
    at("2023-07-01T00:00+08:00"),
    at("2024-02-28T23:59:59+08:00"),
    at("2024-02-29T00:00+08:00"),  # a leap day
    at("2024-03-01T00:00+08:00"),
    at("2024-12-14T00:00+08:00"),  # the same day in Shanghai, the day before in UTC
    at("2024-12-14T08:00+08:00"),
    at("2024-12-16T09:20+08:00"),
)
RECORDED = (
    at("2024-01-01T00:00Z"),
    at("2024-12-13T16:00Z"),
    at("2024-12-16T01:30Z"),
    at("2025-01-05T03:00+01:00"),
)
NOW = at("2025-02-01T00:00Z")
TICK = timedelta(microseconds=1)

ORGANIZATION_KINDS = (
    "DEPARTMENT", "GOVERNMENT", "SUBDISTRICT", "SUPERVISION_BODY", "ENTERPRISE", "SUPERVISION_BODY", "EXPERT_GROUP",
)  # fmt: skip
AREA_KINDS = ("COUNTY", "SUBDISTRICT", "VILLAGE", "GRID")
SITE_KINDS = ("CONSTRUCTION", "RESTAURANT")
ROLES = (
    "GRID_WORKER", "SUPERVISOR", "LEADER", "RESPONSIBLE", "STATIONED_INSPECTOR", "HEAD", "OPERATOR", "INSPECTOR",
    "CREW", "GRID_LEADER", "SUPERIOR",
)  # fmt: skip
BASES = (None, "ASSUMED", "任命文件", "clause")
CAPACITIES = ("INDUSTRY", "BUSINESS", "PRODUCTION")


@st.composite
def choices(draw: st.DrawFn) -> tuple[int, ...]:
    """The choices that make a county, whatever its ids.

    Hypothesis gives the seed and not each number: left to itself it goes for small ones, and half of what can go wrong
    never comes up. What makes a difference small is in shrinking.py.
    """
    chance = draw(st.randoms(use_true_random=True))
    made: list[int] = []

    def number(below: int) -> int:
        made.append(chance.randrange(below))
        return made[-1]

    Maker(number, "", str).make()
    return tuple(made)


def chosen(first: int, count: int) -> list[tuple[int, ...]]:
    """What Hypothesis chooses for so many counties; the same for the same seed."""
    found: list[tuple[int, ...]] = []

    @seed(first)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(choices())
    def collect(made: tuple[int, ...]) -> None:
        found.append(made)

    collect()
    return found


def made_of(chosen: Iterable[int], prefix: str, id_of: Callable[[str], str]) -> County:
    """The county of these choices; under another prefix it differs in its ids only."""
    left = iter(chosen)
    return Maker(lambda _: next(left), prefix, id_of).make()


class Maker:
    """Makes one county out of small whole numbers, so that a smaller number makes a simpler county."""

    def __init__(self, draw: Draw, prefix: str, id_of: Callable[[str], str]) -> None:
        self._draw, self._prefix, self._id_of = draw, prefix, id_of
        self.county = County()
        self.problems: list[str] = []

    # ---- chance ----

    def number(self, below: int) -> int:
        return self._draw(below) if below > 1 else 0

    def maybe(self, percent: int) -> bool:
        return self.number(20) >= 20 - percent // 5

    def pick(self, items: Sequence[Item]) -> Item:
        return items[self.number(len(items))]

    def interval(self) -> tuple[datetime, datetime]:
        """Mostly a long one; sometimes short, sometimes none at all (a retracted row)."""
        since = self.number(4)
        until = FOREVER if not self.maybe(45) else self.pick(INSTANTS[since:])
        return INSTANTS[since], until

    # ---- records ----

    def thing(self, kind: str, called: str, /, **attributes: Any) -> str:
        source_id = f"{self._prefix}{called}"
        id_ = self._id_of(source_id)
        self.county.things[id_] = Thing(kind, id_, source_id, [(RECORDED[0], attributes)])
        return id_

    def changed(self, id_: str, percent: int = 15, **attributes: Any) -> None:
        """Sometimes the thing is recorded otherwise later."""
        if self.maybe(percent):
            states = self.county.things[id_].states
            states.append((self.pick(RECORDED[1:]), states[-1][1] | attributes))

    def fact(
        self,
        kind: str,
        from_: str,
        to: str,
        interval: tuple[datetime, datetime] | None = None,
        *,
        name: str = "",
        explicit: bool = True,
        instead: Sequence[str] = (),
        **attributes: Any,
    ) -> None:
        """A fact, and sometimes corrections of it, and of those: of its interval, or of its end (one of `instead`)."""
        source_id = name or f"{self._prefix}{kind.lower()}-{len(self.county.facts)}"
        first = self._id_of(source_id)
        since, until = interval or self.interval()
        recorded = self.number(4) if self.maybe(35) else 0
        version = 1
        while True:
            id_ = first if version == 1 else f"{first}~{version}"
            made = Fact(kind, id_, source_id, from_, to, since, until, RECORDED[recorded], FOREVER, explicit)
            made.attributes = {**attributes}
            self.county.facts.append(made)
            if recorded == len(RECORDED) - 1 or not self.maybe(20):
                return
            recorded += 1
            made.superseded_at = RECORDED[recorded]
            version += 1
            if instead and self.maybe(50):
                to = self.pick(instead)
            elif explicit and interval is None:
                since, until = self.interval()
            else:
                until = since  # retracted

    def column(self, kind: str, thing: str, name: str, ends: tuple[str, str], instead: Sequence[str] = ()) -> None:
        source_id = f"{self.county.things[thing].source_id}.{name}"
        hold = (COLUMNS_HOLD_SINCE, FOREVER)
        self.fact(kind, *ends, hold, name=source_id, explicit=False, instead=instead)

    def basis(self) -> dict[str, Any]:
        basis = self.pick(BASES)
        return {} if basis is None else {"basis": self.clause if basis == "clause" else basis}

    # ---- the county ----

    def make(self) -> County:
        directive = self.thing("Directive", "directive", title="讲话", issuedOn="2024-12-14")
        self.clause = self.thing("Clause", "clause", label="二（二）", start=10, end=20, directive=directive)
        self.make_government()
        self.make_places()
        self.make_tasks()
        self.make_duties()
        for _ in range(1 + self.number(3)):
            self.make_problem()
        self.make_names()
        self.make_instruction()
        return self.county

    def make_government(self) -> None:
        self.organizations: list[str] = []
        for i in range(3 + self.number(4)):
            kind = ORGANIZATION_KINDS[i] if not self.maybe(15) else self.pick(ORGANIZATION_KINDS)
            own = self.thing("Organization", f"o{i}", name=f"单位{i}", kind=kind)
            self.changed(own, 10, kind=self.pick(ORGANIZATION_KINDS))
            above = self.organizations[::-1]
            self.organizations.append(own)
            if above and self.maybe(85):
                self.column("PART_OF", own, "parent", (own, self.pick(above)), above)
            while above and self.maybe(25):
                self.fact("PART_OF", own, self.pick(above))
        self.posts: list[str] = []
        for i in range(3 + self.number(5)):
            post = self.thing("Post", f"p{i}", title=f"岗位{i}")
            self.posts.append(post)
            if not self.maybe(5):
                ends = post, self.pick(self.organizations[::-1])
                self.column("POST_IN", post, "organization", ends, self.organizations)
            if self.maybe(20):
                self.fact("POST_IN", post, self.pick(self.organizations), (INSTANTS[0], self.pick(INSTANTS[2:])))
                self.fact("POST_IN", post, self.pick(self.organizations), (INSTANTS[-1], FOREVER))
        for own in self.organizations:
            if self.maybe(70):
                self.column("HEADS", own, "headPost", (self.pick(self.posts), own))
            while self.maybe(20):
                self.fact("HEADS", self.pick(self.posts), own, **self.basis())
        for _ in range(self.number(8)):
            self.fact("REPORTS", self.pick(self.posts), self.pick(self.posts), instead=self.posts, **self.basis())
        self.persons = [self.thing("Person", f"x{i}", name=f"人{i}") for i in range(2 + self.number(4))]
        for _ in range(2 + self.number(10)):
            ends = self.pick(self.persons), self.pick(self.posts)
            self.fact("MEMBERSHIP", *ends, instead=self.posts, **self.basis())

    def make_places(self) -> None:
        self.areas: list[str] = []
        for i in range(1 + self.number(4)):
            area = self.thing("Area", f"a{i}", name=f"辖区{i}", kind=AREA_KINDS[i])
            self.changed(area, 5, kind=self.pick(AREA_KINDS))
            self.within(area, self.areas[:], "parent")
            self.areas.append(area)
            if self.maybe(60):
                ends = self.pick(self.organizations), area
                self.column("GOVERNS", area, "organization", ends)
            while self.maybe(15):
                self.fact("GOVERNS", self.pick(self.organizations), area)
        self.kinds = [self.thing("SiteKind", kind, kind=self._prefix + kind) for kind in SITE_KINDS]
        self.sites: list[str] = []
        for i in range(1 + self.maybe(30)):
            site = self.thing("Site", f"s{i}", name=f"工地{i}", kind=self._prefix + self.pick(SITE_KINDS))
            self.changed(site, 10, kind=self._prefix + self.pick(SITE_KINDS))
            self.sites.append(site)
            self.within(site, self.areas, "area")
            if self.maybe(70):
                self.column("OPERATES", site, "operator", (self.pick(self.organizations), site))
            while self.maybe(25):
                self.fact("OPERATES", self.pick(self.organizations), site)

    def within(self, own: str, around: Sequence[str], column: str) -> None:
        """One or none at any instant: overlapping ones are refused."""
        if around and not self.maybe(5):
            self.column("WITHIN", own, column, (own, self.pick(around)), around)
        if around and self.maybe(25):
            middle = self.pick(INSTANTS[1:])
            self.fact("WITHIN", own, self.pick(around), (INSTANTS[0], middle))
            if self.maybe(50):
                self.fact("WITHIN", own, self.pick(around), (middle, FOREVER))

    def make_tasks(self) -> None:
        self.tasks: list[str] = []
        for i in range(self.number(4)):
            parent = self.pick(self.tasks) if self.tasks else None
            task = self.thing("Task", f"t{i}", title=f"任务{i}", parent=parent)
            self.tasks.append(task)
            for kind, name in zip(TASK_LINKS, ("lead", "assisting", "responsible"), strict=True):
                for n in range(2):
                    if self.maybe(20):
                        ends = self.pick(self.organizations), task
                        self.column(kind, task, f"{name}.{n}", ends)
                if self.maybe(10):
                    self.fact(kind, self.pick(self.organizations), task)

    def make_duties(self) -> None:
        for _ in range(1 + self.number(6)):
            subject, capacity = self.pick(self.sites + self.kinds), self.pick(CAPACITIES)
            self.fact("REGULATION", self.pick(self.organizations), subject, capacity=capacity, **self.basis())
        for _ in range(2 + self.number(10)):
            subject = self.pick(self.areas + self.sites * 3 + self.kinds + self.tasks)
            role = self.pick(ROLES)
            self.fact("RESPONSIBILITY", self.pick(self.posts), subject, role=role, **self.basis())

    def make_names(self) -> None:
        for _ in range(self.number(5)):
            thing = self.pick(self.organizations + self.posts + self.persons + self.areas)
            since = self.number(4)
            interval = INSTANTS[since], self.pick([*INSTANTS[since:], FOREVER])
            if not any(fact.kind == "NAMED" and fact.from_ == thing for fact in self.county.facts):
                self.fact("NAMED", thing, "", interval, text=f"旧名{self.number(9)}")

    def make_instruction(self) -> None:
        several = [organization for organization in self.organizations if self.maybe(50)] or self.organizations[:1]
        given = {"issued": self.pick(INSTANTS[-4:]), "task": self.pick([*self.tasks, None]), "recipients": several}
        instruction = self.county.things[self.thing("Instruction", "instruction", **given)]
        instruction.states = [(self.pick(RECORDED[:3]), instruction.known(RECORDED[0]))]

    # ---- problems ----

    def make_problem(self) -> None:
        number = len(self.problems)
        site = self.pick([*self.sites, None])
        area = self.pick(self.areas) if site is None or self.maybe(50) else None
        task = self.pick([*self.tasks, None])
        found = self.pick(INSTANTS[-3:])
        reporter = self.pick([*self.persons, None])
        clock = timedelta(hours=self.pick((4, 24, 2400, 72))) if self.maybe(60) else None
        name = f"q{number}"
        problem = self.thing("Problem", name, title=name, discovered=found, clock=clock)
        recorded = self.pick(RECORDED[:3])
        own = {"site": site, "area": area, "task": task, "reporter": reporter}
        self.county.things[problem].states[0] = (recorded, self.county.things[problem].states[0][1] | own)
        self.changed(problem, 40, site=self.pick([*self.sites, None]), task=self.pick([*self.tasks, None]))
        states = self.county.things[problem].states
        if states[-1][0] <= recorded and len(states) > 1:
            states.pop()
        self.problems.append(problem)
        self.happen(problem, "REPORTED", found, recorded, reporter, None, None, None)
        life = Life(found, clock)
        steps = self.number(14)
        now = found
        for _ in range(steps):
            if self.maybe(75):
                now += timedelta(hours=self.pick((1, 6, 30, 100)))
            if self.maybe(30):
                recorded = max(recorded, self.pick(RECORDED))
            self.step(problem, life, now, recorded)

    def step(self, problem: str, life: Life, now: datetime, recorded: datetime) -> None:
        can = life.possible()
        if not can:
            return
        kind = self.pick(can)
        person, post = self.pick([*self.persons, None]), self.pick([*self.posts, None])
        due = now + timedelta(hours=self.pick((2, 20, 50, 400))) if self.maybe(50) else None
        if not life.takes(kind, person, post, due):
            return
        to = self.pick(self.organizations) if kind in ("ASSIGN", "TRANSFER") else None
        due = due if kind in life.SETS_DUE | life.PROPOSES_DUE else None
        self.happen(problem, kind, now, recorded, person, post, to, due)
        life.step(self.county.happenings[-1])

    def happen(
        self,
        problem: str,
        kind: str,
        now: datetime,
        recorded: datetime,
        person: str | None,
        post: str | None,
        to: str | None,
        due: datetime | None,
    ) -> None:
        id_ = self._id_of(f"{self._prefix}e{len(self.county.happenings)}")
        self.county.happenings.append(Happening(id_, problem, kind, now, recorded, person, post, to, due))
