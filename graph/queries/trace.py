"""The path walk of traces: one statement that gathers everything that can matter, for accountability's rules to judge.

It brings supersets: of links that a column gives beside explicit ones, both; which of them counts is the rules' to say.
Every pattern is bounded by LONGEST_CHAIN, and each row comes with the parts that the client asked to see of it.

The walk goes row by row, so that one statement has many traces: those of ids (`traces`), or of whatever the clauses
before it have found (`walk`). A fact is read where it is found and nowhere else, and a node's relationships are passed
over once, for all kinds that matter: that is what a trace costs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.compile.fields import Compiler
from graph.compile.moment import holds, known, known_to, state
from graph.compile.roots import Moment, Viewer, parameters_of, planned
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model import MODEL
from graph.model.facts import LONGEST_CHAIN
from graph.queries.climbing import climbed
from graph.queries.near import VALUES

SUBJECTS = ("Problem", "Site", "Area", "Task", "Instruction")


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
    speaks for those on the trace. `versions`: of every fact also what came after it, with its basis.
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
    versions: bool = False


FACTS_ONLY = Shown()


def traces(asked: Sequence[Asked], shown: Shown, moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, and data: rows {t, k, facts} in the order of `asked`, read by services.accountability.reading."""
    compiler = Compiler(MODEL)
    cypher = _cypher(compiler, shown)
    return Statement(cypher, {**parameters_of(compiler, moment, viewer), "asked": _rows(asked)}, tuple(compiler.judged))


def trace(asked: Asked, selected: Selected, shown: Callable[[], Shown], moment: Moment, viewer: Viewer) -> Statement:
    """One trace, as `traces` has it. `shown` is worked out of what is selected, where that was not done before."""

    def made(compiler: Compiler) -> str:
        return _cypher(compiler, shown())

    return planned(selected, ("trace",), made, {"asked": _rows([asked])}, moment, viewer)


def _cypher(compiler: Compiler, shown: Shown) -> str:
    # The watermark may rise between two rows: grouped by it, they would come apart.
    row = "WITH high, {t: t, k: k, facts: facts} AS row ORDER BY asked.place"
    return f"{_OF_IDS}{walk(compiler, shown)}{row} RETURN max(high) AS high, collect(row) AS data"


def _rows(asked: Sequence[Asked]) -> list[dict[str, object]]:
    return [
        {"place": place, "subject": one.subject, "asOf": one.as_of, "knownAt": one.known_at}
        for place, one in enumerate(asked)
    ]


def walk(compiler: Compiler, shown: Shown = FACTS_ONLY) -> str:
    """The clauses that find `t` and `facts` for each row of `subject` (a node or null), `asOf` (or null) and `k`.

    They are bound to `$now` and `$open`, and bind other names of their own: in a statement of more than a trace they
    stand in a `CALL (subject, asOf, k) { … RETURN t, facts }`.
    """
    gathered = ",\n  ".join(f"{name}: {found}" for name, found in _gathered(compiler, shown))
    persons = _entities(compiler, "Person", f"[row IN {_HELD} + acting | row.x]", shown.persons)
    clauses = (
        _SUBJECT,
        _happened(compiler, shown),
        _NEAR,
        _posts(shown),
        f"WITH *, {persons} AS persons\n",
        _earlier(compiler, shown),
        f"WITH *, {{\n  {gathered}\n}} AS facts\n",
    )
    return "".join(clauses)


_IS_SUBJECT = " OR ".join(f"subject:{label}" for label in SUBJECTS)

_OF_IDS = f"""MATCH (w:Watermark {{name: 'main'}})
UNWIND $asked AS asked
WITH w.at AS high, asked, coalesce(asked.knownAt, w.at) AS k, asked.asOf AS asOf
OPTIONAL MATCH (subject:Record {{id: asked.subject}}) WHERE subject.recordedAt <= k AND ({_IS_SUBJECT})
"""


def _is_or(label: str, reference: str) -> str:
    """The subject itself, or what it refers to."""
    referred = f"head([row IN refs WHERE row.type = '{reference}' | row.x])"
    return f"CASE WHEN subject:{label} THEN subject ELSE {referred} END"


