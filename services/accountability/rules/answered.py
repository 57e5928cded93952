"""The other way round: at which level a person answered for a subject, by its trace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import Level, Role
from services.accountability.rules.lines import Levels, Reached, first_way
from services.accountability.rules.near import Near, Subject


@dataclass(frozen=True, slots=True)
class Found:
    """A problem that may be one: its trace is that of `subject` at the instant."""

    problem: str
    discovered_at: datetime
    subject: Subject


@dataclass(frozen=True, slots=True)
class Answered:
    """By which hop the person answered for it most directly."""

    problem: Found
    level: Level
    role: Role
    post: str


def answered(found: Sequence[Found], near: Near, person: str, levels: Levels) -> Iterator[Answered]:
    """Those of the problems on whose lines 1 to 4 the person is, in order. `near` has the person's memberships."""
    own = near.memberships_of(person)
    ways: dict[tuple[Subject, int], Reached | None] = {}
    for problem in found:
        at = problem.discovered_at
        alike = problem.subject, near.interval(at)
        if alike not in ways:
            posts = frozenset(row.to for row in own if row.holds(at))
            about, held = near.about(problem.subject, at), near.held(at, levels.level_above)
            ways[alike] = first_way(about, posts, levels, held) if posts else None
        way = ways[alike]
        if way is not None:
            yield Answered(problem, way.level, way.role, way.post)
