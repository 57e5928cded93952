"""The oracle: trace.md read aloud, over records in memory, slow and obvious."""

from datetime import datetime
from typing import Any

from tests.oracle.records import FOREVER, County, Fact

DIRECT, SUPERVISORY, LEADERSHIP = LEVELS = ("DIRECT", "SUPERVISORY", "LEADERSHIP")
LEVEL = {
    "GRID_WORKER": DIRECT,
    "OPERATOR": DIRECT,
    "RESPONSIBLE": DIRECT,
    "CREW": DIRECT,
    "GRID_LEADER": SUPERVISORY,
    "SUPERVISOR": SUPERVISORY,
    "STATIONED_INSPECTOR": SUPERVISORY,
    "INSPECTOR": SUPERVISORY,
    "LEADER": LEADERSHIP,
    "HEAD": LEADERSHIP,
}
ONE_UP = {DIRECT: SUPERVISORY, SUPERVISORY: LEADERSHIP, LEADERSHIP: LEADERSHIP}
CAPACITIES = ("LEAD", "ASSISTING", "RESPONSIBLE", "RECIPIENT", "INDUSTRY", "BUSINESS", "PRODUCTION", None)
TASK_LINKS = {"LEADS": "LEAD", "ASSISTS": "ASSISTING", "ANSWERS_FOR": "RESPONSIBLE"}

Hop = dict[str, Any]


