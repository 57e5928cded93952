"""What a correction would change, before it is made: it is carried out, traces are taken, and all is taken back.

Exact as far as it goes: the graph finds the problems that it may touch, newest first, and the traces of the first
CHECKED are compared as they are and as they would be, by the rules of the trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.compile.roots import Moment, Viewer
from graph.model.enums import Level, LineKind
from graph.model.facts import LONGEST_CHAIN
from graph.queries.affected import affected
from graph.queries.trace import FACTS_ONLY, Asked, traces
from graph.session import Database, Transaction
from services.accountability import rules as of_trace
from services.accountability.reading import facts_of
from services.campaign.rulebook import current
from services.hosting.commanding import LATEST
from services.hosting.identity import Caller
from services.organization import rules
from services.organization.commands import HEADS, MEMBERSHIP, REGULATION, REPORTING, RESPONSIBILITY, Command, write
from services.organization.rules import Statement

CHECKED = 200
"""So many problems are looked at; of more it is said that there are at least as many."""

LEVELS = (Level.DIRECT, Level.SUPERVISORY)
NOBODY = Viewer()


@dataclass(frozen=True)
class Foreseen:
    """`changed`: by problem, newest first, on which lines and levels others would answer. `exact`: these are all."""

    changed: Mapping[str, tuple[tuple[LineKind, Level], ...]]
    exact: bool


class _TakenBackError(Exception):
    """Ends the transaction without its effect."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__()
        self.foreseen = foreseen


async def foresee(database: Database, command: Command, caller: Caller, now: datetime) -> Foreseen:
    """What the command would change. Nothing is kept, and no other command waits for more than the facts it touches.

    Raises RefusedError where the command would be refused.
    """

    async def work(transaction: Transaction) -> Foreseen:
        before_it: dict[str, _Answering] = {}
        found: list[str] = []

        async def look(before: Sequence[Statement], after: Sequence[Statement]) -> None:
            found.extend(await _candidates(transaction, command, before, after))
            before_it.update(await _answering(transaction, found[:CHECKED], now))

        await write(transaction, command, caller, now, f"?/{command.key}", _latest, look)
        after_it = await _answering(transaction, found[:CHECKED], now)
        different = {
            problem: _different(before_it[problem], after_it[problem])
            for problem in found[:CHECKED]
            if before_it[problem] != after_it[problem]
        }
        raise _TakenBackError(Foreseen(different, len(found) <= CHECKED))

    try:
        return await database.transact(work)
    except _TakenBackError as taken_back:
        return taken_back.foreseen


async def _latest(_: datetime) -> datetime:
    """It is never seen by others, so it takes no gate: nobody waits for it."""
    return LATEST


async def _candidates(
    transaction: Transaction, command: Command, before: Sequence[Statement], after: Sequence[Statement]
) -> list[str]:
    intervals = rules.changed(before, after)
    if not intervals:
        return []
    said = (*before, *after)
    kind = command.kind
    froms, tos = {one.from_ for one in said}, {one.to for one in said if one.to is not None}
    asked = {
        "posts": sorted(tos if kind is MEMBERSHIP else froms if kind is REPORTING else ()),
        "subjects": sorted(tos if kind in (RESPONSIBILITY, REGULATION) else ()),
        "organizations": sorted(tos if kind is HEADS else ()),
        "intervals": [{"since": since, "until": until} for since, until in intervals],
        "since": intervals[0][0],
        "until": intervals[-1][1],
        "now": LATEST,
        "limit": CHECKED + 1,
    }
    depth = LONGEST_CHAIN if kind is REPORTING else 1
    return [row["id"] for row in await transaction.run(affected(depth), asked)]


_Answering = frozenset[tuple[LineKind, of_trace.Hop]]
"""Who answers on the levels that are looked at, without what it rests on."""


async def _answering(transaction: Transaction, problems: Sequence[str], now: datetime) -> dict[str, _Answering]:
    if not problems:
        return {}
    asked = [Asked(problem, None, LATEST) for problem in problems]
    statement = traces(asked, FACTS_ONLY, Moment(now, None, LATEST), NOBODY)
    (row,) = await transaction.run(statement.cypher, statement.parameters)
    rulebook = current()
    return {
        problem: frozenset(
            (line.kind, _part(hop))
            for line in of_trace.lines(facts_of(found["facts"]), rulebook)
            for hop in line.hops
            if hop.level in LEVELS
        )
        for problem, found in zip(problems, row["data"], strict=True)
    }


def _part(hop: of_trace.Hop) -> of_trace.Hop:
    """The hop as somebody's part in the trace, whichever record says so and however many steps away."""
    return of_trace.Hop(
        level=hop.level,
        distance=0,
        role=hop.role,
        capacity=hop.capacity,
        organization=hop.organization,
        post=hop.post,
        holder=hop.holder,
        area=hop.area,
        gap=hop.gap,
    )


def _different(before: _Answering, after: _Answering) -> tuple[tuple[LineKind, Level], ...]:
    places = {(line, hop.level) for line, hop in before ^ after}
    return tuple(sorted(places, key=lambda place: (list(LineKind).index(place[0]), list(Level).index(place[1]))))