_SUBJECT = f"""WITH *, {state("subject", "f")} AS current
WITH *, coalesce(asOf, current.discoveredAt, current.issuedAt, $now) AS t, current.life AS life,
  COLLECT {{ MATCH (current)-[l:FOUND_AT|FOUND_IN|FALLS_UNDER]->(x) RETURN {{type: type(l), x: x}} }} AS refs
WITH *, {_is_or("Site", "FOUND_AT")} AS site, {_is_or("Area", "FOUND_IN")} AS ownArea,
  {_is_or("Task", "FALLS_UNDER")} AS task
WITH *, head(COLLECT {{ WITH {state("site", "f")} AS s MATCH (x:SiteKind {{kind: s.kind}}) RETURN x }}) AS kind,
  CASE WHEN task IS NULL THEN [] ELSE COLLECT {{
    MATCH way = (task)-[:SUBTASK_OF]->{{0,{LONGEST_CHAIN}}}(x) RETURN x ORDER BY length(way)
  }} END AS tasks,
  CASE WHEN subject:Instruction THEN COLLECT {{ MATCH (subject)<-[:RECIPIENT_OF]-(r:Recipient)-[:ADDRESSED_TO]->(x)
    RETURN {{x: x, row: {{id: r.id, from: elementId(x), to: elementId(subject), explicit: true,
      capacity: 'RECIPIENT'}}}} }} ELSE [] END AS told
"""
"""Whom an instruction tells stands where a task has its organizations."""


def _happened(compiler: Compiler, shown: Shown) -> str:
    """The events, each with its row, and what is asked of the posts that acted."""
    if not (shown.hands or shown.merits):
        return "WITH *, [] AS events, [] AS actingPosts, [] AS actingHomes, [] AS acting\n"
    read, event = _event(compiler, shown.events)
    return f"""WITH *, CASE WHEN subject:Problem THEN COLLECT {{
    MATCH (subject)<-[:EVENT_OF]-(e) WITH e, {read} AS own WHERE own.recordedAt <= k WITH e, own ORDER BY own.position
    {event} RETURN {{row: row, post: post, to: to, ends: ends}} }} ELSE [] END AS events
WITH *, {_acted_in("'REGISTER', 'ACCEPT'")} AS actingPosts, {_acted_in("'REGISTER', 'ASSIGN'")} AS movingPosts
WITH *, COLLECT {{ UNWIND actingPosts + movingPosts AS n WITH DISTINCT n WITH n, elementId(n) AS key
    MATCH (n)-[l:POST_IN|MEMBERSHIP_TO]-(r) WITH n, key, r, l, {_FACT} AS v WHERE {known("v")}
    AND n IN CASE type(l) WHEN 'POST_IN' THEN movingPosts ELSE actingPosts END MATCH (r)-[:POST_IN_TO|MEMBERSHIP]-(x)
    RETURN {{n: n, x: x, type: type(l), v: v, row: {_record("elementId(x)", "key")}}} }} AS ofActing
WITH *, [row IN ofActing WHERE row.type = 'MEMBERSHIP_TO'] AS acting,
  COLLECT {{ UNWIND events AS event WITH event.row AS e, event.post AS p WHERE e.kind IN ['REGISTER', 'ASSIGN']
    UNWIND [row IN ofActing WHERE row.type = 'POST_IN' AND row.n = p AND row.v.validFrom <= e.at
      AND e.at < row.v.validTo] AS home
    RETURN {{row: {{event: e.id, organization: elementId(home.x), explicit: home.v.explicit}}, o: home.x}} }}
    AS actingHomes
"""


def _acted_in(kinds: str) -> str:
    """The posts in which somebody did what these kinds of events say."""
    return (
        f"COLLECT {{ UNWIND events AS event WITH event.post AS p WHERE event.row.kind IN [{kinds}] AND p IS NOT NULL "
        "RETURN DISTINCT p }"
    )


