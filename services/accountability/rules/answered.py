"""The other way round: at which level a person answered for a subject, by its trace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import Level, LineKind, Role
from services.accountability.rules.facts import Hop, Line
from services.accountability.rules.lines import LEVELS, Levels, lines
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
    below = near.below(near.held_by(person))
    for problem in found:
        if below.isdisjoint(near.seeds(problem.subject, problem.discovered_at)):
            continue
        facts = near.facts(problem.subject, problem.discovered_at, below)
        hop = most_direct(lines(facts, levels), person)
        if hop is not None and hop.role is not None and hop.post is not None:
            yield Answered(problem, hop.level, hop.role, hop.post)


def most_direct(found: Sequence[Line], person: str) -> Hop | None:
    """Of the hops that the person holds on lines 1 to 4 the first of the most direct level."""
    own = (hop for line in found if line.kind is not LineKind.REGULATED_PARTY for hop in line.hops)
    return min((hop for hop in own if hop.holder == person), key=lambda hop: LEVELS.index(hop.level), default=None)
