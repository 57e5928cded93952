"""A campaign's roll-up: sums of counts that are kept, by the dimensions asked for, inside the statement that asks."""

from typing import TYPE_CHECKING

from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.moment import holds_unless_silenced, state
from graph.compile.selection import Selected
from graph.compile.tree import Code, Collect, Expression, Head, MapOf
from graph.model import MODEL
from graph.model.facts import LONGEST_CHAIN
from graph.model.instants import BEGINNING, OPEN
from graph.queries.counting import COUNTS

if TYPE_CHECKING:
    from graph.compile.fields import Compiler

RATES = {
    "closedRate": ("closed", "open + closed"),
    "closedInTimeRate": ("closedInTime", "closed"),
    "reopenedRate": ("reopened", "submitted"),
    "extendedRate": ("extended", "assigned"),
}
"""Of which count, of how many; services.oversight.rules.counting says what they mean."""

_AROUND = holds_unless_silenced(MODEL.fact("Within"), "f", "o", "g")
_BELOW_THE_COUNTY = f"""
  CALL (t, k, place) {{
    MATCH (a:Record {{id: place}})
    MATCH way = (a) ((o)-[:WITHIN]->(f:Within WHERE {_AROUND})-[:WITHIN_TO]->()){{0,{LONGEST_CHAIN}}} (x:Area)
    WITH a, x, length(way) AS far, {state("x", "h")} AS s
    ORDER BY far DESC
    WITH a, collect(CASE WHEN s.kind <> 'COUNTY' THEN x.id END) AS above
    RETURN coalesce(above[0], a.id) AS area
  }}
"""
"""The area directly below the county in which a place lies at `t`; the county itself for what lies in no other."""


def rollup(compiler: "Compiler", campaign: str, _current: str, selected: Selected) -> Expression:
    """Rows of the counts of the campaign's problems, as of the ledger at the argument `asOf`, at most `k`."""
    by = {str(getattr(item, "value", item)) for item in _list(selected.arguments.get("by"))}
    as_of = selected.arguments.get("asOf")
    compiler.parameters |= {"beginning": BEGINNING, "open": OPEN}
    asked = "k" if as_of is None else f"CASE WHEN k < {(p := compiler.parameter(as_of))} THEN k ELSE {p} END"
    sums = ", ".join(f"sum(c.{name}) AS {name}" for name in COUNTS)
    again = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
    area, line = ("area" if "AREA" in by else "null", "line" if "LINE_OF_WORK" in by else "null")
    clauses = (
        f"MATCH (r:Rollup {{name: 'main'}}) WITH {asked} AS asked, r.at AS reached",
        "WITH CASE WHEN reached < asked THEN reached ELSE asked END AS upTo WHERE reached IS NOT NULL",
        f"WITH upTo, COLLECT {{ MATCH ({campaign})<-[:LINE_IN]-(l:LineOfWork) RETURN l.id }} AS lines,",
        "head(COLLECT { MATCH (d:RollupDay) WHERE d.at <= upTo RETURN d.at ORDER BY d.at DESC LIMIT 1 }) AS day",
        "CALL (upTo, day, lines) {",
        "MATCH (c:RollupDay) WHERE c.at = day AND c.line IN lines RETURN c UNION ALL",
        "MATCH (c:RollupChange) WHERE c.at > coalesce(day, $beginning) AND c.at <= upTo AND c.line IN lines RETURN c }",
        f"WITH upTo, c.area AS place, c.line AS line, {sums}",
        *(_of_places() if "AREA" in by else ()),
        f"WITH upTo, {area} AS area, {line} AS line, {again}",
        "WHERE open + closed > 0",
    )
    entries = tuple((part.key, _shown(compiler, part)) for part in selected.only())
    return Collect(clauses, MapOf(entries), "area, line")


def _of_places() -> tuple[str, ...]:
    """Clauses that lead from a place to its area: once for each place, however many lines of work are counted there."""
    counts, rows = (", ".join(form.format(name) for name in COUNTS) for form in ("{0}: {0}", "row.{0} AS {0}"))
    return (
        f"WITH upTo, place, collect({{line: line, {counts}}}) AS rows",
        _BELOW_THE_COUNTY,
        f"UNWIND rows AS row WITH upTo, area, row.line AS line, {rows}",
    )


def _list(value: object) -> list[object]:
    found: list[object] = list(value) if isinstance(value, list | tuple) else [value]  # pyright: ignore[reportUnknownArgumentType]
    if len(set(map(str, found))) != len(found):
        raise ReadError(ReadErrorCode.BAD_INPUT, "by names a dimension twice; name each once")
    return found


def _shown(compiler: "Compiler", part: Selected) -> Expression:
    match part.name:
        case "area" | "lineOfWork":
            label, column = ("Area", "area") if part.name == "area" else ("LineOfWork", "line")
            other = compiler.name("x")
            where = f"{other}:{label}"
            return Head(compiler.collect(f"({other}:Record {{id: {column}}})", where, label, other, part.only()))
        case "countedTo":
            return Code("upTo")
        case name if name in RATES:
            some, of = RATES[name]
            return Code(f"CASE WHEN {of} > 0 THEN toFloat({some}) / ({of}) END")
        case "__typename":
            return Code("'RollupRow'")
        case name:
            return Code(name)
