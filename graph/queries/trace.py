"""The path walk of traces: one statement that gathers everything that can matter, for accountability's rules to judge.

It brings supersets: of links that a column gives beside explicit ones, both; which of them counts is the rules' to say.
Every pattern is bounded by CHAIN, and each row comes with the parts that the client asked to see of it.

The walk goes row by row, so that one statement has many traces: those of ids (`traces`), or of whatever the clauses
before it have found (`walk`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.compile.fields import Compiler
from graph.compile.moment import holds, known, state
from graph.compile.roots import Moment, Viewer, parameters_of
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model import MODEL

CHAIN = 12
"""No chain of areas, organizations, tasks or posts is longer; a longer one is refused when it is recorded."""

SUBJECTS = ("Problem", "Site", "Area", "Task")


@dataclass(frozen=True)
class Asked:
    """A trace that is wanted. `as_of`, `known_at` None: as a trace's definition has it, and the watermark."""

    subject: str
    as_of: datetime | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """What is asked for of the records on a trace: of each kind, fields under keys that are theirs alone.

    With none at all a trace is ids only. `hands`: whether it is asked whose hands a problem was in. `merits`: what
    speaks for those on the trace.
    """

    posts: tuple[Selected, ...] = ()
    organizations: tuple[Selected, ...] = ()
    areas: tuple[Selected, ...] = ()
    persons: tuple[Selected, ...] = ()
    memberships: tuple[Selected, ...] = ()
    bases: tuple[Selected, ...] = ()
    events: tuple[Selected, ...] = ()
    hands: bool = False
    merits: bool = False


FACTS_ONLY = Shown()