def _event(compiler: Compiler, shown: tuple[Selected, ...]) -> tuple[str, str]:
    """What is to be read of an event `e` into `own`, and clauses that bind `row`, `post`, `to` and `ends` of it."""
    names = compiler.values_of("Event", shown)
    shape = compiler.map_of("Event", "e", "e" if names is None else "own", shown)
    asked = dict.fromkeys((*_OF_EVENTS, *(names or ())))

    def end(relationship: str) -> str:
        return f"head([end IN ends WHERE end.type = '{relationship}' | end.z])"

    read = f"e {{{', '.join(f'.{name}' for name in asked)}}}"
    return read, (
        "WITH *, COLLECT { MATCH (e)-[l:DONE_BY|DONE_AS|PASSED_TO]->(z) RETURN {type: type(l), z: z} } AS ends "
        f"WITH *, {end('DONE_AS')} AS post, {end('PASSED_TO')} AS to, "
        "{id: own.id, kind: own.kind, at: own.at, dueAt: nullIf(own.dueAt, $open), "
        f"person: elementId({end('DONE_BY')}), post: elementId({end('DONE_AS')}), to: elementId({end('PASSED_TO')}), "
        f"shown: {shape.cypher()}}} AS row"
    )


_OF_EVENTS = ("id", "kind", "at", "dueAt", "recordedAt", "position")


_FACT = f"r {{{VALUES}, .basis}}"
"""Read in one pass, into a map that stands for the fact: the plan of a subquery in a loop keeps no property that it has
read by name."""


def _record(from_: str, to: str, more: str = "") -> str:
    """A fact as the rules need it: which version, between which ends, when.

    The ends are keys, of which `places` and the lists of records have the ids: an end of many facts is looked at once.
    """
    return (
        f"{{id: v.id, sourceId: v.sourceId, from: {from_}, to: {to}, validFrom: v.validFrom, validTo: v.validTo, "
        f"recordedAt: v.recordedAt{more}}}"
    )


def _link(from_: str, to: str, more: str = "") -> str:
    return f"{{id: v.id, from: {from_}, to: {to}, explicit: v.explicit{more}}}"


def _of(rows: str, kind: str) -> str:
    return f"[row IN {rows} WHERE row.type = '{kind}' | row.row]"


def _distinct(rows: str) -> str:
    return f"COLLECT {{ UNWIND {rows} AS row WITH row.x AS n RETURN DISTINCT n }}"


_INTO = "RESPONSIBILITY|REGULATION|OPERATES|GOVERNS|LEADS|ASSISTS|ANSWERS_FOR"
_CAPACITY = "CASE type WHEN 'LEADS_TO' THEN 'LEAD' WHEN 'ASSISTS_TO' THEN 'ASSISTING' ELSE 'RESPONSIBLE' END"

_FOUND_NEAR = f"""WITH n, elementId(n) AS key
    MATCH (n)-[l:WITHIN|{"|".join(f"{kind}_TO" for kind in _INTO.split("|"))}]-(r)
    WITH n, key, r, l, {_FACT} AS v WHERE {holds("v")} MATCH (r)-[:WITHIN_TO|{_INTO}]-(x)
    WITH n, key, r, x, type(l) AS type, v
    RETURN {{n: n, r: r, x: x, type: type, text: v.basis, row: CASE type
      WHEN 'RESPONSIBILITY_TO' THEN {_record("elementId(x)", "key", ", role: v.role")}
      WHEN 'REGULATION_TO' THEN {_record("elementId(x)", "key", ", capacity: v.capacity")}
      WHEN 'WITHIN' THEN {_link("key", "elementId(x)")}
      WHEN 'OPERATES_TO' THEN {_link("elementId(x)", "key")}
      WHEN 'GOVERNS_TO' THEN {_link("elementId(x)", "key", ", sourceId: v.sourceId, validFrom: v.validFrom")}
      ELSE {_link("elementId(x)", "key", f", capacity: {_CAPACITY}")} END}}"""

