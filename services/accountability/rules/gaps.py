"""Where nobody answers, or not one: what is so at an instant, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import Capacity, Gap, LineKind, Role
from graph.model.instants import TICK
from services.accountability.rules.facts import Hop
from services.accountability.rules.held import by_from
from services.accountability.rules.lines import Levels, lines
from services.accountability.rules.near import Near, Subject
from services.accountability.rules.superiors import Superiors


@dataclass(frozen=True, slots=True)
class Missing:
    """What a line lacks: an organization at all, its head (role HEAD), or a post of it that answers."""

    organization: str | None
    capacity: Capacity | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A gap that stands. `since` None: as far back as anything is recorded. `missing`: of a gap that is UNASSIGNED."""

    kind: Gap
    since: datetime | None
    missing: tuple[Missing, ...] = ()


def unassigned(subject: Subject, line: LineKind, near: Near, at: datetime, levels: Levels) -> Standing | None:
    """The gap hops of the subject's own line: on TERRITORIAL those of its area alone, not of areas above."""

    def hops(instant: datetime) -> list[Hop]:
        facts = near.facts(subject, instant, frozenset())
        found = next(found for found in lines(facts, levels) if found.kind is line)
        return [hop for hop in found.hops if hop.gap is Gap.UNASSIGNED and hop.area == subject.area]

    missing = hops(at)
    if not missing:
        return None
    since = _since(near.edges(subject), at, lambda instant: bool(hops(instant)))
    shown = (Missing(hop.organization, hop.capacity, hop.role) for hop in missing)
    return Standing(Gap.UNASSIGNED, since, tuple(dict.fromkeys(shown)))


def of_post(post: str, near: Near, at: datetime, levels: Levels) -> Standing | None:
    """Of a post with a responsibility: that it reports to itself in the end, that nobody holds it or several do."""

    def kind(instant: datetime) -> Gap | None:
        if not near.answers(post, instant):
            return None
        superiors = Superiors(by_from(near.reporting(post, instant)), levels.level_above)
        if post in superiors.met_again(post):
            return Gap.CYCLE
        holders = near.holders(post, instant)
        return Gap.VACANT if not holders else Gap.OVERLAPPING if len(holders) > 1 else None

    found = kind(at)
    if found is None:
        return None
    return Standing(found, _since(near.edges_of_post(post), at, lambda instant: kind(instant) is found))


def _since(edges: set[datetime], at: datetime, stands: Callable[[datetime], bool]) -> datetime | None:
    """Since when it has been so without a break up to `at`; None where it was so before anything began."""
    since = None
    for edge in sorted((edge for edge in edges if edge <= at), reverse=True):
        if not stands(edge):
            return since
        since = edge
    return since if since is not None and not stands(since - TICK) else None
