"""The log as a feed: the events of a stretch of it, in its order, with what a subscriber asked to see of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.compile.cursor import LOG_MARK
from graph.compile.fields import Compiler
from graph.compile.moment import PREFIX, holds_unless_silenced
from graph.compile.roots import Moment, Viewer, parameters_of
from graph.compile.selection import Selected
from graph.compile.tree import Code, Expression, MapOf, Statement
from graph.compile.visibility import OWN, of_no_hidden
from graph.model import MODEL
from graph.model.facts import LONGEST_CHAIN

SIZE = "MATCH (l:Log {name: 'main'}) RETURN l.size AS size"
"""How many events have a number. They are numbered in the order in which they became known, and none is left out."""


@dataclass(frozen=True)
class Wanted:
    """Which events: `problems` only those about problems, `area` those of problems there and below, now.

    `kinds` empty: all. `subject`: the id of the record whose chain they are of.
    """

    problems: bool = False
    area: str | None = None
    kinds: tuple[str, ...] = ()
    subject: str | None = None

    @property
    def all(self) -> bool:
        return self == Wanted()


def stretch(
    start: int, stop: int, most: int, wanted: Wanted, shown: Sequence[Selected], moment: Moment, viewer: Viewer
) -> Statement:
    """Columns: high, t, k and data {seen, rows}: of events `start` to `stop` of the log the first `most` wanted ones.

    Those of findings are left out that the viewer may not see.
    `seen`: how many of that stretch the statement found; fewer than `stop - start` where a write is not yet seen
    whole, and then its rows are not to be trusted. A row: {index, entry}, the entry as `shown` (fields of
    ProblemEvent or LoggedEvent) asks.
    """
    compiler = Compiler(MODEL)
    found = f"n.logIndex >= {compiler.parameter(start)} AND n.logIndex < {compiler.parameter(stop)}"
    entry = MapOf(tuple((part.key, _shown(compiler, part)) for part in shown))
    rows = (
        f"COLLECT {{ UNWIND found AS n {_only(compiler, wanted, viewer)}"
        f"WITH n ORDER BY n.logIndex LIMIT {compiler.parameter(most)} "
        f"RETURN {{index: n.logIndex, entry: {entry.cypher()}}} }}"
    )
    own = f"{OWN} AS own, " if viewer.for_department else ""
    cypher = (
        f"{PREFIX}WITH high, t, k, {own}COLLECT {{ MATCH (n:Event) WHERE {found} RETURN n }} AS found\n"
        f"RETURN high, t, k, {{seen: size(found), rows: {rows}}} AS data"
    )
    return Statement(cypher, parameters_of(compiler, moment, viewer), tuple(compiler.judged))


def _shown(compiler: Compiler, part: Selected) -> Expression:
    match part.name:
        case "cursor":
            return Code(f"{compiler.parameter(LOG_MARK)} + '.' + toString(n.logIndex + 1)")
        case "event":
            return compiler.object_of("Event", "n", part.only())[1]
        case "problem":
            (_, problem), = compiler.object_of("Event", "n", (part,))[1].entries  # fmt: skip
            return problem
        case _:
            return Code("'ProblemEvent'")


def _only(compiler: Compiler, wanted: Wanted, viewer: Viewer) -> str:
    conditions = [] if wanted.problems or viewer.oversees else [of_no_hidden("n", viewer, "own")]
    if wanted.kinds:
        conditions.append(f"n.kind IN {compiler.parameter(list(wanted.kinds))}")
    if wanted.subject is not None:
        subject = compiler.parameter(wanted.subject.partition("~")[0])
        conditions.append(f"{subject} IN COLLECT {{ MATCH (n)-[:EVENT_OF]->(x) RETURN x.id }}")
    if wanted.problems:
        conditions.append("EXISTS { MATCH (n)-[:EVENT_OF]->(:Problem) }")
    where = f"WITH n WHERE {' AND '.join(conditions)} " if conditions else ""
    return where if wanted.area is None else f"{where}{_within(compiler, wanted.area)}"


_AREA = Selected("area", "area", children={"Area": (Selected("id", "id"),)})
_PROBLEM = Selected("problem", "problem", children={"Problem": (_AREA,)})


def _within(compiler: Compiler, area: str) -> str:
    """Walks up from each problem's area, a few steps; down from the one asked about, it might be the whole county."""
    _, event = compiler.object_of("Event", "n", (_PROBLEM,))
    lies = holds_unless_silenced(MODEL.fact("Within"), "f", "x", "g")
    return (
        f"WITH n, {event.cypher()}.problem.area.id AS place "
        f"WITH n WHERE {compiler.parameter(area)} IN COLLECT {{ MATCH (:Record {{id: place}}) "
        f"((x)-[:WITHIN]->(f:Within)-[:WITHIN_TO]->() WHERE {lies}){{0,{LONGEST_CHAIN}}} (y) RETURN y.id }} "
    )