_OF_PARTIES = f"""UNWIND parties AS n WITH n, elementId(n) AS key MATCH (n)-[l:HEADS_TO|PART_OF]-(r)
    WITH n, key, r, l, {_FACT} AS v WHERE {holds("v")} MATCH (r)-[:HEADS|PART_OF_TO]-(x)
    WITH n, key, r, x, type(l) AS type, v
    RETURN {{n: n, r: r, x: x, type: type, text: v.basis, row: CASE type
      WHEN 'PART_OF' THEN {_link("key", "elementId(x)")}
      ELSE {_record("elementId(x)", "key", ", explicit: v.explicit")} END}}"""

_PARTIES = "row.type IN ['REGULATION_TO', 'OPERATES_TO', 'LEADS_TO', 'ASSISTS_TO', 'ANSWERS_FOR_TO']"

_NEAR = f"""WITH *, [x IN [site, kind] WHERE x IS NOT NULL] + tasks AS places
WITH *, places + [x IN [ownArea] WHERE x IS NOT NULL] AS start
WITH *, {climbed("start", LONGEST_CHAIN + 1, _FOUND_NEAR, "row.type = 'WITHIN'")} AS up
WITH *, up.found AS near
WITH *, [x IN [ownArea] WHERE x IS NOT NULL] + [row IN near WHERE row.type = 'WITHIN' | row.x] AS areas
WITH *, [row IN near WHERE row.type = 'RESPONSIBILITY_TO'] AS answering,
  {_distinct(f"told + [row IN near WHERE {_PARTIES}]")} AS parties
WITH *, COLLECT {{ {_OF_PARTIES} }} AS ofParties
WITH *, [row IN ofParties WHERE row.type = 'HEADS_TO'] AS heading,
  [row IN ofParties WHERE row.type = 'PART_OF'] AS aboveParties
WITH *, {_distinct("answering + heading")} AS seeds
"""


def _posts(shown: Shown) -> str:
    """Every post up to the top with what leads from it: reporting, its organization, who holds it.

    For what speaks for them also who held it before, as far back as a clock of the problem reaches: a membership begun
    before that is no brief one, whatever went before it.
    """
    when = holds("v")
    since = ""
    if shown.merits:
        when = (
            f"{known('v')} AND v.validFrom <= t "
            "AND (t < v.validTo OR since <= v.validTo AND 0 < size(clocks) AND type(l) = 'MEMBERSHIP_TO')"
        )
        since = """WITH *, [event IN events WHERE event.row.kind = 'ASSIGN' | event.row] AS clocks
WITH *, reduce(since = t, e IN clocks | CASE WHEN e.dueAt IS NULL THEN datetime({year: 1}) ELSE
  head([at IN [t - duration.inSeconds(e.at, e.dueAt)] | CASE WHEN at < since THEN at ELSE since END]) END) AS since
"""
    posting = _link("key", "elementId(x)") if shown.versions else "{from: key, to: elementId(x), explicit: v.explicit}"
    found = f"""WITH n, elementId(n) AS key
    MATCH (n)-[l:POST_IN|MEMBERSHIP_TO|REPORTS]-(r)
    WITH n, key, r, l, {_FACT} AS v WHERE {when} MATCH (r)-[:POST_IN_TO|MEMBERSHIP|REPORTS_TO]-(x)
    WITH n, key, r, x, type(l) AS type, v
    RETURN {{n: n, r: r, x: x, type: type, text: v.basis, row: CASE type
      WHEN 'POST_IN' THEN {posting}
      WHEN 'REPORTS' THEN {_record("key", "elementId(x)")}
      ELSE {_record("elementId(x)", "key")} END}}"""
    above = f"""WITH n, elementId(n) AS key MATCH (n)-[:PART_OF]->(r) WITH n, key, r, {_FACT} AS v WHERE {holds("v")}
    MATCH (r)-[:PART_OF_TO]->(x)
    RETURN {{n: n, r: r, x: x, row: {_link("key", "elementId(x)")}}}"""
    return f"""{since}WITH *, {climbed("seeds", LONGEST_CHAIN, found, "row.type = 'REPORTS'")} AS up
WITH *, up.found AS found, up.met AS posts
WITH *, [row IN found WHERE row.type = 'MEMBERSHIP_TO' AND row.row.validTo > t] AS holding,
  [row IN found WHERE row.type = 'POST_IN'] AS postings,
  [row IN answering WHERE row.n IN places | row.x] AS concerned
WITH *, {_distinct("postings")} AS homes,
  {_distinct("[row IN aboveParties + [row IN postings WHERE row.n IN concerned] WHERE NOT row.x IN parties]")} AS start
WITH *, {climbed("start", LONGEST_CHAIN - 1, above, "true")} AS up
WITH *, aboveParties + up.found AS parents
"""


