"""What held at one instant, found by its ends: near one subject, or near all that are asked about at that instant."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple, TypeVar

from graph.model.enums import Level, Role
from services.accountability.rules.facts import Facts, Link, Record, counting
from services.accountability.rules.superiors import Superiors

WATCHING_ROLES = frozenset({Role.STATIONED_INSPECTOR, Role.INSPECTOR})

Fact = TypeVar("Fact", Link, Record)


class Answering(NamedTuple):
    """The responsibilities for a place: `others`, and those `watching`, each with the body that watches unless it is
    involved itself; None: it always does."""

    others: list[Record]
    watching: list[tuple[Record, str | None]]


@dataclass
class Held:
    """Each kind of fact by one of its ends; a thing of which there are none has an empty list.

    `above`: the level one up from a level.
    """

    above: Callable[[Level], Level]
    area_kinds: Mapping[str, str]
    organization_kinds: Mapping[str, str]
    parents: Mapping[str, str]
    """Of a task the one above it."""
    within: Mapping[str, Sequence[Link]]
    post_in: Mapping[str, Sequence[Link]]
    part_of: Mapping[str, Sequence[Link]]
    reporting: Mapping[str, Sequence[Record]]
    """These four by where they lead from, all others by where they lead to."""
    task_links: Mapping[str, Sequence[Link]]
    governs: Mapping[str, Sequence[Link]]
    operates: Mapping[str, Sequence[Link]]
    responsibilities: Mapping[str, Sequence[Record]]
    regulations: Mapping[str, Sequence[Record]]
    heads: Mapping[str, Sequence[Record]]
    memberships: Mapping[str, Sequence[Record]]

    def __post_init__(self) -> None:
        self.others_of = cache(self._others_of)
        self._about: dict[str, Answering] = {}
        self._homes: dict[str, str | None] = {}
        self._holders: dict[str, dict[str, Record]] = {}
        self._at_or_above: dict[str, frozenset[str]] = {}
        self._areas: dict[str, Sequence[str]] = {}

    @classmethod
    def of(cls, facts: Facts, above: Callable[[Level], Level]) -> "Held":
        return cls(
            above,
            facts.area_kinds,
            facts.organization_kinds,
            {link.from_: link.to for link in facts.subtasks},
            within=by_from(facts.within),
            post_in=by_from(facts.post_in),
            part_of=by_from(facts.part_of),
            reporting=by_from(facts.reporting),
            task_links=_by_to(facts.task_links),
            governs=_by_to(facts.governs),
            operates=_by_to(facts.operates),
            responsibilities=_by_to(facts.responsibilities),
            regulations=_by_to(facts.regulations),
            heads=_by_to(facts.heads),
            memberships=_by_to(facts.memberships),
        )

    @cached_property
    def superiors(self) -> Superiors:
        return Superiors(self.reporting, self.above)

    def about(self, place: str) -> "Answering":
        """Who answers for a place; SUPERIOR by role is no responsibility."""
        if place not in self._about:
            found = self._about[place] = Answering([], [])
            for record in self.responsibilities[place]:
                if record.role is Role.SUPERIOR:
                    continue
                if record.role in WATCHING_ROLES:
                    found.watching.append((record, None))
                    continue
                home = self.home(record.from_)
                if home is not None and self.organization_kinds.get(home) == "SUPERVISION_BODY":
                    found.watching.append((record, home))
                else:
                    found.others.append(record)
        return self._about[place]

    def _others_of(self, place: str, organization: str) -> Sequence[Record]:
        """Of these `others` those of posts of an organization."""
        return [record for record in self.about(place).others if self.is_of(record.from_, organization)]

    def home(self, post: str) -> str | None:
        """The organization of a post."""
        if post not in self._homes:
            self._homes[post] = min((link.to for link in counting(self.post_in[post])), default=None)
        return self._homes[post]

    def holders(self, post: str) -> Mapping[str, Record]:
        """Who holds a post, each by the membership begun last."""
        if post not in self._holders:
            found = self._holders[post] = dict[str, Record]()
            own = sorted(self.memberships[post], key=lambda record: (record.source_id, record.id))
            for record in sorted(own, key=lambda record: record.valid_from, reverse=True):
                found.setdefault(record.from_, record)
        return self._holders[post]

    def is_of(self, post: str, organization: str) -> bool:
        """Of its posts and of those in organizations below it; of a government, of its own posts only."""
        if self.organization_kinds.get(organization) == "GOVERNMENT":
            return self.home(post) == organization
        return self.is_at_or_below(post, organization)

    def is_at_or_below(self, post: str, organization: str) -> bool:
        home = self.home(post)
        if home is None:
            return False
        if home not in self._at_or_above:
            reached, ahead = {home}, [home]
            while ahead:
                new = {link.to for link in counting(self.part_of[ahead.pop()])} - reached
                reached |= new
                ahead += new
            self._at_or_above[home] = frozenset(reached)
        return organization in self._at_or_above[home]

    def areas(self, area: str | None) -> Sequence[str]:
        """An area and every area above it."""
        if area is None:
            return ()
        if area not in self._areas:
            found: list[str] = []
            here: str | None = area
            while here is not None and here not in found:
                found.append(here)
                here = min((link.to for link in counting(self.within[here])), default=None)
            self._areas[area] = found
        return self._areas[area]


def by_from(facts: Iterable[Fact]) -> Mapping[str, Sequence[Fact]]:
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.from_].append(fact)
    return found


def _by_to(facts: Iterable[Fact]) -> Mapping[str, Sequence[Fact]]:
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.to].append(fact)
    return found
