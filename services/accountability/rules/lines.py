"""The five lines of a trace: who answered for a subject at an instant, in which role, at which level.

The facts are a superset: every record near the subject that held at the instant and was known. These rules choose,
order and judge. Where the definition leaves something open, docs/trace.md says what was chosen.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Protocol

from graph.model.enums import Capacity, Gap, Level, LineKind, Role
from services.accountability.rules.facts import Facts, Hop, Line, Record, counting
from services.accountability.rules.held import Answering, Held
from services.accountability.rules.superiors import LEVELS

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


class Levels(Protocol):
    """Which level a role has, and its superior: tables of the rulebook."""

    def level(self, role: Role) -> Level: ...
    def level_above(self, below: Level) -> Level: ...


@dataclass(frozen=True, slots=True)
class Reached:
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

    reached: list[Reached] = field(default_factory=list[Reached])
    gaps: list[Hop] = field(default_factory=list[Hop])


def lines(facts: Facts, levels: Levels) -> tuple[Line, ...]:
    """The five lines of the trace, each in its order."""
    return tuple(_Trace(facts, levels).lines())


def first_way(about: Facts, posts: frozenset[str], levels: Levels, held: Held) -> Reached | None:
    """Of the ways on lines 1 to 4 to any of the posts the first of the most direct level.

    `about`: the subject, whose facts `held` has among others.
    """
    return _Trace(about, levels, held).first(posts)


def responsible(about: Facts, assigned: str | None, levels: Levels, held: Held) -> tuple[str, str] | None:
    """The first holder, after the post: on the TASK line of posts of the assigned organization, else on INDUSTRY, else
    TERRITORIAL. `held` as above."""
    trace = _Trace(about, levels, held)
    for kind in (LineKind.TASK, LineKind.INDUSTRY, LineKind.TERRITORIAL):
        for way in trace.ways(kind):
            holders = held.holders(way.post)
            own = kind is not LineKind.TASK or (assigned is not None and held.is_of(way.post, assigned))
            if own and holders:
                return way.post, min(holders)
    return None


def concerned(facts: Facts, organizations: Collection[str] | None, up_to: Level, levels: Levels) -> tuple[Hop, ...]:
    """The hops of lines 1 to 4 up to a level, of posts of those organizations (None: of any).

    A post with its holder is there once, at its most direct level; so is a gap of an organization.
    """
    trace = _Trace(facts, levels)
    best: dict[tuple[str | None, str | None, str | None], Hop] = {}
    for hop in (hop for line in trace.lines() if line.kind is not LineKind.REGULATED_PARTY for hop in line.hops):
        own = organizations is None or any(
            trace.held.is_of(hop.post, one) if hop.post else hop.organization == one for one in organizations
        )
        key = (hop.organization, hop.post, hop.holder)
        nearer = key not in best or LEVELS.index(hop.level) < LEVELS.index(best[key].level)
        if own and nearer and LEVELS.index(hop.level) <= LEVELS.index(up_to):
            best[key] = hop
    return tuple(sorted(best.values(), key=_place))


_Ways = dict[tuple[Capacity | None, str], Reached]


class _Trace:
    def __init__(self, about: Facts, levels: Levels, held: Held | None = None) -> None:
        self._about = about
        self._levels = levels
        self.held = held or Held.of(about, levels.level_above)
        self._drafts: dict[LineKind, _Draft] = {}

    def lines(self) -> Iterator[Line]:
        """Each worked out when it comes to it."""
        for kind in DRAFTS:
            yield self._line(kind, self._draft(kind), superiors=kind is not LineKind.REGULATED_PARTY)

    def ways(self, kind: LineKind) -> Iterator[Reached]:
        """How the posts of one of the lines 1 to 4 get there, in the order of their hops.

        Superiors are looked for when it comes to where the first of them may stand.
        """
        draft = self._draft(kind)
        nearest = min((seed.distance for seed in draft.reached), default=0) + 1
        superior = (self.held.superiors.lowest, nearest)  # no superior stands before this level and distance
        for way in sorted(self._best(draft, superiors=False).values(), key=_way_place):
            if (LEVELS.index(way.level), way.distance) < superior:
                yield way
        for way in sorted(self._best(draft).values(), key=_way_place):
            if (LEVELS.index(way.level), way.distance) >= superior:
                yield way

    def first(self, posts: frozenset[str]) -> Reached | None:
        found = [
            (LEVELS.index(way.level), number, _way_place(way), way)
            for number, kind in enumerate(DRAFTS)
            if kind is not LineKind.REGULATED_PARTY
            for way in self._best(self._draft(kind), posts).values()
        ]
        return min(found, key=itemgetter(0, 1, 2))[-1] if found else None

    def _draft(self, kind: LineKind) -> _Draft:
        """A line as it is gathered, when it is asked for."""
        if kind not in self._drafts:
            self._drafts[kind] = DRAFTS[kind](self)
        return self._drafts[kind]

    # ---- the five lines ----

    def territorial(self) -> _Draft:
        draft = _Draft()
        for distance, area in enumerate(self.areas):
            own = self._answering(area)
            for record in own:
                draft.reached.append(self._by_responsibility(record, distance, area=area))
            if not own and self.held.area_kinds.get(area) != "COUNTY":
                governing = sorted(
                    counting(self.held.governs[area]),
                    key=lambda link: (-link.valid_from.timestamp(), link.source_id),
                )
                organization = governing[0].from_ if governing else None
                draft.gaps.append(self._gap(distance, organization=organization, area=area))
        draft.reached += (self._by_responsibility(record, 0) for record in self._leftovers if not self._own(record))
        return draft

    def industry(self) -> _Draft:
        draft = _Draft()
        if self._about.site is None:
            return draft
        for organization, capacity in self.regulators:
            own = self._answering_of(organization, self._about.site) or self._answering_of(
                organization, self._about.site_kind
            )
            self._organization(draft, own, organization, capacity)
        if not self.regulators:
            draft.gaps.append(self._gap(0))
        return draft

    def task(self) -> _Draft:
        draft = _Draft()
        if self._about.task is None and self._about.instruction is None:
            return draft
        for organization, capacity in self.task_organizations:
            own = [record for task in self.tasks for record in self._answering_of(organization, task)]
            self._organization(draft, own, organization, capacity)
        if not self.task_organizations:
            draft.gaps.append(self._gap(0))
        taken = _records(draft)
        rest = (record for task in self.tasks for record in self._answering(task) if record.id not in taken)
        draft.reached += (self._by_responsibility(record, 0) for record in rest)
        return draft

    def supervision(self) -> _Draft:
        draft = _Draft()
        places = [(place, 0) for place in (self._about.site, self._about.site_kind, *self.tasks) if place]
        places += [(area, distance) for distance, area in enumerate(self.areas)]
        for place, distance in places:
            for record in self._watching(place):
                reached = self._by_responsibility(record, distance)
                level = Level.SUPERVISORY if reached.level is Level.DIRECT else reached.level
                draft.reached.append(Reached(reached.post, record, reached.role, level, distance))
        return draft

    def regulated_party(self) -> _Draft:
        draft = _Draft()
        for organization in self.operators:
            self._head(draft, organization, Role.OPERATOR, 0, None)
        draft.reached += (self._by_responsibility(record, 0) for record in self._leftovers if self._own(record))
        return draft

    # ---- who belongs where ----

    @cached_property
    def areas(self) -> Sequence[str]:
        """The subject's area and every area above it."""
        return self.held.areas(self._about.area)

    @cached_property
    def _task_chain(self) -> list[str]:
        found: list[str] = []
        task = self._about.task
        while task is not None and task not in found:
            found.append(task)
            task = self.held.parents.get(task)
        return found

    @cached_property
    def _organized(self) -> tuple[list[str], list[tuple[str, Capacity]]]:
        """The tasks up to where the organizations come from, and those organizations; an instruction's are its own."""
        if self._about.instruction is not None:
            told = [link.from_ for link in self.held.task_links[self._about.instruction]]
            return self._task_chain[:1], [(organization, Capacity.RECIPIENT) for organization in told]
        for index, task in enumerate(self._task_chain):
            found: dict[tuple[str, Capacity], None] = {}
            for capacity in CAPACITIES:
                for link in counting([link for link in self.held.task_links[task] if link.capacity is capacity]):
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
            for place in (self._about.site, self._about.site_kind):
                own = [one for one in self.held.regulations[place] if one.capacity is capacity] if place else []
                found |= dict.fromkeys((record.from_, capacity) for record in own)
                if own:
                    break
        return list(found)

    @cached_property
    def operators(self) -> list[str]:
        if self._about.site is None:
            return []
        return sorted({link.from_ for link in counting(self.held.operates[self._about.site])})

    @cached_property
    def _leftovers(self) -> list[Record]:
        """What answers for the site and stands on no line yet is not dropped: the operator's on its own, else on 1."""
        if self._about.site is None:
            return []
        taken = _records(self._draft(LineKind.INDUSTRY))
        return [record for record in self._answering(self._about.site) if record.id not in taken]

    def _own(self, record: Record) -> bool:
        """Whether it is of an operator of the site."""
        return any(self.held.is_at_or_below(record.from_, organization) for organization in self.operators)

    @cached_property
    def _involved(self) -> frozenset[str]:
        """A supervision body that regulates the site or has the task does not watch over it."""
        return frozenset(organization for organization, _ in (*self.regulators, *self.task_organizations))

    def _answering(self, place: str) -> list[Record]:
        found = self.held.about(place)
        return [*found.others, *self._involved_in(found)] if found.watching else found.others

    def _involved_in(self, found: Answering) -> Iterator[Record]:
        """Those watching who do not watch over this subject, but answer for it."""
        return (record for record, body in found.watching if body is not None and body in self._involved)

    def _watching(self, place: str) -> Iterator[Record]:
        return (record for record, body in self.held.about(place).watching if body not in self._involved)

    def _answering_of(self, organization: str, place: str | None) -> Sequence[Record]:
        if place is None:
            return ()
        found, others = self.held.about(place), self.held.others_of(place, organization)
        watching = self._involved_in(found) if found.watching else ()
        return [*others, *(record for record in watching if self.held.is_of(record.from_, organization))]

    # ---- how posts get on a line ----

    def _organization(self, draft: _Draft, own: Sequence[Record], organization: str, capacity: Capacity) -> None:
        for record in own:
            draft.reached.append(self._by_responsibility(record, 0, capacity))
        if not own:
            draft.gaps.append(self._gap(0, organization=organization, capacity=capacity))
        self._head(draft, organization, Role.HEAD, 1, capacity)

    def _by_responsibility(
        self, record: Record, distance: int, capacity: Capacity | None = None, area: str | None = None
    ) -> Reached:
        role = record.role
        if role is None:
            raise ValueError(f"responsibility {record.id} names no role")
        return Reached(record.from_, record, role, self._levels.level(role), distance, capacity, area)

    def _head(self, draft: _Draft, organization: str, role: Role, distance: int, capacity: Capacity | None) -> None:
        own = self.held.heads[organization]
        heading = [record for record in own if record.explicit] or own
        level = self._levels.level(role)
        for record in heading:
            draft.reached.append(Reached(record.from_, record, role, level, distance, capacity, how=1))
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

    def _best(self, draft: _Draft, posts: frozenset[str] | None = None, *, superiors: bool = True) -> _Ways:
        """Of the ways to each post (of `posts`, or to any) by each capacity the one that stands for it."""
        best: _Ways = {}

        def consider(reached: Reached) -> None:
            key = (reached.capacity, reached.post)
            if key not in best or reached.order < best[key].order:
                best[key] = reached

        for seed in draft.reached:
            if posts is None or seed.post in posts:
                consider(seed)
            if not superiors:
                continue
            above = self.held.superiors
            ways = above.of(seed.post, seed.level) if posts is None else above.towards(seed.post, seed.level, posts)
            for record, level, steps in ways:
                up = seed.distance + steps
                consider(Reached(record.to, record, Role.SUPERIOR, level, up, seed.capacity, how=2))
        return best

    def _line(self, kind: LineKind, draft: _Draft, *, superiors: bool = True) -> Line:
        cycles = {
            (seed.capacity, post)
            for seed in (draft.reached if superiors else ())
            for post in self.held.superiors.met_again(seed.post)
        }
        hops = [*dict.fromkeys(draft.gaps)]
        for key, reached in self._best(draft, superiors=superiors).items():
            hops += self._hops(reached, cycle=key in cycles)
        return Line(kind, tuple(sorted(hops, key=_place)))

    def _hops(self, reached: Reached, *, cycle: bool) -> Iterator[Hop]:
        holding = self.held.holders(reached.post)
        gap = Gap.CYCLE if cycle else Gap.VACANT if not holding else Gap.OVERLAPPING if len(holding) > 1 else None
        held_by: Iterable[tuple[str | None, Record | None]] = holding.items() or [(None, None)]
        for holder, membership in held_by:
            used = [reached.record, *([membership] if membership else [])]
            yield Hop(
                level=reached.level,
                distance=reached.distance,
                role=reached.role,
                capacity=reached.capacity,
                organization=self.held.home(reached.post),
                post=reached.post,
                holder=holder,
                area=reached.area,
                gap=gap,
                record=reached.record,
                membership=membership,
                backdated=any(record.recorded_at > self._about.recorded_at for record in used),
            )


DRAFTS: Mapping[LineKind, Callable[[_Trace], _Draft]] = {
    LineKind.TERRITORIAL: _Trace.territorial,
    LineKind.INDUSTRY: _Trace.industry,
    LineKind.TASK: _Trace.task,
    LineKind.SUPERVISION: _Trace.supervision,
    LineKind.REGULATED_PARTY: _Trace.regulated_party,
}


def _records(draft: _Draft) -> frozenset[str]:
    return frozenset(way.record.id for way in draft.reached)


def _place(hop: Hop) -> tuple[int, int, int, bool, str, str, str, str]:
    """The order of hops on a line; among gaps of one place, by what they are gaps of."""
    return (
        LEVELS.index(hop.level),
        hop.distance,
        _capacity_place(hop.capacity),
        hop.gap is not Gap.UNASSIGNED,
        hop.post or "",
        hop.holder or "",
        hop.organization or "",
        hop.area or "",
    )


def _way_place(way: Reached) -> tuple[int, int, int, str]:
    return (LEVELS.index(way.level), way.distance, _capacity_place(way.capacity), way.post)


def _capacity_place(capacity: Capacity | None) -> int:
    return CAPACITIES.index(capacity) if capacity else len(CAPACITIES)
