"""Root fields → one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.compile.cursor import Keyset, fingerprint, page_size, parse
from graph.compile.fields import Compiler
from graph.compile.moment import PREFIX
from graph.compile.recent import Recent
from graph.compile.selection import Selected
from graph.compile.tree import Code, Collect, Expression, Head, MapOf, Statement
from graph.compile.visibility import Viewer, visible
from graph.model import MODEL
from graph.model.identity import record_id
from graph.model.instants import OPEN
from graph.queries import responsible


@dataclass(frozen=True)
class Moment:
    """When: `now` by the caller's clock, `as_of` and `known_at` as asked (None: now, and the watermark)."""

    now: datetime
    as_of: datetime | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class SourceKey:
    source: str
    source_id: str


Parts = tuple[tuple[str, str, bool, Selected], ...]
"""Records that are asked for together: (key, label, whether a list of them, what is asked of it)."""

PLANS: Recent[tuple[int, Hashable], tuple[object, Statement]] = Recent(500)
"""Statements without what each request has its own of, by what is selected and what else decides their text."""


def by_id(label: str, record: str, selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
    """The record with that id, null where there is none of that kind or it is not yet known."""

    def made(compiler: Compiler) -> str:
        where = f"n:{label} AND n.recordedAt <= k{visible(label, 'n', viewer)}"
        return cypher_of(
            compiler, Head(compiler.collect("(n:Record {id: $record})", where, label, "n", selected.only()))
        )

    shape = "by id", label, viewer.oversees, viewer.for_department
    return planned(selected, shape, made, {"record": record}, moment, viewer)


def by_ids(
    label: str, records: Sequence[str], selection: tuple[Selected, ...], moment: Moment, viewer: Viewer
) -> Statement:
    """Rows {id, record} of those records, in no order: what is not of that kind or not yet known is left out."""
    compiler = Compiler(MODEL)
    clauses, shape = compiler.object_of(label, "n", selection)
    found = (
        f"UNWIND {compiler.parameter(list(dict.fromkeys(records)))} AS id MATCH (n:Record {{id: id}})",
        f"WHERE n:{label} AND n.recordedAt <= k{visible(label, 'n', viewer)}",
        *clauses,
    )
    data = Collect(found, MapOf((("id", Code("n.id")), ("record", shape))))
    return statement_of(compiler, data, moment, viewer)


def listing(label: str, key: SourceKey | None, selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
    """All records of a kind, or the one that a source calls so, as a connection."""
    compiler = Compiler(MODEL)
    if key is not None:
        match = f"(n:Record {{id: {compiler.parameter(record_id(key.source, key.source_id))}}})"
        data = compiler.page(match, f"n:{label} AND n.recordedAt <= k", label, "n", selected, (label, key))
        return statement_of(compiler, data, moment, viewer)
    keyset = Keyset("id")
    mark = fingerprint(label, "all")
    size = compiler.parameter(page_size(selected.arguments.get("first")))
    seek = f"n.id > {compiler.parameter(_last_id(selected, keyset, mark))}"
    clauses = (
        f"MATCH (n:{label}) WHERE {seek} AND n.recordedAt <= k",
        f"WITH n ORDER BY n.id LIMIT {size} + 1",
    )
    rows = compiler.rows_of(clauses, label, "n", selected, keyset, compiler.parameter(mark))
    total = Code(f"COUNT {{ MATCH (n:{label}) WHERE n.recordedAt <= k }}")
    return statement_of(compiler, compiler.page_of(rows, size, selected, total), moment, viewer)


def _last_id(selected: Selected, keyset: Keyset, mark: str) -> str:
    after = selected.arguments.get("after")
    return "" if after is None else parse(after, keyset, mark)[1]


def statement_of(compiler: Compiler, data: Expression, moment: Moment, viewer: Viewer, before: str = "") -> Statement:
    """Columns high, t, k and data. `before`: clauses that bind more than those for the expression."""
    cypher = cypher_of(compiler, data, before)
    return Statement(cypher, parameters_of(compiler, moment, viewer), tuple(compiler.judged))


def cypher_of(compiler: Compiler, data: Expression, before: str = "") -> str:
    """The text of what `statement_of` states."""
    if compiler.judged:
        return f"{PREFIX}{before}WITH high, t, k, {data.cypher()} AS data\n{responsible.beside(compiler, data)}"
    return f"{PREFIX}{before}RETURN high, t, k, {data.cypher()} AS data"


def planned(
    selected: Selected,
    shape: tuple[Hashable, ...],
    made: Callable[[Compiler], str],
    values: Mapping[str, object],
    moment: Moment,
    viewer: Viewer,
) -> Statement:
    """The statement that `made` writes for what is selected, or wrote before: it is bound anew.

    `shape`: all but the selection that decides its text. `values`: of this request alone, by the parameters' names.
    """
    # The same children are the same selection: see `schema.selection`.
    found = PLANS.find((id(selected.children), shape))
    if found is None:
        compiler = Compiler(MODEL)
        cypher = made(compiler)
        plan = Statement(cypher, compiler.parameters, tuple(compiler.judged))
        found = PLANS.keep((id(selected.children), shape), (selected.children, plan))
    _, plan = found
    return Statement(plan.cypher, {**plan.parameters, **values, **bound_always(moment, viewer)}, plan.judged)


def responsible_for(problems: Sequence[str], judged: Sequence[Selected], moment: Moment, viewer: Viewer) -> Statement:
    """Who answers first for these, where a statement brought the problems alone. Column `beside`, as others have it."""
    compiler = Compiler(MODEL, judged=list(judged))
    return Statement(
        f"{PREFIX}WITH high, t, k, $problems AS data\n{responsible.beside(compiler, None)}",
        {**parameters_of(compiler, moment, viewer), "problems": list(problems)},
    )


def parameters_of(compiler: Compiler, moment: Moment, viewer: Viewer) -> dict[str, object]:
    """What a statement that reads is bound to, with what the compiler has gathered."""
    return {**compiler.parameters, **bound_always(moment, viewer)}


def bound_always(moment: Moment, viewer: Viewer) -> dict[str, object]:
    """What every statement that reads is bound to."""
    return {
        "now": moment.now,
        "asOf": moment.as_of,
        "knownAt": moment.known_at,
        "open": OPEN,
        "seesPersonalData": viewer.sees_personal_data,
        "viewer": viewer.person,
    }


def records(
    selected: Selected,
    parts: Parts,
    given: Sequence[Sequence[str | list[str]]],
    moment: Moment,
    viewer: Viewer,
) -> Statement:
    """Several records at once: of each row of `given`, their ids in the order of `parts`, {row, shown}.

    `row`: its number. `shown`: each record under its key; of a list of ids, a list in the order of what their source
    calls them.
    """

    def made(compiler: Compiler) -> str:
        entries: list[tuple[str, Expression]] = []
        for number, (key, label, several, asked) in enumerate(parts):
            n, ids = f"n{number}", f"$given[row][{number}]"
            if several:
                where, order = f"{n}.id IN {ids} AND {n}:{label}", f"{n}.sourceId"
                entries.append((key, compiler.collect(f"({n}:Record)", where, label, n, asked.only(), order)))
            else:
                match = f"({n}:Record {{id: {ids}}})"
                entries.append((key, Head(compiler.collect(match, f"{n}:{label}", label, n, asked.only()))))
        data = MapOf((("row", Code("row")), ("shown", MapOf(tuple(entries)))))
        return cypher_of(compiler, data, "UNWIND range(0, size($given) - 1) AS row\n")

    shape = "records", *((key, label, several) for key, label, several, _ in parts)
    return planned(selected, shape, made, {"given": given}, moment, viewer)
