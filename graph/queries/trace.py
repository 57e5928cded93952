"""The path walk of a trace: one statement that gathers everything that can matter, for accountability's rules to judge.

It brings supersets: of links that a column gives beside explicit ones, both; which of them counts is the rules' to say.
Every pattern is bounded by CHAIN, and each row comes with the parts that the client asked to see of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.compile.fields import Compiler
from graph.compile.moment import holds, known, state
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Collect, Head, Statement
from graph.model import MODEL
from graph.model.instants import OPEN

CHAIN = 12
"""No chain of areas, organizations, tasks or posts is longer; a longer one is refused when it is recorded."""

SUBJECTS = ("Problem", "Site", "Area", "Task")


@dataclass(frozen=True)
class Shown:
    """What is asked for of the records on a trace: of each kind, fields under keys that are theirs alone.

    `hands`: whether it is asked whose hands a problem was in. `merits`: what speaks for those on the trace.
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


def trace(subject: str, shown: Shown, moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, k, t and data, the facts as services.accountability.reading reads them."""
    compiler = Compiler(MODEL)
    gathered = ",\n  ".join(f"{name}: {found}" for name, found in _gathered(compiler, shown))
    happened = _HAPPENED if shown.hands or shown.merits else _NOTHING_HAPPENED
    earlier = _EARLIER if shown.merits else "WITH *, [] AS others\n"
    cypher = f"{_WALK}{happened}{earlier}RETURN high, k, t, {{\n  {_SUBJECT},\n  {gathered}\n}} AS data"
    parameters: dict[str, object] = {
        **compiler.parameters,
        "subject": subject,
        "now": moment.now,
        "asOf": moment.as_of,
        "knownAt": moment.known_at,
        "open": OPEN,
        "seesPersonalData": viewer.sees_personal_data,
    }
    return Statement(cypher, parameters)


_SUBJECT = (
    "subject: {id: subject.id, recordedAt: subject.recordedAt, area: area.id, site: site.id, siteKind: kind.id, "
    "task: task.id, discoveredAt: current.discoveredAt, life: current.life}"
)

_IS_SUBJECT = " OR ".join(f"subject:{label}" for label in SUBJECTS)

_WALK = f"""MATCH (w:Watermark {{name: 'main'}})
WITH w.at AS high, coalesce($knownAt, w.at) AS k
OPTIONAL MATCH (subject:Record {{id: $subject}}) WHERE subject.recordedAt <= k AND ({_IS_SUBJECT})
WITH high, k, subject, {state("subject", "f")} AS current
WITH high, k, subject, current, coalesce($asOf, current.discoveredAt, $now) AS t
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
  COLLECT {{ UNWIND areas + places + tasks AS x
    MATCH (x)<-[:RESPONSIBILITY_TO]-(r:Responsibility) WHERE {holds("r")} RETURN r }} AS responsibilities,
  COLLECT {{ UNWIND places AS x
    MATCH (x)<-[:REGULATION_TO]-(r:Regulation) WHERE {holds("r")} RETURN r }} AS regulations,
  COLLECT {{ UNWIND tasks AS x
    MATCH (x)<-[:LEADS_TO|ASSISTS_TO|ANSWERS_FOR_TO]-(r) WHERE {holds("r")} RETURN r }} AS taskLinks,
  COLLECT {{ UNWIND areas AS x MATCH (x)<-[:GOVERNS_TO]-(r:Governs) WHERE {holds("r")} RETURN r }} AS governing,
  COLLECT {{ MATCH (site)<-[:OPERATES_TO]-(r:Operates) WHERE {holds("r")} RETURN r }} AS operating
WITH *, COLLECT {{ UNWIND regulations + taskLinks + operating AS r
    MATCH (o:Organization)-[:REGULATION|LEADS|ASSISTS|ANSWERS_FOR|OPERATES]->(r) RETURN DISTINCT o }} AS parties
WITH *, COLLECT {{ UNWIND parties AS o MATCH (o)<-[:HEADS_TO]-(r:Heads) WHERE {holds("r")} RETURN r }} AS heading
WITH *, COLLECT {{ UNWIND responsibilities + heading AS r
    MATCH (p:Post)-[:RESPONSIBILITY|HEADS]->(r) RETURN DISTINCT p }} AS seeds
WITH *, COLLECT {{ UNWIND seeds AS p
    MATCH (p) (()-[:REPORTS]->(r:Reporting WHERE {holds("r")})-[:REPORTS_TO]->()){{1,{CHAIN}}} (q)
    WITH DISTINCT r[-1] AS last RETURN last }} AS reporting
WITH *, COLLECT {{ UNWIND seeds + COLLECT {{ UNWIND reporting AS r MATCH (r)-[:REPORTS_TO]->(q) RETURN q }} AS p
    RETURN DISTINCT p }} AS posts
WITH *, COLLECT {{ UNWIND posts AS p MATCH (p)-[:POST_IN]->(r:PostIn) WHERE {holds("r")} RETURN r }} AS postings
WITH *, COLLECT {{ UNWIND postings AS r MATCH (r)-[:POST_IN_TO]->(o) RETURN DISTINCT o }} AS homes
WITH *, COLLECT {{ UNWIND homes AS o
    MATCH (o) (()-[:PART_OF]->(r:PartOf WHERE {holds("r")})-[:PART_OF_TO]->()){{1,{CHAIN}}} (q)
    WITH DISTINCT r[-1] AS last RETURN last }} AS parents,
  COLLECT {{ UNWIND posts AS p MATCH (p)<-[:MEMBERSHIP_TO]-(r:Membership) WHERE {holds("r")} RETURN r }} AS memberships
"""

_NOTHING_HAPPENED = "WITH *, [] AS events, [] AS actingPosts, [] AS actingHomes, [] AS tenures\n"

_HAPPENED = f"""WITH *, CASE WHEN subject:Problem THEN COLLECT {{
    MATCH (subject)<-[:EVENT_OF]-(e:Event) WHERE e.recordedAt <= k RETURN e ORDER BY e.position }} ELSE [] END AS events
WITH *, COLLECT {{ UNWIND events AS e MATCH (e)-[:DONE_AS]->(p) WHERE e.kind IN ['REGISTER', 'ACCEPT']
    RETURN DISTINCT p }} AS actingPosts,
  COLLECT {{ UNWIND events AS e MATCH (e)-[:DONE_AS]->()-[:POST_IN]->(r:PostIn)
    WHERE {known("r")} AND r.validFrom <= e.at AND e.at < r.validTo
    MATCH (r)-[:POST_IN_TO]->(o) RETURN {{event: e.id, organization: o.id, explicit: r.explicit}} }} AS actingHomes
WITH *, COLLECT {{ UNWIND CASE WHEN size(events) = 0 THEN [] ELSE posts + actingPosts END AS p WITH DISTINCT p
    MATCH (p)<-[:MEMBERSHIP_TO]-(r:Membership)
    WHERE {known("r")} AND (r.validFrom <= t OR p IN actingPosts) RETURN r }} AS tenures
"""

_EARLIER = """WITH *, CASE WHEN site IS NULL OR size(events) = 0 THEN [] ELSE COLLECT { UNWIND memberships AS r
    MATCH (x)-[:MEMBERSHIP]->(r) RETURN DISTINCT x } END AS holders
WITH *, CASE WHEN size(holders) = 0 THEN [] ELSE COLLECT {
    MATCH (x:Problem) WHERE x.siteId = site.id AND x.discoveredAt < current.discoveredAt
    AND x.changedAt <= k AND x.recordedAt <= k
    MATCH (x)-[:REPORTED_BY]->(y) WHERE y IN holders RETURN [x, y] } + COLLECT {
    MATCH (then:Former) WHERE then.supersededAt > k AND then.changedAt <= k
    AND then.siteId = site.id AND then.discoveredAt < current.discoveredAt
    MATCH (then)-[:REPORTED_BY]->(y) WHERE y IN holders MATCH (x:Problem)-[:WAS]->(then) RETURN [x, y] } END AS others
"""
"""The second branch finds by its end what has changed since `k`, and costs nothing for what is known now."""

_VALID = "id: r.id, sourceId: r.sourceId, validFrom: r.validFrom, validTo: r.validTo, recordedAt: r.recordedAt"


def _gathered(compiler: Compiler, shown: Shown) -> Iterator[tuple[str, str]]:
    yield "areas", _records(compiler, "Area", "areas", shown.areas, "kind: s.kind")
    yield "posts", _records(compiler, "Post", _POSTS, shown.posts)
    yield "organizations", _records(compiler, "Organization", _ORGANIZATIONS, shown.organizations, "kind: s.kind")
    yield "persons", _records(compiler, "Person", _PERSONS, shown.persons)
    within = f"COLLECT {{ UNWIND areas AS x MATCH (x)-[:WITHIN]->(r:Within) WHERE {holds('r')} RETURN r }}"
    yield "within", _links("Within", within)
    yield "subtasks", "COLLECT { UNWIND tasks AS x MATCH (x)-[:SUBTASK_OF]->(y) RETURN {from: x.id, to: y.id} }"
    yield "governs", _links("Governs", "governing", ", sourceId: r.sourceId, validFrom: r.validFrom")
    for name, label, rows in (
        ("operates", "Operates", "operating"),
        ("postIn", "PostIn", "postings"),
        ("partOf", "PartOf", "parents"),
    ):
        yield name, _links(label, rows)
    yield "taskLinks", _TASK_LINKS
    for name, label, rows, more in (
        ("responsibilities", "Responsibility", "responsibilities", ", role: r.role"),
        ("regulations", "Regulation", "regulations", ", capacity: r.capacity"),
        ("heads", "Heads", "heading", ", explicit: r.explicit"),
        ("reporting", "Reporting", "reporting", ""),
    ):
        yield name, _facts(compiler, label, rows, more, shown.bases)
    yield "memberships", _facts(compiler, "Membership", "memberships", "", (), shown.memberships)
    yield "tenures", _facts(compiler, "Membership", "tenures", "", (), shown.memberships)
    happened = _event(compiler, shown.events)
    yield "events", f"COLLECT {{ UNWIND events AS e RETURN {{{happened}}} }}"
    yield "homes", "actingHomes"
    yield "earlier", f"{_EARLIER_EVENTS} RETURN {{problem: x.id, reportedBy: y.id, {happened}}} }}"


_EARLIER_EVENTS = (
    "COLLECT { UNWIND others AS other WITH other[0] AS x, other[1] AS y MATCH (x)<-[:EVENT_OF]-(e:Event) "
    "WHERE e.recordedAt <= k AND e.kind IN ['REPORTED', 'VERIFY', 'REOPEN'] WITH x, y, e ORDER BY x.id, e.position"
)
_TASK_LINKS = (
    "COLLECT { UNWIND taskLinks AS r "
    "MATCH (x)-[:LEADS|ASSISTS|ANSWERS_FOR]->(r)-[:LEADS_TO|ASSISTS_TO|ANSWERS_FOR_TO]->(y) "
    "RETURN {from: x.id, to: y.id, explicit: r.explicit, "
    "capacity: CASE WHEN r:Leads THEN 'LEAD' WHEN r:Assists THEN 'ASSISTING' ELSE 'RESPONSIBLE' END} }"
)
_POSTS = "posts + [p IN actingPosts WHERE NOT p IN posts]"
_ORGANIZATIONS = (
    "COLLECT { UNWIND parties + homes + COLLECT { UNWIND parents AS r MATCH (r)-[:PART_OF_TO]->(o) RETURN o } "
    "+ COLLECT { UNWIND governing AS r MATCH (o)-[:GOVERNS]->(r) RETURN o } "
    "+ COLLECT { UNWIND actingHomes AS h MATCH (o:Record {id: h.organization}) RETURN o } "
    "+ COLLECT { UNWIND events AS e MATCH (e)-[:PASSED_TO]->(o) WHERE e.kind = 'ASSIGN' RETURN o } "
    "AS o RETURN DISTINCT o }"
)
_PERSONS = "COLLECT { UNWIND memberships + tenures AS r MATCH (x)-[:MEMBERSHIP]->(r) RETURN DISTINCT x }"


def _records(compiler: Compiler, label: str, rows: str, shown: tuple[Selected, ...], more: str = "") -> str:
    """Rows {id, …, shown} of entities."""
    clauses, shape = compiler.object_of(label, "x", shown)
    parts = Head(Collect(("WITH x", *clauses), shape)) if clauses else shape
    current = f"WITH x, {state('x', 'f')} AS s " if more else ""
    more = f", {more}" if more else ""
    return f"COLLECT {{ UNWIND {rows} AS x {current}RETURN {{id: x.id{more}, shown: {parts.cypher()}}} }}"


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


def _links(label: str, rows: str, more: str = "") -> str:
    kind = MODEL.fact(label)
    return (
        f"COLLECT {{ UNWIND {rows} AS r MATCH (x)-[:{kind.relationship}]->(r)-[:{kind.relationship_to}]->(y) "
        f"RETURN {{from: x.id, to: y.id, explicit: r.explicit{more}}} }}"
    )


def _facts(
    compiler: Compiler,
    label: str,
    rows: str,
    more: str,
    bases: tuple[Selected, ...],
    whole: tuple[Selected, ...] = (),
) -> str:
    """Rows {id, …, from, to, shown} of facts."""
    kind = MODEL.fact(label)
    shape = compiler.object_of(label, "r", whole)[1].cypher()
    if bases:
        shape = compiler.basis("r", Selected("basis", "basis", children={"Basis": bases})).cypher()
    return (
        f"COLLECT {{ UNWIND {rows} AS r MATCH (x)-[:{kind.relationship}]->(r)-[:{kind.relationship_to}]->(y) "
        f"RETURN {{{_VALID}, from: x.id, to: y.id{more}, shown: {shape}}} }}"
    )
