"""The five lines of a trace: who answered for a subject at an instant, in which role, at which level.

The facts are a superset: every record near the subject that held at the instant and was known. These rules choose,
order and judge. Where the definition leaves something open, docs/trace.md says what was chosen.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from graph.model.enums import Capacity, Gap, Level, LineKind, Role
from services.accountability.rules.facts import Facts, Hop, Line, Record, effective
from services.accountability.rules.superiors import Superiors

LEVELS = (Level.DIRECT, Level.SUPERVISORY, Level.LEADERSHIP)
CAPACITIES = (
    Capacity.LEAD,
    Capacity.ASSISTING,
    Capacity.RESPONSIBLE,
    Capacity.RECIPIENT,
    Capacity.INDUSTRY,
    Capacity.BUSINESS,
    Capacity.PRODUCTION,
)
REGULATING = (Capacity.INDUSTRY, Capacity.BUSINESS, Capacity.PRODUCTION)
WATCHING_ROLES = frozenset({Role.STATIONED_INSPECTOR, Role.INSPECTOR})


class Levels(Protocol):
    """Which level a role has, and its superior: tables of the rulebook."""

    def level(self, role: Role) -> Level: ...
    def level_above(self, below: Level) -> Level: ...


@dataclass(frozen=True, slots=True)
class _Reached:
    """A post as it was reached by one way; the least by `order` stands for it on its line."""

    post: str
    record: Record
    role: Role
    level: Level
    distance: int
    capacity: Capacity | None = None
    area: str | None = None
    how: int = 0  # 0 responsibility, 1 head, 2 reporting

    @property
    def order(self) -> tuple[bool, int, int, int, str, str]:
        level = LEVELS.index(self.level)
        return (self.how == 2, level, self.distance, self.how, self.record.source_id, self.record.id)


@dataclass
class _Draft:
    """A line while it is gathered."""

    reached: list[_Reached] = field(default_factory=list[_Reached])
    gaps: list[Hop] = field(default_factory=list[Hop])


def lines(facts: Facts, levels: Levels) -> tuple[Line, ...]:
    """The five lines of the trace, each in its order."""
    return tuple(_Trace(facts, levels).lines())


def responsible(facts: Facts, assigned: str | None, levels: Levels) -> Hop | None:
    """The first holder: on the TASK line of posts of the assigned organization, else on INDUSTRY, else TERRITORIAL."""
    trace = _Trace(facts, levels)
    for line in trace.lines(LineKind.TASK, LineKind.INDUSTRY, LineKind.TERRITORIAL):
        for hop in line.hops:
            own = line.kind is not LineKind.TASK or (hop.post and assigned and trace.is_of(hop.post, assigned))
            if own and hop.holder is not None:
                return hop
    return None


def concerned(facts: Facts, organizations: Collection[str] | None, up_to: Level, levels: Levels) -> tuple[Hop, ...]:
    """The hops of lines 1 to 4 up to a level, of posts of those organizations (None: of any).

    A post with its holder is there once, at its most direct level; so is a gap of an organization.
    """
    trace = _Trace(facts, levels)
    best: dict[tuple[str | None, str | None, str | None], Hop] = {}
    for hop in (hop for line in trace.lines() if line.kind is not LineKind.REGULATED_PARTY for hop in line.hops):
        own = organizations is None or any(
            trace.is_of(hop.post, one) if hop.post else hop.organization == one for one in organizations
        )
        key = (hop.organization, hop.post, hop.holder)
        nearer = key not in best or LEVELS.index(hop.level) < LEVELS.index(best[key].level)
        if own and nearer and LEVELS.index(hop.level) <= LEVELS.index(up_to):
            best[key] = hop
    return tuple(sorted(best.values(), key=_place))


class _Trace:
    def __init__(self, facts: Facts, levels: Levels) -> None:
        self._facts = facts
        self._levels = levels
        self._superiors = Superiors(facts.reporting, levels.level_above)
        self._holding = _holders(facts.memberships)
        self._taken: set[str] = set()

    def lines(self, *kinds: LineKind) -> Iterator[Line]:
        """Those of the kinds (none given: all), each worked out when it comes to it."""
        drafts = {
            LineKind.TERRITORIAL: self._territorial(),
            LineKind.INDUSTRY: self._industry(),
            LineKind.TASK: self._task(),
            LineKind.SUPERVISION: self._supervision(),
            LineKind.REGULATED_PARTY: self._regulated_party(),
        }
        self._leftovers(drafts[LineKind.TERRITORIAL], drafts[LineKind.TASK], drafts[LineKind.REGULATED_PARTY])
        for kind in kinds or drafts:
            yield self._line(kind, drafts[kind], superiors=kind is not LineKind.REGULATED_PARTY)

    # ---- the five lines ----

    def _territorial(self) -> _Draft:
        draft = _Draft()
        for distance, area in enumerate(self.areas):
            own = self._answering(area)
            for record in own:
                draft.reached.append(self._by_responsibility(record, distance, area=area))
            if not own and self._facts.area_kinds.get(area) != "COUNTY":
                governing = effective(self._facts.governs, area, at_from=False)
                governing.sort(key=lambda link: (-link.valid_from.timestamp(), link.source_id))
                organization = governing[0].from_ if governing else None
                draft.gaps.append(self._gap(distance, organization=organization, area=area))
        return draft

    def _industry(self) -> _Draft:
        draft = _Draft()
        if self._facts.site is None:
            return draft
        for organization, capacity in self.regulators:
            own = self._answering_of(organization, self._facts.site) or self._answering_of(
                organization, self._facts.site_kind
            )
            self._organization(draft, own, organization, capacity)
        if not self.regulators:
            draft.gaps.append(self._gap(0))
        return draft

    def _task(self) -> _Draft:
        draft = _Draft()
        if self._facts.task is None and self._facts.instruction is None:
            return draft
        for organization, capacity in self.task_organizations:
            own = [record for task in self.tasks for record in self._answering_of(organization, task)]
            self._organization(draft, own, organization, capacity)
        if not self.task_organizations:
            draft.gaps.append(self._gap(0))
        return draft

    def _supervision(self) -> _Draft:
        draft = _Draft()
        places = [(place, 0) for place in (self._facts.site, self._facts.site_kind, *self.tasks) if place]
        places += [(area, distance) for distance, area in enumerate(self.areas)]
        for place, distance in places:
            for record in self._about(place):
                if self._is_watching(record):
                    reached = self._by_responsibility(record, distance)
                    level = Level.SUPERVISORY if reached.level is Level.DIRECT else reached.level
                    draft.reached.append(_Reached(reached.post, record, reached.role, level, distance))
        return draft

    def _regulated_party(self) -> _Draft:
        draft = _Draft()
        for organization in self.operators:
            self._head(draft, organization, Role.OPERATOR, 0, None)
        return draft

    def _leftovers(self, territorial: _Draft, task: _Draft, party: _Draft) -> None:
        """What answers for the site or the tasks and stands on no line yet is not dropped."""
        if self._facts.site is not None:
            for record in self._answering(self._facts.site):
                if record.id not in self._taken:
                    own = any(self._is_at_or_below(record.from_, organization) for organization in self.operators)
                    (party if own else territorial).reached.append(self._by_responsibility(record, 0))
        for place in self.tasks:
            for record in self._answering(place):
                if record.id not in self._taken:
                    task.reached.append(self._by_responsibility(record, 0))

    # ---- who belongs where ----

    @cached_property
    def areas(self) -> list[str]:
        """The subject's area and every area above it."""
        found: list[str] = []
        area = self._facts.area
        while area is not None and area not in found:
            found.append(area)
            area = min((link.to for link in effective(self._facts.within, area, at_from=True)), default=None)
        return found

    @cached_property
    def _task_chain(self) -> list[str]:
        parents = {link.from_: link.to for link in self._facts.subtasks}
        found: list[str] = []
        task = self._facts.task
        while task is not None and task not in found:
            found.append(task)
            task = parents.get(task)
        return found

    @cached_property
    def _organized(self) -> tuple[list[str], list[tuple[str, Capacity]]]:
        """The tasks up to where the organizations come from, and those organizations; an instruction's are its own."""
        if self._facts.instruction is not None:
            told = [link.from_ for link in self._facts.task_links if link.to == self._facts.instruction]
            return self._task_chain[:1], [(organization, Capacity.RECIPIENT) for organization in told]
        for index, task in enumerate(self._task_chain):
            found: dict[tuple[str, Capacity], None] = {}
            for capacity in CAPACITIES:
                links = [link for link in self._facts.task_links if link.capacity is capacity]
                for link in effective(links, task, at_from=False):
                    found[link.from_, capacity] = None
            if found:
                return self._task_chain[: index + 1], list(found)
        return self._task_chain[:1], []

    @property
    def tasks(self) -> list[str]:
        return self._organized[0]

    @property
    def task_organizations(self) -> list[tuple[str, Capacity]]:
        return self._organized[1]

    @cached_property
    def regulators(self) -> list[tuple[str, Capacity]]:
        """By each capacity those of the site itself, and only where it has none those of its kind."""
        found: dict[tuple[str, Capacity], None] = {}
        for capacity in REGULATING:
            records = [record for record in self._facts.regulations if record.capacity is capacity]
            own = [record for record in records if record.to == self._facts.site]
            for record in own or [record for record in records if record.to == self._facts.site_kind]:
                found[record.from_, capacity] = None
        return list(found)

    @cached_property
    def operators(self) -> list[str]:
        if self._facts.site is None:
            return []
        return sorted({link.from_ for link in effective(self._facts.operates, self._facts.site, at_from=False)})

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The organization of each post."""
        posts = {link.from_ for link in self._facts.post_in}
        return {post: min(x.to for x in effective(self._facts.post_in, post, at_from=True)) for post in posts}

    def is_of(self, post: str, organization: str) -> bool:
        """Of its posts and of those in organizations below it; of a government, of its own posts only."""
        if self._facts.organization_kinds.get(organization) == "GOVERNMENT":
            return self._homes.get(post) == organization
        return self._is_at_or_below(post, organization)

    def _is_at_or_below(self, post: str, organization: str) -> bool:
        ahead = [home] if (home := self._homes.get(post)) else []
        seen = set(ahead)
        while ahead:
            below = ahead.pop()
            if below == organization:
                return True
            above = {link.to for link in effective(self._facts.part_of, below, at_from=True)} - seen
            seen |= above
            ahead += above
        return False

    def _is_watching(self, record: Record) -> bool:
        if record.role in WATCHING_ROLES:
            return True
        home = self._homes.get(record.from_)
        if home is None or self._facts.organization_kinds.get(home) != "SUPERVISION_BODY":
            return False
        involved = {organization for organization, _ in (*self.regulators, *self.task_organizations)}
        return home not in involved

    def _about(self, place: str) -> list[Record]:
        return [
            record for record in self._facts.responsibilities if record.to == place and record.role is not Role.SUPERIOR
        ]

    def _answering(self, place: str) -> list[Record]:
        return [record for record in self._about(place) if not self._is_watching(record)]

    def _answering_of(self, organization: str, place: str | None) -> list[Record]:
        if place is None:
            return []
        return [record for record in self._answering(place) if self.is_of(record.from_, organization)]

    # ---- how posts get on a line ----

    def _organization(self, draft: _Draft, own: list[Record], organization: str, capacity: Capacity) -> None:
        for record in own:
            draft.reached.append(self._by_responsibility(record, 0, capacity))
        if not own:
            draft.gaps.append(self._gap(0, organization=organization, capacity=capacity))
        self._head(draft, organization, Role.HEAD, 1, capacity)

    def _by_responsibility(
        self, record: Record, distance: int, capacity: Capacity | None = None, area: str | None = None
    ) -> _Reached:
        self._taken.add(record.id)
        role = record.role
        if role is None:
            raise ValueError(f"responsibility {record.id} names no role")
        return _Reached(record.from_, record, role, self._levels.level(role), distance, capacity, area)

    def _head(self, draft: _Draft, organization: str, role: Role, distance: int, capacity: Capacity | None) -> None:
        own = [record for record in self._facts.heads if record.to == organization]
        heading = [record for record in own if record.explicit] or own
        level = self._levels.level(role)
        for record in heading:
            draft.reached.append(_Reached(record.from_, record, role, level, distance, capacity, how=1))
        if not heading:
            gap = self._gap(distance, organization=organization, capacity=capacity, role=role, level=level)
            draft.gaps.append(gap)

    def _gap(
        self,
        distance: int,
        *,
        organization: str | None = None,
        area: str | None = None,
        capacity: Capacity | None = None,
        role: Role | None = None,
        level: Level = Level.DIRECT,
    ) -> Hop:
        return Hop(level, distance, role, capacity, organization, area=area, gap=Gap.UNASSIGNED)

    def _line(self, kind: LineKind, draft: _Draft, *, superiors: bool = True) -> Line:
        best: dict[tuple[Capacity | None, str], _Reached] = {}
        cycles: set[tuple[Capacity | None, str]] = set()

        def consider(reached: _Reached) -> None:
            key = (reached.capacity, reached.post)
            if key not in best or reached.order < best[key].order:
                best[key] = reached

        for seed in draft.reached:
            consider(seed)
            if superiors:
                for record, level, steps in self._superiors.of(seed.post, seed.level):
                    up = seed.distance + steps
                    consider(_Reached(record.to, record, Role.SUPERIOR, level, up, seed.capacity, how=2))
                cycles |= {(seed.capacity, post) for post in self._superiors.met_again(seed.post)}
        hops = [*dict.fromkeys(draft.gaps)]
        for key, reached in best.items():
            hops += self._hops(reached, cycle=key in cycles)
        return Line(kind, tuple(sorted(hops, key=_place)))

    def _hops(self, reached: _Reached, *, cycle: bool) -> Iterator[Hop]:
        holding = self._holding.get(reached.post, {})
        gap = Gap.CYCLE if cycle else Gap.VACANT if not holding else Gap.OVERLAPPING if len(holding) > 1 else None
        held_by: Iterable[tuple[str | None, Record | None]] = holding.items() or [(None, None)]
        for holder, membership in held_by:
            used = [reached.record, *([membership] if membership else [])]
            yield Hop(
                level=reached.level,
                distance=reached.distance,
                role=reached.role,
                capacity=reached.capacity,
                organization=self._homes.get(reached.post),
                post=reached.post,
                holder=holder,
                area=reached.area,
                gap=gap,
                record=reached.record,
                membership=membership,
                backdated=any(record.recorded_at > self._facts.recorded_at for record in used),
            )


def _holders(memberships: Sequence[Record]) -> dict[str, dict[str, Record]]:
    """By post, its holders, each by the membership that began last."""
    found: dict[str, dict[str, Record]] = {}
    held = sorted(memberships, key=lambda record: (record.source_id, record.id))
    for record in sorted(held, key=lambda record: record.valid_from, reverse=True):
        found.setdefault(record.to, {}).setdefault(record.from_, record)
    return found


def _place(hop: Hop) -> tuple[int, int, int, bool, str, str, str, str]:
    """The order of hops on a line; among gaps of one place, by what they are gaps of."""
    return (
        LEVELS.index(hop.level),
        hop.distance,
        CAPACITIES.index(hop.capacity) if hop.capacity else len(CAPACITIES),
        hop.gap is not Gap.UNASSIGNED,
        hop.post or "",
        hop.holder or "",
        hop.organization or "",
        hop.area or "",
    )
