"""Who answers first for the problems of an answer: what lies near all of them, brought beside its rows.

The problems stand wherever the selection has them, so they are read out of the rows that the statement has made; the
facts are gathered once for all, and services.accountability.rules says who it is.
"""

from collections.abc import Iterator
from itertools import count

from graph.compile.fields import Compiler
from graph.compile.moment import state
from graph.compile.selection import Selected
from graph.compile.tree import ByLabel, Coalesce, Collect, Edges, Expression, Head, Judged, MapOf, Page
from graph.queries.near import NEAR, Reach, asked_about, distinct, end, gathered, records, referring


def beside(compiler: Compiler, data: Expression | None) -> str:
    """What follows `WITH high, t, k, … AS data`: columns high, t, k, data, and beside {problems, near, posts, persons}.

    `data` None: the column holds the ids of the problems. Posts and persons are shown as `compiler.judged` asks, each
    field under its number among the shapes and its key.
    """
    problems = "data" if data is None else f"[x IN {_judged(data, 'data', count()) or '[]'} | x.problem]"
    posts = records(compiler, "Post", "posts", _asked(compiler, "post"))
    persons = records(compiler, "Person", distinct("held", "x"), _asked(compiler, "holder"))
    found = (
        f"problems: COLLECT {{ UNWIND asked AS row WITH row, row.n AS n RETURN [n.id, {end('row', 'FOUND_AT')}, "
        f"{end('row', 'FOUND_IN')}, {end('row', 'FALLS_UNDER')}, {end('row', 'ASSIGNED_TO')}] }}"
    )
    return (
        f"WITH high, t, k, data, {problems} AS ids\n{_NEAR}{gathered(Reach(personnel=True))}"
        f"RETURN high, t, k, data, {{{found},\n  near: {NEAR},\n  posts: {posts},\n  persons: {persons}}} AS beside"
    )


def key_of(shape: int, field: Selected) -> str:
    """Under which key a row of posts or persons holds a field of one of the shapes."""
    return f"{shape}~{field.key}"


def _asked(compiler: Compiler, name: str) -> tuple[Selected, ...]:
    return tuple(_fields(compiler, name))


def _fields(compiler: Compiler, name: str) -> Iterator[Selected]:
    for shape, selected in enumerate(compiler.judged):
        for part in selected.only():
            if part.name == name:
                for field in part.only():
                    yield Selected(field.name, key_of(shape, field), field.arguments, field.children)


_NEAR = f"""WITH *, COLLECT {{ UNWIND ids AS id WITH DISTINCT id MATCH (n:Record {{id: id}})
    WITH n, {state("n", "f")} AS c RETURN {{n: n, c: c}} }} AS asked
WITH *, {referring("asked")} AS asked
WITH *, t AS lo, t AS hi, {asked_about("asked")}"""


def _judged(expression: Expression, value: str, numbers: Iterator[int]) -> str:
    """The list of what rules are to work out in a value of this expression; '' where it holds none."""

    def joined(parts: Iterator[str]) -> str:
        return " + ".join(dict.fromkeys(part for part in parts if part))

    def each(of: Expression, values: str) -> str:
        n = next(numbers)
        inner = _judged(of, f"e{n}", numbers)
        return inner and f"reduce(l{n} = [], e{n} IN coalesce({values}, []) | l{n} + {inner})"

    match expression:
        case Judged():
            return f"[x IN [{value}] WHERE x IS NOT NULL]"
        case MapOf(entries):
            return joined(_judged(entry, f"{value}.`{key}`", numbers) for key, entry in entries)
        case Collect(returns=returns):
            return each(returns, value)
        case Head(Collect(returns=returns)):
            return _judged(returns, value, numbers)
        case Coalesce(parts):
            return joined(_judged(part, value, numbers) for part in parts)
        case ByLabel(cases=cases):
            found = ((label, _judged(shown, value, numbers)) for label, shown in cases)
            return joined(
                f"CASE WHEN {value}.__typename = '{label}' THEN {inner} ELSE [] END" for label, inner in found if inner
            )
        case Page(entries=entries):
            edges = ((key, entry.edge) for key, entry in entries if isinstance(entry, Edges))
            return joined(each(edge, f"{value}.`{key}`") for key, edge in edges)
        case _:
            return ""
