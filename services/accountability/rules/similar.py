"""Problems alike in who answers for them: the same person, or the same gap, at the direct or supervisory level."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.model.enums import Gap, Level, LineKind
from services.accountability.rules.answered import Found
from services.accountability.rules.facts import Hop, Line
from services.accountability.rules.lines import Levels, lines
from services.accountability.rules.near import Near, Subject

NEAREST = frozenset({Level.DIRECT, Level.SUPERVISORY})


@dataclass(frozen=True, slots=True)
class Lack:
    """A gap, wherever it is met: of a post, or UNASSIGNED on a line for one `of` (area, organization, site or task)."""

    gap: Gap
    of: str | None
    line: LineKind | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """Who stands on traces at the direct or supervisory level, and what is missing there."""

    holders: frozenset[str]
    lacks: frozenset[Lack]

    def __and__(self, other: "Shared") -> "Shared":
        return Shared(self.holders & other.holders, self.lacks & other.lacks)

    def __bool__(self) -> bool:
        return bool(self.holders or self.lacks)


@dataclass(frozen=True, slots=True)
class Similar:
    """A problem, and what its trace shares with the one that is asked about."""

    problem: Found
    shared: Shared


def shared_of(found: Sequence[Line], subject: Subject) -> Shared:
    """What another trace may share with these lines, which are those of the subject."""
    near = [(line.kind, hop) for line in found for hop in line.hops if hop.level in NEAREST]
    holders = frozenset(hop.holder for _, hop in near if hop.holder is not None)
    return Shared(holders, frozenset(_lack(line, hop, hop.gap, subject) for line, hop in near if hop.gap is not None))


def similar(
    found: Iterable[Found], near: Near, shared: Shared, levels: Levels, besides: str | None = None
) -> Iterator[Similar]:
    """Those of the problems whose traces share any of it, in order, `besides` left out.

    `near` has the memberships of the holders, and of the posts that lack one.
    """
    posts = {lack.of for lack in shared.lacks if lack.line is None and lack.of is not None}
    posts = posts.union(*(near.held_by(person) for person in shared.holders))
    below = near.below(posts)
    unassigned = any(lack.line is not None for lack in shared.lacks)
    for problem in found:
        own, at = problem.subject, problem.discovered_at
        if problem.problem == besides or (not unassigned and below.isdisjoint(near.seeds(own, at))):
            continue
        both = shared & shared_of(lines(near.facts(own, at, below), levels), own)
        if both:
            yield Similar(problem, both)


def _lack(line: LineKind, hop: Hop, gap: Gap, subject: Subject) -> Lack:
    if hop.post is not None:
        return Lack(gap, hop.post)
    of = hop.area or hop.organization or (subject.task if line is LineKind.TASK else subject.site)
    return Lack(gap, of, line)
