"""What lies near many subjects at once: the facts that their lines rest on, each brought once however many rest on it.

A list of subjects shares most of what answers for it: areas, tasks, kinds of site, the posts above. So the facts are
gathered for the whole list, those that were known at `k` and hold at some instant from `lo` to `hi`; which of them
count for one subject at one instant is for accountability's rules to choose (services.accountability.rules.near).
"""

from dataclasses import dataclass

from graph.compile.fields import Compiler
from graph.compile.moment import known, state
from graph.compile.selection import Selected
from graph.model.facts import LONGEST_CHAIN
from graph.queries.climbing import climbed

_MEMBERSHIPS = "[row IN risen WHERE row.type = 'MEMBERSHIP_TO' | {r: row.r, x: row.y, y: row.x, a: row.b, b: row.a}]"
VALUES = ".id, .sourceId, .recordedAt, .supersededAt, .validFrom, .validTo, .explicit, .role, .capacity"
"""Of a fact all that is asked for, read in one pass."""
FACT = f"r {{{VALUES}}}"
_PERSONNEL = "POST_IN|MEMBERSHIP_TO|REPORTS"


@dataclass(frozen=True)
class Reach:
    """Which posts matter. `climbed`: those above which superiors are asked for, a list of nodes. `personnel`: whether
    it is asked of all of them who holds them and of which organization they are; else the homes are of those that
    answer for something, and `held` are rows of memberships, as `to` has them.
    """

    climbed: str = "answering + [row IN heading | row.x]"
    personnel: bool = False
    held: str = "[]"


def during(fact: str, lo: str = "lo", hi: str = "hi") -> str:
    """The version of a fact that was known at `k` and holds at some instant from `lo` to `hi`."""
    return f"{known(fact)} AND {fact}.validFrom <= {hi} AND {lo} < {fact}.validTo"


def gathered(reach: Reach) -> str:
    """Clauses that bind what `rows` shows. Before them: `k`, `lo`, `hi`, and lists without doubles of the nodes asked
    about: `sites`, `kinds0`, `areas0`, `tasks0`.
    """
    return f"{_PLACES}{_climbed(reach)}{_homes(reach)}"


def to(things: str, kinds: str) -> str:
    """Rows {type, r, x, y, a, b}: the facts that lead to these things, from `x` to `y`, whose ids are `a` and `b`."""
    into = "|".join(f"{kind}_TO" for kind in kinds.split("|"))
    return (
        f"COLLECT {{ UNWIND {things} AS y WITH y, y.id AS b MATCH (y)<-[:{into}]-(r) WITH y, b, r, {FACT} AS v "
        f"WHERE {during('v')} MATCH (r)<-[l:{kinds}]-(x) RETURN {{type: type(l), r: v, x: x, y: y, a: x.id, b: b}} }}"
    )


def referring(problems: str) -> str:
    """Rows {n, c} of problems with their states, each with `refs`: what the state refers to, found in one pass."""
    return (
        f"COLLECT {{ UNWIND {problems} AS row WITH row.n AS n, row.c AS c RETURN {{n: n, c: c, refs: COLLECT {{ "
        "MATCH (c)-[l:FOUND_AT|FOUND_IN|FALLS_UNDER|ASSIGNED_TO]->(x) RETURN {type: type(l), x: x, id: x.id} }} }"
    )


def end(row: str, relationship: str) -> str:
    """The id of the one record to which a row's state refers so."""
    return f"head([ref IN {row}.refs WHERE ref.type = '{relationship}' | ref.id])"


def asked_about(problems: str) -> str:
    """What `gathered` is asked about: the sites, areas and tasks of rows {n, c, refs} of problems."""

    def ends(relationship: str) -> str:
        return (
            f"COLLECT {{ UNWIND {problems} AS row UNWIND row.refs AS ref WITH ref WHERE ref.type = '{relationship}' "
            "RETURN DISTINCT ref.x }"
        )

    return (
        f"[] AS kinds0, {ends('FOUND_AT')} AS sites, {ends('FOUND_IN')} AS areas0,\n  {ends('FALLS_UNDER')} AS tasks0\n"
    )


def distinct(rows: str, end: str) -> str:
    return f"COLLECT {{ UNWIND {rows} AS row WITH row.{end} AS n RETURN DISTINCT n }}"


def leading(things: str, kind: str) -> str:
    return (
        f"COLLECT {{ UNWIND {things} AS x WITH x, x.id AS a MATCH (x)-[:{kind}]->(r) WITH x, a, r, {FACT} AS v "
        f"WHERE {during('v')} MATCH (r)-[:{kind}_TO]->(y) RETURN {{r: v, x: x, y: y, a: a, b: y.id}} }}"
    )


def _up(kind: str) -> str:
    """A map of what facts of this kind lead to from the things in `start`, up to the top, and of the rows of those."""
    found = (
        f"WITH n, n.id AS a MATCH (n)-[:{kind}]->(r) WITH n, a, r, {FACT} AS v WHERE {during('v')} "
        f"MATCH (r)-[:{kind}_TO]->(y) RETURN {{r: v, x: n, y: y, a: a, b: y.id}}"
    )
    return climbed("start", LONGEST_CHAIN, found, "true", end="y")


