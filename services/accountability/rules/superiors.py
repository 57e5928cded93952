"""Who stands above a post: up to the top, along every way, at the level that each way gives."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from graph.model.enums import Level
from services.accountability.rules.facts import Record

Step = tuple[Record, Level, int]
"""The reporting that leads to a superior, the superior's level, and how many steps up that is."""


class Superiors:
    """The reporting lines that held at one instant. `above`: the level one up from a level."""

    def __init__(self, reporting: Iterable[Record], above: Callable[[Level], Level]) -> None:
        self._reporting: dict[str, list[Record]] = defaultdict(list)
        for record in reporting:
            self._reporting[record.from_].append(record)
        self._above = above
        self._leads_to_a_cycle = cache(self._leads_to_a_cycle_from)

    def of(self, post: str, level: Level) -> Iterator[Step]:
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
                for record in self._reporting.get(below, ()):
                    yield record, level, distance
                    if (record.to, level) not in left:
                        next_.add((record.to, level))
            here = next_

    def met_again(self, post: str) -> set[str]:
        """The posts that some way up from here meets a second time."""
        met: set[str] = set()
        ways: list[tuple[str, frozenset[str]]] = [(post, frozenset({post}))]
        while ways:
            below, way = ways.pop()
            if not self._leads_to_a_cycle(below):  # else each way through a large staff would be walked for nothing
                continue
            for record in self._reporting.get(below, ()):
                if record.to in way:
                    met.add(record.to)
                else:
                    ways.append((record.to, way | {record.to}))
        return met

    def _leads_to_a_cycle_from(self, post: str) -> bool:
        reached = self._reached(post)
        return any(below in self._reached(below) for below in {post, *reached})

    def _reached(self, post: str) -> set[str]:
        reached: set[str] = set()
        ahead = [post]
        while ahead:
            for record in self._reporting.get(ahead.pop(), ()):
                if record.to not in reached:
                    reached.add(record.to)
                    ahead.append(record.to)
        return reached