_NOT_PUT_RIGHT = known_to(
    "x",
    "then",
    "NOT coalesce(x.verifiedAt <= current.discoveredAt, false)",
    "then.siteId = siteId AND then.reportedById = y.id AND then.discoveredAt < current.discoveredAt",
)
_OTHERS = f"""WITH *, CASE WHEN subject:Problem THEN site.id END AS siteId
WITH *, CASE WHEN siteId IS NULL THEN [] ELSE COLLECT {{
    UNWIND persons AS y
    MATCH (x:Problem) USING INDEX SEEK x:Problem(siteId, reportedById, discoveredAt, id)
    WHERE x.siteId = siteId AND x.reportedById = y.id AND x.discoveredAt < current.discoveredAt AND x.id > ''
    AND x.recordedAt <= k AND {_NOT_PUT_RIGHT}
    RETURN [x, y.id] }} + COLLECT {{
    MATCH (then:Former) USING INDEX SEEK then:Former(supersededAt) WHERE then.supersededAt > k AND then.changedAt <= k
    AND then.siteId = siteId AND then.discoveredAt < current.discoveredAt
    WITH then MATCH (then)<-[:WAS]-(x:Problem) RETURN [x, then.reportedById] }} END AS others
"""
"""What was put right by then speaks for nobody, and by far most were: so their events are not read.

Seeks by the index on site, reporter, discovery and id, and names all four: else it is not used. The second branch
finds by its end what has changed since `k`, and costs nothing for what is known now. Its step stands behind a WITH of
its own: together they may be planned from the far end, as a scan of a relationship's type, by statistics of an earlier
day."""


def _earlier(compiler: Compiler, shown: Shown) -> str:
    """What happened to problems of the same site that those on the trace had reported before."""
    if not shown.merits:
        return "WITH *, [] AS earlier\n"
    read, event = _event(compiler, shown.events)
    return f"""{_OTHERS}WITH *, COLLECT {{ UNWIND others AS other WITH DISTINCT other[0] AS x, other[1] AS y
    MATCH (x)<-[:EVENT_OF]-(e) WITH x, y, e, {read} AS own
    WHERE own.recordedAt <= k AND own.kind IN ['REPORTED', 'VERIFY', 'REOPEN']
    WITH x.id AS p, y AS q, e, own ORDER BY p, q, own.position
    {event} RETURN {{row: row {{.*, problem: p, reportedBy: q}}, ends: ends}} }} AS earlier
"""


_HELD = "[row IN found WHERE row.type = 'MEMBERSHIP_TO']"
_KIND = Selected("kind", "kind")
_ORGANIZATIONS = (
    "parties + homes + [row IN parents | row.x] + [row IN near WHERE row.type = 'GOVERNS_TO' | row.x] "
    "+ [h IN actingHomes | h.o] + [e IN events WHERE e.row.kind = 'ASSIGN' AND e.to IS NOT NULL | e.to]"
)