_PLACES = f"""WITH *, {leading("sites", "WITHIN")} AS inAreas,
  COLLECT {{ UNWIND sites AS x WITH x, {state("x", "f")} AS s MATCH (y:SiteKind {{kind: s.kind}})
    RETURN {{x: x, y: y}} }} AS ofKinds
WITH *, COLLECT {{ UNWIND areas0 + [row IN inAreas | row.y] AS a RETURN DISTINCT a }} AS start
WITH *, {_up("WITHIN")} AS up,
  COLLECT {{ UNWIND tasks0 AS a MATCH (a)-[:SUBTASK_OF]->{{0,{LONGEST_CHAIN}}}(x) RETURN DISTINCT x }} AS tasks,
  COLLECT {{ UNWIND kinds0 + [row IN ofKinds | row.y] AS y RETURN DISTINCT y }} AS kinds
WITH *, up.met AS areas, up.found AS around
WITH *,
  {to("areas + sites + kinds + tasks", "RESPONSIBILITY")} AS responsibilities,
  {to("sites + kinds", "REGULATION")} AS regulations,
  {to("tasks", "LEADS|ASSISTS|ANSWERS_FOR")} AS taskLinks,
  {to("sites", "OPERATES")} AS operating
WITH *, {distinct("regulations + taskLinks + operating", "x")} AS parties
WITH *, {to("parties", "HEADS")} AS heading, {distinct("responsibilities", "x")} AS answering
"""


def _climbed(reach: Reach) -> str:
    """Every post up to the top with what leads from it."""
    kinds = _PERSONNEL if reach.personnel else "REPORTS"
    found = (
        f"WITH n, n.id AS a MATCH (n)-[l:{kinds}]-(r) WITH n, a, r, type(l) AS type, {FACT} AS v WHERE {during('v')} "
        "MATCH (r)-[:POST_IN_TO|MEMBERSHIP|REPORTS_TO]-(y) RETURN {type: type, r: v, x: n, y: y, a: a, b: y.id}"
    )
    held = _MEMBERSHIPS if reach.personnel else reach.held
    return f"""WITH *, COLLECT {{ UNWIND {reach.climbed} AS n RETURN DISTINCT n }} AS start
WITH *, {climbed("start", LONGEST_CHAIN, found, "row.type = 'REPORTS'", end="y")} AS up
WITH *, up.met AS posts, up.found AS risen
WITH *, {held} AS held
"""


def _homes(reach: Reach) -> str:
    postings = "[row IN risen WHERE row.type = 'POST_IN']" if reach.personnel else leading("answering", "POST_IN")
    return f"""WITH *, {postings} AS postings
WITH *, {distinct("postings", "y")} AS homes
WITH *, homes AS start
WITH *, {_up("PART_OF")} AS up
WITH *, up.found AS parents
"""


def records(compiler: Compiler, label: str, things: str, shown: tuple[Selected, ...]) -> str:
    """Rows {id, shown} of entities."""
    clauses, shape = compiler.object_of(label, "x", shown)
    return f"COLLECT {{ UNWIND {things} AS x {' '.join(clauses)} RETURN {{id: x.id, shown: {shape.cypher()}}} }}"


def rows(rows: str, what: str = "null") -> str:
    """Facts as services.accountability.rules.near reads them, their instants as microseconds since 1970.

    The driver takes ten times as long to make an instant of its own than a number.
    """
    return (
        f"[row IN {rows} | [row.r.id, row.r.sourceId, row.a, row.b, {_number('row.r.validFrom')}, "
        f"{_number('row.r.validTo')}, row.r.explicit, {what}]]"
    )


def _number(instant: str) -> str:
    return f"{instant}.epochSeconds * 1000000 + {instant}.microsecond"


def _kinds(things: str) -> str:
    return f"COLLECT {{ UNWIND {things} AS x WITH DISTINCT x WITH x, {state('x', 'f')} AS s RETURN [x.id, s.kind] }}"


_CAPACITY = "CASE row.type WHEN 'LEADS' THEN 'LEAD' WHEN 'ASSISTS' THEN 'ASSISTING' ELSE 'RESPONSIBLE' END"

NEAR = f"""{{
  within: {rows("inAreas + around")},
  subtasks: COLLECT {{ UNWIND tasks AS x MATCH (x)-[:SUBTASK_OF]->(y) RETURN [x.id, y.id] }},
  siteKinds: [row IN ofKinds | [row.x.id, row.y.id]],
  areaKinds: {_kinds("areas")},
  organizationKinds: {_kinds("parties + homes")},
  responsibilities: {rows("responsibilities", "row.r.role")},
  regulations: {rows("regulations", "row.r.capacity")},
  taskLinks: {rows("taskLinks", _CAPACITY)},
  operates: {rows("operating")},
  heads: {rows("heading")},
  reporting: {rows("[row IN risen WHERE row.type = 'REPORTS']")},
  postIn: {rows("postings")},
  partOf: {rows("parents")},
  memberships: {rows("held")}
}}"""
"""The facts as services.accountability.rules.near reads them: [id, sourceId, from, to, validFrom, validTo, explicit,
role or capacity] with instants in microseconds, and pairs of ids."""