class Reading:
    """One trace: of a subject, at an instant, as far as was known at another."""

    def __init__(self, county: County, subject: str, as_of: datetime, known_at: datetime) -> None:
        self.county, self.at, self.known_at = county, as_of, known_at
        self.subject = county.things[subject]
        own = self.subject.known(known_at)
        kind = self.subject.kind
        self.site = subject if kind == "Site" else own.get("site")
        self.task = subject if kind == "Task" else own.get("task")
        self.recipients: list[str] | None = own.get("recipients")
        own_area = subject if kind == "Area" else own.get("area")
        self.area = (self.one("WITHIN", from_=self.site) if self.site else None) or own_area

    # ---- records ----

    def facts(self, kind: str, from_: str | None = None, to: str | None = None) -> list[Fact]:
        """The facts of a kind that exist and hold, at given ends."""
        return [
            fact
            for fact in self.county.facts
            if fact.kind == kind
            and fact.is_known(self.known_at)
            and fact.holds(self.at)
            and from_ in (None, fact.from_)
            and to in (None, fact.to)
        ]

    def counting(self, kind: str, from_: str | None = None, to: str | None = None) -> list[Fact]:
        """The same for what a column may say: it is silent where the thing has a row of that kind."""
        found = self.facts(kind, from_, to)
        return [fact for fact in found if fact.explicit] or found

    def one(self, kind: str, from_: str | None = None, to: str | None = None) -> str | None:
        found = self.counting(kind, from_, to)
        return min(fact.to if to is None else fact.from_ for fact in found) if found else None

    def known(self, thing: str) -> dict[str, Any]:
        return self.county.things[thing].known(self.known_at)

    def name(self, thing: str) -> str:
        given = sorted(self.facts("NAMED", from_=thing), key=lambda fact: (fact.since, fact.id))
        own = self.known(thing)
        return given[-1].attributes["text"] if given else own.get("name") or own["title"]

    # ---- words of the definition ----

    def areas(self) -> list[str]:
        areas: list[str] = []
        area = self.area
        while area is not None:
            areas.append(area)
            area = self.one("WITHIN", from_=area)
        return areas

    def kind_of_site(self) -> str | None:
        if self.site is None:
            return None
        kind = self.known(self.site)["kind"]
        kinds = [thing.id for thing in self.county.things.values() if thing.kind == "SiteKind"]
        return next((id_ for id_ in kinds if self.known(id_)["kind"] == kind), None)

    def tasks_and_organizations(self) -> tuple[list[str], list[tuple[str, str]]]:
        if self.recipients is not None:  # an instruction's, which is all that it has of a task
            return ([self.task] if self.task else []), [(recipient, "RECIPIENT") for recipient in self.recipients]
        tasks: list[str] = []
        task = self.task
        while task is not None:
            tasks.append(task)
            found = [
                (fact.from_, capacity) for kind, capacity in TASK_LINKS.items() for fact in self.counting(kind, to=task)
            ]
            if found:
                return tasks, sorted(set(found))
            task = self.known(task).get("parent")
        return ([self.task] if self.task else []), []

    def regulators(self) -> list[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for capacity in ("INDUSTRY", "BUSINESS", "PRODUCTION"):
            for subject in (self.site, self.kind_of_site()):
                if subject is None:
                    continue
                own = [f for f in self.facts("REGULATION", to=subject) if f.attributes["capacity"] == capacity]
                found |= {(fact.from_, capacity) for fact in own}
                if own:
                    break
        return sorted(found)

    def operators(self) -> list[str]:
        return sorted({fact.from_ for fact in self.counting("OPERATES", to=self.site)}) if self.site else []

    def home(self, post: str) -> str | None:
        return self.one("POST_IN", from_=post)

    def organizations_above(self, organization: str) -> set[str]:
        above: set[str] = set()
        for fact in self.counting("PART_OF", from_=organization):
            above |= {fact.to} | self.organizations_above(fact.to)
        return above

    def is_at_or_below(self, post: str, organization: str) -> bool:
        home = self.home(post)
        return home is not None and (home == organization or organization in self.organizations_above(home))

    def is_of(self, post: str, organization: str) -> bool:
        if self.known(organization)["kind"] == "GOVERNMENT":
            return self.home(post) == organization
        return self.is_at_or_below(post, organization)

    def is_watching(self, fact: Fact) -> bool:
        if fact.attributes["role"] in ("STATIONED_INSPECTOR", "INSPECTOR"):
            return True
        home = self.home(fact.from_)
        if home is None or self.known(home)["kind"] != "SUPERVISION_BODY":
            return False
        involved = [organization for organization, _ in self.regulators() + self.tasks_and_organizations()[1]]
        return home not in involved

    def responsibilities(self, subject: str | None, *, watching: bool = False) -> list[Fact]:
        if subject is None:
            return []
        every = [f for f in self.facts("RESPONSIBILITY", to=subject) if f.attributes["role"] != "SUPERIOR"]
        return [fact for fact in every if self.is_watching(fact) == watching]

    # ---- the lines ----

    def lines(self) -> list[dict[str, Any]]:
        self.taken: set[str] = set()
        self.reached: dict[str, list[Hop]] = {}
        self.gaps: dict[str, list[Hop]] = {}
        for name in ("TERRITORIAL", "INDUSTRY", "TASK", "SUPERVISION", "REGULATED_PARTY"):
            self.reached[name], self.gaps[name] = [], []
        self.territorial()
        self.industry()
        self.tasks()
        self.supervision()
        for organization in self.operators():
            self.head("REGULATED_PARTY", organization, "OPERATOR", 0, None)
        self.left_over()
        return [{"kind": name, "hops": self.hops(name)} for name in self.reached]

    def territorial(self) -> None:
        for distance, area in enumerate(self.areas()):
            own = self.responsibilities(area)
            for fact in own:
                self.take("TERRITORIAL", fact, distance, area=area)
            if not own and self.known(area)["kind"] != "COUNTY":
                self.gap("TERRITORIAL", distance, organization=self.governing(area), area=area)

    def governing(self, area: str) -> str | None:
        """Where several govern, the one that began last."""
        found = sorted(self.counting("GOVERNS", to=area), key=lambda fact: fact.source_id)
        last = max((fact.since for fact in found), default=None)
        return next((fact.from_ for fact in found if fact.since == last), None)

    def industry(self) -> None:
        if self.site is None:
            return
        for organization, capacity in self.regulators():
            own = [f for f in self.responsibilities(self.site) if self.is_of(f.from_, organization)] or [
                f for f in self.responsibilities(self.kind_of_site()) if self.is_of(f.from_, organization)
            ]
            self.organization("INDUSTRY", own, organization, capacity)
        if not self.regulators():
            self.gap("INDUSTRY", 0)

    def tasks(self) -> None:
        if self.task is None and self.recipients is None:
            return
        tasks, organizations = self.tasks_and_organizations()
        for organization, capacity in organizations:
            own = [f for task in tasks for f in self.responsibilities(task) if self.is_of(f.from_, organization)]
            self.organization("TASK", own, organization, capacity)
        if not organizations:
            self.gap("TASK", 0)

    def supervision(self) -> None:
        places = [(self.site, 0), (self.kind_of_site(), 0)]
        places += [(area, distance) for distance, area in enumerate(self.areas())]
        places += [(task, 0) for task in self.tasks_and_organizations()[0]]
        for place, distance in places:
            for fact in self.responsibilities(place, watching=True):
                self.take("SUPERVISION", fact, distance)
                last = self.reached["SUPERVISION"][-1]
                last["level"] = SUPERVISORY if last["level"] == DIRECT else last["level"]

    def left_over(self) -> None:
        for fact in self.responsibilities(self.site):
            if fact.id not in self.taken:
                operated = any(self.is_at_or_below(fact.from_, operator) for operator in self.operators())
                self.take("REGULATED_PARTY" if operated else "TERRITORIAL", fact, 0)
        for task in self.tasks_and_organizations()[0]:
            for fact in self.responsibilities(task):
                if fact.id not in self.taken:
                    self.take("TASK", fact, 0)

    def organization(self, line: str, own: list[Fact], organization: str, capacity: str) -> None:
        for fact in own:
            self.take(line, fact, 0, capacity)
        if not own:
            self.gap(line, 0, capacity, organization)
        self.head(line, organization, "HEAD", 1, capacity)

    def take(self, line: str, fact: Fact, distance: int, capacity: str | None = None, area: str | None = None) -> None:
        self.taken.add(fact.id)
        role = fact.attributes["role"]
        self.reached[line].append(reached(fact.from_, fact, role, LEVEL[role], distance, capacity, area))

    def head(self, line: str, organization: str, role: str, distance: int, capacity: str | None) -> None:
        heading = self.counting("HEADS", to=organization)
        for fact in heading:
            hop = reached(fact.from_, fact, role, LEVEL[role], distance, capacity)
            self.reached[line].append({**hop, "how": 1})
        if not heading:
            self.gap(line, distance, capacity, organization, role=role, level=LEVEL[role])

    def gap(
        self,
        line: str,
        distance: int,
        capacity: str | None = None,
        organization: str | None = None,
        area: str | None = None,
        role: str | None = None,
        level: str = DIRECT,
    ) -> None:
        hop = {"level": level, "role": role, "distance": distance, "capacity": capacity, "gap": "UNASSIGNED"}
        self.gaps[line].append({**hop, "organization": organization, "area": area})

    # ---- hops ----

    def hops(self, line: str) -> list[dict[str, Any]]:
        every, met_again = list(self.reached[line]), set[tuple[str, str | None]]()
        if line != "REGULATED_PARTY":
            for hop in self.reached[line]:
                self.climb(hop, (hop["post"],), every, met_again)
        best: dict[tuple[str, str | None], Hop] = {}
        for hop in every:
            key = hop["post"], hop["capacity"]
            if key not in best or preference(hop) < preference(best[key]):
                best[key] = hop
        shown: list[Hop] = []
        for key, hop in best.items():
            shown += self.held(hop, key in met_again)
        shown += self.gaps[line]
        shown.sort(key=place)
        return [self.shown(hop) for hop in shown]

    def climb(self, hop: Hop, way: tuple[str, ...], every: list[Hop], met_again: set[tuple[str, str | None]]) -> None:
        for fact in self.facts("REPORTS", from_=hop["post"]):
            if fact.to in way:
                met_again.add((fact.to, hop["capacity"]))
                continue
            above = reached(fact.to, fact, "SUPERIOR", ONE_UP[hop["level"]], hop["distance"] + 1, hop["capacity"])
            every.append({**above, "how": 2})
            self.climb(above, (*way, fact.to), every, met_again)

    def held(self, hop: Hop, is_cycle: bool) -> list[Hop]:
        records = self.facts("MEMBERSHIP", to=hop["post"])
        persons = sorted({record.from_ for record in records})
        gap = "VACANT" if not persons else "OVERLAPPING" if len(persons) > 1 else None
        gap = "CYCLE" if is_cycle else gap
        found: list[Hop] = []
        for person in persons:
            own = [record for record in records if record.from_ == person]
            last = max(record.since for record in own)
            membership = min((r for r in own if r.since == last), key=lambda record: record.source_id)
            found.append({**hop, "gap": gap, "holder": person, "membership": membership})
        return found or [{**hop, "gap": gap, "holder": None, "membership": None}]

    def shown(self, hop: Hop) -> dict[str, Any]:
        post, fact, membership = hop.get("post"), hop.get("fact"), hop.get("membership")
        organization = self.home(post) if post else hop["organization"]
        used = [record for record in (fact, membership) if record]
        return {
            "level": hop["level"],
            "role": hop["role"],
            "organization": self.named(organization),
            "post": self.named(post, "title"),
            "area": self.named(hop["area"]),
            "holder": self.named(hop.get("holder")),
            "capacity": hop["capacity"],
            "gap": hop["gap"],
            "distance": hop["distance"],
            **shown_record(fact),
            "basis": self.basis(fact),
            "backdated": any(record.recorded_at > self.subject.recorded_at for record in used),
            "membership": {"id": membership.id, **shown_record(membership)} if membership else None,
        }

    def named(self, thing: str | None, name: str = "name") -> dict[str, str] | None:
        return {"id": thing, name: self.name(thing)} if thing else None

    def basis(self, fact: Fact | None) -> dict[str, Any] | None:
        basis = fact.attributes.get("basis") if fact else None
        if basis is None:
            return None
        clause = self.county.things.get(basis)
        if clause is None:
            return {"title": basis, "clause": None}
        said = self.known(basis)
        title = self.known(said["directive"])["title"]
        return {"title": title, "clause": {"label": said["label"], "start": said["start"], "end": said["end"]}}


def reached(
    post: str, fact: Fact, role: str, level: str, distance: int, capacity: str | None, area: str | None = None
) -> Hop:
    hop = {"post": post, "fact": fact, "role": role, "level": level, "distance": distance}
    return {**hop, "capacity": capacity, "area": area, "how": 0}


def preference(hop: Hop) -> tuple[Any, ...]:
    return hop["how"] == 2, LEVELS.index(hop["level"]), hop["distance"], hop["how"], hop["fact"].source_id


def place(hop: Hop) -> tuple[Any, ...]:
    return (
        LEVELS.index(hop["level"]),
        hop["distance"],
        CAPACITIES.index(hop["capacity"]),
        hop["gap"] != "UNASSIGNED",
        hop.get("post") or "",
        hop.get("holder") or "",
        hop.get("organization") or "",
        hop["area"] or "",
    )


def shown_record(fact: Fact | None) -> dict[str, datetime | None]:
    if fact is None:
        return {"validFrom": None, "validTo": None, "recordedAt": None}
    until = None if fact.until == FOREVER else fact.until
    return {"validFrom": fact.since, "validTo": until, "recordedAt": fact.recorded_at}
