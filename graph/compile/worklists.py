"""Lists of what has a state: each seeks one composite index for every state asked for, and stops at the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph.compile.cursor import Keyset, fingerprint, page_size, parse
from graph.compile.fields import Compiler
from graph.compile.moment import known_to, state
from graph.compile.roots import Moment, SourceKey, cypher_of, planned, statement_of
from graph.compile.selection import Selected
from graph.compile.tree import Code, Expression, Statement
from graph.compile.visibility import Viewer
from graph.model import MODEL
from graph.model.declare import Scalar
from graph.model.identity import record_id


@dataclass(frozen=True)
class Worklist:
    """Records of a label, by their columns. `columns`: by what a filter calls each; those of `leading` begin an index.

    `filled`: what an index is asked for besides, for a composite one serves only what asks for all of its properties.
    """

    label: str
    columns: Mapping[str, str]
    orders: Mapping[str, Keyset]
    leading: tuple[str, ...]
    filled: tuple[str, ...]


STATES = "states"
"""What each filter calls the states of which any will do; its other conditions are of one value each."""

PROBLEMS = Worklist(
    "Problem",
    {"assignedTo": "assignedToId", "site": "siteId", "task": "taskId", STATES: "status"},
    {
        "DUE_AT_ASC": Keyset("dueAt", Scalar.INSTANT),
        "DISCOVERED_AT_DESC": Keyset("discoveredAt", Scalar.INSTANT, descending=True),
    },
    leading=("assignedTo", STATES),
    filled=("dueAt", "discoveredAt", "id"),
)
RECIPIENTS = Worklist(
    "Recipient",
    {"organization": "organizationId", STATES: "state"},
    {
        "ANSWER_BY_ASC": Keyset("answerBy", Scalar.INSTANT),
        "ANSWER_BY_DESC": Keyset("answerBy", Scalar.INSTANT, descending=True),
    },
    leading=("organization", STATES),
    filled=("answerBy", "id"),
)

Conditions = Mapping[str, object]
"""The conditions that are given, all to hold together, by what the worklist calls them."""
EVERYTHING: Conditions = MappingProxyType({})


def page(
    worklist: Worklist, where: Conditions, order: str, selected: Selected, moment: Moment, viewer: Viewer
) -> Statement:
    """A page of those for which the conditions hold, as a connection."""
    keyset = worklist.orders[order]
    mark = mark_of(worklist, where, order)
    after = selected.arguments.get("after")
    values = {**where, "mark": mark, "size": page_size(selected.arguments.get("first"))}
    if after is not None:
        values["key"], values["record"] = parse(after, keyset, mark)

    def made(compiler: Compiler) -> str:
        seek = ("$key", "$record") if after is not None else None
        then = f"WITH n, {state('n', compiler.name('f'))} AS c"
        clauses = (
            _candidates(worklist, where, keyset, seek, "LIMIT $size + 1"),
            f"WITH DISTINCT n {then} ORDER BY {keyset.order('c')} LIMIT $size + 1",
            then,  # anew, row by row: a command that commits meanwhile changes what `c` holds
        )
        rows = compiler.rows_of(clauses, worklist.label, "n", selected, keyset, "$mark", current="c")
        return cypher_of(compiler, compiler.page_of(rows, "$size", selected, _count(worklist, where)))

    shape = "worklist", worklist.label, order, frozenset(where), after is not None
    return planned(selected, shape, made, values, moment, viewer)


def mark_of(worklist: Worklist, where: Conditions, order: str) -> str:
    """What its cursors begin with."""
    return fingerprint(worklist.label, sorted(where.items()), order)


def count(worklist: Worklist, where: Conditions, selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
    """For how many the conditions hold."""
    shape = "count", worklist.label, frozenset(where)
    return planned(
        selected, shape, lambda compiler: cypher_of(compiler, _count(worklist, where)), where, moment, viewer
    )


def count_of_source(label: str, key: SourceKey, moment: Moment, viewer: Viewer) -> Statement:
    """1 where the source has one that it calls so, else 0."""
    compiler = Compiler(MODEL)
    match = f"(n:Record {{id: {compiler.parameter(record_id(key.source, key.source_id))}}})"
    return statement_of(compiler, Code(f"COUNT {{ MATCH {match} WHERE n:{label} }}"), moment, viewer)


def _count(worklist: Worklist, where: Conditions) -> Expression:
    return Code(f"COUNT {{ {_candidates(worklist, where)} RETURN DISTINCT n }}")


def _candidates(
    worklist: Worklist,
    where: Conditions,
    keyset: Keyset | None = None,
    after: tuple[str, str] | None = None,
    limit: str = "",
) -> str:
    """Records whose state as known at `k` is asked for: those unchanged since, and those whose state then was.

    What has changed since `k` is found by the index of its end, so the second branch costs nothing for a read of what
    is known now. Where a command commits meanwhile, that index may not have it yet: then the first branch finds what
    stood in the same place, whose entry is still there. A command may show a record to both, which is one record.
    """
    each, scope = ("UNWIND $states AS state ", "(k, state)") if STATES in where else ("", "(k)")
    equal = [
        (column, "state" if name == STATES else f"${name}")
        for name, column in worklist.columns.items()
        if name in where
    ]

    def asked(variable: str) -> str:
        """That a record's columns, in whichever node has them, are those asked for and come after the cursor."""
        conditions = [f"{variable}.{name} = {value}" for name, value in equal]
        if keyset and after:
            conditions.append(keyset.after(variable, *after))
        return "".join(f" AND {condition}" for condition in conditions)

    columns = [worklist.columns[name] for name in worklist.leading if name in where]
    order = f"ORDER BY {_columns('n', columns, keyset)}" if keyset else ""
    there = "".join(f" AND n.{name} IS NOT NULL" for name in worklist.filled)
    before = f"ORDER BY {keyset.order('c')}" if keyset else ""
    same = f"c.{keyset.property} = n.{keyset.property}" if keyset else "true"
    now = (
        f"MATCH (n:{worklist.label}) WHERE n.recordedAt <= k{there}{asked('n')} "
        f"AND {known_to('n', 'c', 'true', same + asked('c'))} WITH n {order} {limit} RETURN n"
    )
    then = (
        f"MATCH (c:Former) WHERE c.supersededAt > k AND c.changedAt <= k{asked('c')} "
        f"MATCH (n:{worklist.label})-[:WAS]->(c) WITH n, c {before} {limit} RETURN n"
    )
    return f"{each}CALL {scope} {{ {now} UNION ALL {then} }}"


def _columns(variable: str, equal: list[str], keyset: Keyset) -> str:
    """All columns of the index, in its order: only then does ORDER BY stream from it."""
    direction = " DESC" if keyset.descending else ""
    fixed = [f"{variable}.{name}{direction}" for name in equal]
    return ", ".join([*fixed, keyset.order(variable)])