def traces(asked: Sequence[Asked], shown: Shown, moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, and data: rows {t, k, facts} in the order of `asked`, read by services.accountability.reading."""
    compiler = Compiler(MODEL)
    found = "WITH high, {t: t, k: k, facts: facts} AS row ORDER BY asked.place RETURN high, collect(row) AS data"
    cypher = f"{_OF_IDS}{walk(compiler, shown)}{found}"
    rows = [
        {"place": place, "subject": one.subject, "asOf": one.as_of, "knownAt": one.known_at}
        for place, one in enumerate(asked)
    ]
    return Statement(cypher, {**parameters_of(compiler, moment, viewer), "asked": rows}, tuple(compiler.judged))


def walk(compiler: Compiler, shown: Shown = FACTS_ONLY) -> str:
    """The clauses that find `t` and `facts` for each row of `subject` (a node or null), `asOf` (or null) and `k`.

    They are bound to `$now` and `$open`, and bind other names of their own: in a statement of more than a trace they
    stand in a `CALL (subject, asOf, k) { … RETURN t, facts }`.
    """
    gathered = ",\n  ".join(f"{name}: {found}" for name, found in _gathered(compiler, shown))
    happened = _HAPPENED if shown.hands or shown.merits else _NOTHING_HAPPENED
    earlier = _EARLIER if shown.merits else "WITH *, [] AS others\n"
    clauses = f"{_WALK}{_climbed(shown.merits)}{_SORTED}{happened}{earlier}"
    return f"{clauses}WITH *, {{\n  {_SUBJECT},\n  {gathered}\n}} AS facts\n"


_SUBJECT = (
    "subject: {id: subject.id, recordedAt: subject.recordedAt, area: area.id, site: site.id, siteKind: kind.id, "
    "task: task.id, discoveredAt: current.discoveredAt, life: life}"
)

_IS_SUBJECT = " OR ".join(f"subject:{label}" for label in SUBJECTS)


def _to(things: str, kinds: str) -> str:
    """Rows {type, r, x, y}: the facts that hold and lead to these things, from `x` to `y`."""
    into = "|".join(f"{kind}_TO" for kind in kinds.split("|"))
    return (
        f"COLLECT {{ UNWIND {things} AS y MATCH (y)<-[:{into}]-(r) WHERE {holds('r')} "
        f"MATCH (r)<-[l:{kinds}]-(x) RETURN {{type: type(l), r: r, x: x, y: y}} }}"
    )


def _distinct(rows: str, end: str) -> str:
    return f"COLLECT {{ UNWIND {rows} AS row WITH row.{end} AS n RETURN DISTINCT n }}"


_OF_IDS = f"""MATCH (w:Watermark {{name: 'main'}})
UNWIND $asked AS asked
WITH w.at AS high, asked, coalesce(asked.knownAt, w.at) AS k, asked.asOf AS asOf
OPTIONAL MATCH (subject:Record {{id: asked.subject}}) WHERE subject.recordedAt <= k AND ({_IS_SUBJECT})
"""

_WALK = f"""WITH *, {state("subject", "f")} AS current
WITH *, coalesce(asOf, current.discoveredAt, $now) AS t, current.life AS life
WITH *,
  CASE WHEN subject:Site THEN subject ELSE head(COLLECT {{ MATCH (current)-[:FOUND_AT]->(x) RETURN x }}) END AS site,
  CASE WHEN subject:Task THEN subject ELSE head(COLLECT {{ MATCH (current)-[:FALLS_UNDER]->(x) RETURN x }}) END AS task
WITH *, CASE WHEN subject:Area THEN subject ELSE coalesce(
  head(COLLECT {{ MATCH (site)-[:WITHIN]->(f:Within)-[:WITHIN_TO]->(x) WHERE {holds("f")}
    RETURN x ORDER BY f.explicit DESC, f.id LIMIT 1 }}),
  head(COLLECT {{ MATCH (current)-[:FOUND_IN]->(x) RETURN x }})) END AS area
WITH *, head(COLLECT {{ WITH {state("site", "f")} AS s MATCH (x:SiteKind {{kind: s.kind}}) RETURN x }}) AS kind,
  CASE WHEN area IS NULL THEN [] ELSE COLLECT {{
    MATCH (area) (()-[:WITHIN]->(f:Within WHERE {holds("f")})-[:WITHIN_TO]->()){{0,{CHAIN}}} (x) RETURN DISTINCT x
  }} END AS areas,
  CASE WHEN task IS NULL THEN [] ELSE COLLECT {{
    MATCH (task)-[:SUBTASK_OF]->{{0,{CHAIN}}}(x) RETURN DISTINCT x
  }} END AS tasks
WITH *, [x IN [site, kind] WHERE x IS NOT NULL] AS places
WITH *,
  {_to("areas + places + tasks", "RESPONSIBILITY")} AS responsibilities,
  {_to("places", "REGULATION")} AS regulations,
  {_to("tasks", "LEADS|ASSISTS|ANSWERS_FOR")} AS taskLinks,
  {_to("areas", "GOVERNS")} AS governing,
  {_to("[x IN [site] WHERE x IS NOT NULL]", "OPERATES")} AS operating
WITH *, {_distinct("regulations + taskLinks + operating", "x")} AS parties
WITH *, {_to("parties", "HEADS")} AS heading
WITH *, {_distinct("responsibilities + heading", "x")} AS here0
"""


def _climbed(past: bool) -> str:
    """Every post up to the top with what leads from it: reporting, its organization, who holds it (`past`: and held).

    Level by level, and each post once however many ways lead to it. One pass over a post's relationships finds all.
    """
    when = f"{known('r')} AND r.validFrom <= t AND (t < r.validTo OR l:MEMBERSHIP_TO)" if past else holds("r")
    lines: list[str] = []
    for level in range(CHAIN + 1):
        met = " + ".join(f"here{n}" for n in range(level + 1))
        lines += (
            f"WITH *, COLLECT {{ UNWIND here{level} AS x MATCH (x)-[l:POST_IN|MEMBERSHIP_TO|REPORTS]-(r) WHERE {when}",
            "    MATCH (r)-[:POST_IN_TO|MEMBERSHIP|REPORTS_TO]-(y)",
            f"    RETURN {{type: type(l), r: r, x: x, y: y}} }} AS found{level}",
            f"WITH *, COLLECT {{ UNWIND found{level} AS row WITH row WHERE row.type = 'REPORTS'",
            f"    WITH row.y AS n WHERE NOT n IN {met} RETURN DISTINCT n }} AS here{level + 1}",
        )
    posts = " + ".join(f"here{n}" for n in range(CHAIN + 1))
    found = " + ".join(f"found{n}" for n in range(CHAIN + 1))
    lines.append(f"WITH *, {posts} AS posts, {found} AS found")
    return "\n".join(lines) + "\n"


_SORTED = f"""WITH *, [row IN found WHERE row.type = 'REPORTS'] AS reporting,
  [row IN found WHERE row.type = 'POST_IN'] AS postings,
  [row IN found WHERE row.type = 'MEMBERSHIP_TO' | {{r: row.r, x: row.y, y: row.x}}] AS tenures
WITH *, [row IN tenures WHERE row.r.validTo > t] AS memberships, {_distinct("postings", "y")} AS homes,
  COLLECT {{ UNWIND responsibilities AS row WITH row WHERE row.y IN places + tasks
    WITH row.x AS n RETURN DISTINCT n }} AS answering
WITH *, COLLECT {{ UNWIND postings AS row WITH row WHERE row.x IN answering
    WITH row.y AS n RETURN DISTINCT n }} AS concerned
WITH *, COLLECT {{ UNWIND concerned AS o
    MATCH (o) (()-[:PART_OF]->(f:PartOf WHERE {holds("f")})-[:PART_OF_TO]->()){{1,{CHAIN}}} (q)
    WITH DISTINCT f[-1] AS r MATCH (x)-[:PART_OF]->(r)-[:PART_OF_TO]->(y) RETURN {{r: r, x: x, y: y}} }} AS parents
"""

_NOTHING_HAPPENED = "WITH *, [] AS events, [] AS actingPosts, [] AS actingHomes, [] AS acting\n"

_HAPPENED = f"""WITH *, CASE WHEN subject:Problem THEN COLLECT {{
    MATCH (subject)<-[:EVENT_OF]-(e:Event) WHERE e.recordedAt <= k RETURN e ORDER BY e.position }} ELSE [] END AS events
WITH *, COLLECT {{ UNWIND events AS e MATCH (e)-[:DONE_AS]->(p) WHERE e.kind IN ['REGISTER', 'ACCEPT']
    RETURN DISTINCT p }} AS actingPosts,
  COLLECT {{ UNWIND events AS e MATCH (e)-[:DONE_AS]->()-[:POST_IN]->(r)
    WHERE {known("r")} AND r.validFrom <= e.at AND e.at < r.validTo AND e.kind IN ['REGISTER', 'ASSIGN']
    MATCH (r)-[:POST_IN_TO]->(o) RETURN {{event: e.id, organization: o.id, explicit: r.explicit, o: o}} }}
    AS actingHomes
WITH *, COLLECT {{ UNWIND actingPosts AS y MATCH (y)<-[:MEMBERSHIP_TO]-(r)
    WHERE {known("r")} MATCH (r)<-[:MEMBERSHIP]-(x) RETURN {{r: r, x: x, y: y}} }} AS acting
"""

_EARLIER = f"""WITH *, CASE WHEN site IS NULL OR NOT subject:Problem THEN [] ELSE
  {_distinct("memberships", "x")} END AS holders
WITH *, CASE WHEN size(holders) = 0 THEN [] ELSE COLLECT {{
    MATCH (x:Problem) WHERE x.siteId = site.id AND x.discoveredAt < current.discoveredAt AND x.id > ''
    AND x.changedAt <= k AND x.recordedAt <= k
    MATCH (x)-[:REPORTED_BY]->(y) WHERE y IN holders RETURN [x, y] }} + COLLECT {{
    MATCH (then:Former) WHERE then.supersededAt > k AND then.changedAt <= k
    AND then.siteId = site.id AND then.discoveredAt < current.discoveredAt
    MATCH (then)-[:REPORTED_BY]->(y) WHERE y IN holders MATCH (x:Problem)-[:WAS]->(then) RETURN [x, y] }} END AS others
"""
"""Seeks by the index on site, discovery and id, and names all three: else it is not used. The second branch finds by
its end what has changed since `k`, and costs nothing for what is known now."""

_VALID = (
    "id: r.id, sourceId: r.sourceId, from: a, to: b, validFrom: r.validFrom, validTo: r.validTo, "
    "recordedAt: r.recordedAt"
)


def _gathered(compiler: Compiler, shown: Shown) -> Iterator[tuple[str, str]]:
    yield "areas", _records(compiler, "Area", "areas", (*shown.areas, _KIND))
    if shown.posts:
        yield "posts", _records(compiler, "Post", _POSTS, shown.posts)
    yield "organizations", _records(compiler, "Organization", _ORGANIZATIONS, (*shown.organizations, _KIND))
    if shown.persons:
        yield "persons", _records(compiler, "Person", _PERSONS, shown.persons)
    yield "within", _WITHIN
    yield "subtasks", "COLLECT { UNWIND tasks AS x MATCH (x)-[:SUBTASK_OF]->(y) RETURN {from: x.id, to: y.id} }"
    for name, rows, more in (
        ("governs", "governing", ", sourceId: r.sourceId, validFrom: r.validFrom"),
        ("operates", "operating", ""),
        ("postIn", "postings", ""),
        ("partOf", "parents", ""),
        ("taskLinks", "taskLinks", ", capacity: " + _CAPACITY),
    ):
        yield name, f"{_rows(rows)} RETURN {{from: a, to: b, explicit: r.explicit{more}}} }}"
    for name, more in (
        ("responsibilities", ", role: r.role"),
        ("regulations", ", capacity: r.capacity"),
        ("heading", ", explicit: r.explicit"),
        ("reporting", ""),
    ):
        yield name, f"{_rows(name)} RETURN {{{_VALID}{more}}} }}"
    if shown.bases:
        yield "bases", _bases(compiler, shown.bases)
    shape = compiler.object_of("Membership", "r", shown.memberships)[1].cypher()
    yield "memberships", f"{_rows('memberships')} RETURN {{{_VALID}, shown: {shape}}} }}"
    yield "tenures", f"{_rows(_TENURES)} RETURN {{{_VALID}}} }}"
    happened = _event(compiler, shown.events)
    yield "events", f"COLLECT {{ UNWIND events AS e RETURN {{{happened}}} }}"
    yield "homes", "[h IN actingHomes | h {.event, .organization, .explicit}]"
    yield "earlier", f"{_EARLIER_EVENTS} RETURN {{problem: x.id, reportedBy: y.id, {happened}}} }}"


_EARLIER_EVENTS = (
    "COLLECT { UNWIND others AS other WITH DISTINCT other[0] AS x, other[1] AS y MATCH (x)<-[:EVENT_OF]-(e:Event) "
    "WHERE e.recordedAt <= k AND e.kind IN ['REPORTED', 'VERIFY', 'REOPEN'] WITH x, y, e ORDER BY x.id, e.position"
)
_KIND = Selected("kind", "kind")
_CAPACITY = "CASE type WHEN 'LEADS' THEN 'LEAD' WHEN 'ASSISTS' THEN 'ASSISTING' ELSE 'RESPONSIBLE' END"
_TENURES = "[row IN tenures WHERE row.r.validTo <= t] + acting"
_WITHIN = (
    f"COLLECT {{ UNWIND areas AS x MATCH (x)-[:WITHIN]->(r) WHERE {holds('r')} "
    "MATCH (r)-[:WITHIN_TO]->(y) RETURN {from: x.id, to: y.id, explicit: r.explicit} }"
)
_POSTS = "posts + [p IN actingPosts WHERE NOT p IN posts]"
_ORGANIZATIONS = (
    "COLLECT { UNWIND parties + homes + [row IN parents | row.y] + [row IN governing | row.x] "
    "+ [h IN actingHomes | h.o] "
    "+ COLLECT { UNWIND events AS e MATCH (e)-[:PASSED_TO]->(o) WHERE e.kind = 'ASSIGN' RETURN o } "
    "AS o RETURN DISTINCT o }"
)
_PERSONS = _distinct("memberships + acting", "x")


def _records(compiler: Compiler, label: str, rows: str, shown: tuple[Selected, ...]) -> str:
    """Rows {id, shown} of entities."""
    clauses, shape = compiler.object_of(label, "x", shown)
    return f"COLLECT {{ UNWIND {rows} AS x {' '.join(clauses)} RETURN {{id: x.id, shown: {shape.cypher()}}} }}"


def _rows(rows: str) -> str:
    """The beginning of a list of facts: `r` with the ids of its ends."""
    return f"COLLECT {{ UNWIND {rows} AS row WITH row.r AS r, row.type AS type, row.x.id AS a, row.y.id AS b"


def _bases(compiler: Compiler, shown: tuple[Selected, ...]) -> str:
    """Rows {id, shown} of the records that a hop can rest on: projected once, for each projection is planned."""
    basis = compiler.basis("r", Selected("basis", "basis", children={"Basis": shown})).cypher()
    rows = "responsibilities + heading + reporting"
    return f"COLLECT {{ UNWIND {rows} AS row WITH row.r AS r RETURN {{id: r.id, shown: {basis}}} }}"


def _event(compiler: Compiler, shown: tuple[Selected, ...]) -> str:
    """The entries of an event's row."""
    _, shape = compiler.object_of("Event", "e", shown)
    return (
        "id: e.id, kind: e.kind, at: e.at, dueAt: nullIf(e.dueAt, $open), "
        "person: head(COLLECT { MATCH (e)-[:DONE_BY]->(z) RETURN z.id }), "
        "post: head(COLLECT { MATCH (e)-[:DONE_AS]->(z) RETURN z.id }), "
        "to: head(COLLECT { MATCH (e)-[:PASSED_TO]->(z) RETURN z.id }), "
        f"shown: {shape.cypher()}"
    )
