"""Who stands above a post: up to the top, along every way, at the level that each way gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter

from graph.model.enums import Level
from services.accountability.rules.facts import Record

LEVELS = (Level.DIRECT, Level.SUPERVISORY, Level.LEADERSHIP)
Step = tuple[Record, Level, int]
"""The reporting that leads to a superior, the superior's level, and how many steps up that is."""


class Superiors:
    """The reporting lines that held at one instant, by who reports. `above`: the level one up from a level."""

    def __init__(self, reporting: Mapping[str, Sequence[Record]], above: Callable[[Level], Level]) -> None:
        self._reporting = reporting
        self._above = above
        self.of = cache(self._ways_up)
        self.towards = cache(self._ways_towards)
        self._reached = cache(self._reached_from)
        self._on_every_cycle = cache(self._on_every_cycle_of)

    @cached_property
    def lowest(self) -> int:
        """The place among LEVELS below which no superior stands."""
        return min(LEVELS.index(self._above(level)) for level in LEVELS)

    def _ways_up(self, post: str, level: Level) -> tuple[Step, ...]:
        return tuple(self._steps(post, level))

    def _ways_towards(self, post: str, level: Level, posts: frozenset[str]) -> tuple[Step, ...]:
        return tuple(step for step in self.of(post, level) if step[0].to in posts)

    def _steps(self, post: str, level: Level) -> Iterator[Step]:
        """Each step up, nearest first. A post at a level is left once: a longer way to it shows nothing better."""
        here = {(post, level)}
        left: set[tuple[str, Level]] = set()
        distance = 0
        while here:
            left |= here
            distance += 1
            next_: set[tuple[str, Level]] = set()
            for below, its_level in here:
                level = self._above(its_level)
                for record in self._reporting[below]:
                    yield record, level, distance
                    if (record.to, level) not in left:
                        next_.add((record.to, level))
            here = next_

    def met_again(self, post: str) -> set[str]:
        """The posts that some way up from here meets a second time.

        Such a way goes to the post, then round a cycle of it, and shares no other post with itself. By Menger's theorem
        there is one unless some other post stands both on every way there and on every cycle.
        """
        if self._is_acyclic:
            return set()
        met: set[str] = set()
        for again in {post, *self._reached(post)}:
            shared = self._on_every_cycle(again)
            if shared is None:
                continue
            if post == again or all(post != other and again in self._reached(post, other) for other in shared):
                met.add(again)
        return met

    @cached_property
    def _is_acyclic(self) -> bool:
        """As it should be, and almost always is."""
        above = {post: {record.to for record in records} for post, records in self._reporting.items()}
        try:
            TopologicalSorter(above).prepare()
        except CycleError:
            return False
        return True

    def _on_every_cycle_of(self, post: str) -> frozenset[str] | None:
        """The other posts that every way from a post back to it goes through; None where there is no such way."""
        above = self._reached(post)
        if post not in above:
            return None
        return frozenset(other for other in above - {post} if post not in self._reached(post, other))

    def _reached_from(self, post: str, without: str | None = None) -> frozenset[str]:
        """The posts that ways up lead to which are at least a step long and do not go through `without`."""
        reached: set[str] = set()
        ahead = [post]
        while ahead:
            for record in self._reporting[ahead.pop()]:
                if record.to != without and record.to not in reached:
                    reached.add(record.to)
                    ahead.append(record.to)
        return frozenset(reached)