def _gathered(compiler: Compiler, shown: Shown) -> Iterator[tuple[str, str]]:
    yield (
        "subject",
        (
            "{id: subject.id, recordedAt: subject.recordedAt, ownArea: ownArea.id, site: site.id, siteKind: kind.id, "
            "task: task.id, instruction: CASE WHEN subject:Instruction THEN subject.id END, "
            "discoveredAt: current.discoveredAt, life: life}"
        ),
    )
    yield "areas", _entities(compiler, "Area", "areas", (*shown.areas, _KIND))
    yield "organizations", _entities(compiler, "Organization", _ORGANIZATIONS, (*shown.organizations, _KIND))
    yield "posts", _entities(compiler, "Post", "posts + actingPosts", shown.posts)
    yield "persons", "persons"
    yield "places", f"[x IN places + subject + {_ACTED} | x {{.id, key: elementId(x)}}]"
    yield "subtasks", "[i IN range(1, size(tasks) - 1) | {from: elementId(tasks[i - 1]), to: elementId(tasks[i])}]"
    for name, kind in (
        ("within", "WITHIN"),
        ("governs", "GOVERNS_TO"),
        ("operates", "OPERATES_TO"),
        ("regulations", "REGULATION_TO"),
    ):
        yield name, _of("near", kind)
    of_tasks = "[row IN near WHERE row.type IN ['LEADS_TO', 'ASSISTS_TO', 'ANSWERS_FOR_TO'] | row.row]"
    yield "taskLinks", f"CASE WHEN subject:Instruction THEN [row IN told | row.row] ELSE {of_tasks} END"
    for name in ("answering", "heading", "postings", "parents"):
        yield name, f"[row IN {name} | row.row]"
    yield "reporting", _of("found", "REPORTS")
    yield "memberships", _memberships(compiler, shown.memberships)
    yield "tenures", f"{_of('found', 'MEMBERSHIP_TO')} + [row IN acting | row.row]"
    if shown.bases:
        yield "bases", _bases(compiler, shown.bases)
    if shown.versions:
        yield "versions", _versions(compiler, shown.bases)
    yield "events", "[event IN events | event.row]"
    yield "homes", "[home IN actingHomes | home.row]"
    yield "earlier", "[event IN earlier | event.row]"


_ACTED = (
    "COLLECT { UNWIND events + earlier AS event UNWIND event.ends AS end "
    "WITH end.z AS z WHERE NOT z IN posts RETURN DISTINCT z }"
)
"""Who took part in events, of whom no other list is sure to have the id."""


def _entities(compiler: Compiler, label: str, rows: str, shown: tuple[Selected, ...]) -> str:
    """Rows {id, shown}, one for each node."""
    clauses, row = compiler.row_of(label, "x", shown)
    return f"COLLECT {{ UNWIND {rows} AS x WITH DISTINCT x {' '.join(clauses)} RETURN {row.cypher()} }}"


def _memberships(compiler: Compiler, shown: tuple[Selected, ...]) -> str:
    if not shown:
        return "[row IN holding | row.row]"
    shape = compiler.object_of("Membership", "r", shown)[1].cypher()
    return f"COLLECT {{ UNWIND holding AS held WITH held.r AS r, held.row AS row RETURN row {{.*, shown: {shape}}} }}"


def _bases(compiler: Compiler, shown: tuple[Selected, ...]) -> str:
    """Rows {id, shown} of the records that a hop can rest on: projected once, for each projection is planned."""
    basis = compiler.basis("r", Selected("basis", "basis", children={"Basis": shown}), "text").cypher()
    rows = "answering + heading + [row IN found WHERE row.type = 'REPORTS']"
    return (
        f"COLLECT {{ UNWIND {rows} AS row WITH row.r AS r, row.text AS text, row.row.id AS id "
        f"RETURN {{id: id, shown: {basis}}} }}"
    )


def _versions(compiler: Compiler, shown: tuple[Selected, ...]) -> str:
    """Of each fact itself and the versions after it, in order: rows {of, id, …, superseded, shown}."""
    basis = compiler.basis("v", Selected("basis", "basis", children={"Basis": shown})).cypher() if shown else "null"
    return f"""COLLECT {{ UNWIND near + heading + found + parents AS row WITH DISTINCT row.r AS r
    MATCH (v)-[:SUPERSEDES]->{{0,{LONGEST_CHAIN}}}(r) WITH r, v ORDER BY r.id, v.recordedAt
    RETURN {{of: r.id, id: v.id, labels: labels(v), validFrom: v.validFrom, validTo: v.validTo,
      recordedAt: v.recordedAt, supersededAt: v.supersededAt,
      superseded: head(COLLECT {{ MATCH (v)-[:SUPERSEDES]->(o) RETURN o.id }}), shown: {basis}}} }}"""
