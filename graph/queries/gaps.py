"""Where nobody answers, or not one: subjects that may have a gap, in order, with what lies near them for the rules.

Most subjects have none, and that is mostly plain to see: somebody of that very organization answers for it in an
ordinary role. What is not plain is brought to the rules. So the cost is that of looking through the structure once, at
most, and has nothing to do with how many problems there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.compile.fields import Compiler
from graph.compile.moment import PREFIX, holds, state
from graph.compile.roots import Moment, Viewer, parameters_of
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model import MODEL
from graph.model.facts import LONGEST_CHAIN
from graph.model.instants import BEGINNING
from graph.queries.near import NEAR, Reach, gathered, leading, records, rows, to

SUBJECTS = ("Area", "Task", "SiteKind", "Post", "Site")
"""In the order of the list, few before many; within each by id."""

CALLED = "~called"

PAST = "~"
"""Greater than every id."""


@dataclass(frozen=True)
class Search:
    """After which subject (its place in SUBJECTS, its id), and how many that may have a gap are brought at once."""

    after: tuple[int, str] | None
    looked_at: int

    def parameters(self) -> dict[str, object]:
        place, record = self.after or (0, "")
        starts = {label: PAST if n < place else record if n == place else "" for n, label in enumerate(SUBJECTS)}
        return {"starts": starts, "lookedAt": self.looked_at}


def suspects(search: Search, shown: dict[str, tuple[Selected, ...]], moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, t, k and data {more, found, organizations, near, governs, duties}.

    `found`: by the kind of subject rows {id, shown} in the order of the list; in `shown` what is asked of that kind,
    and what it is called under CALLED.
    """
    compiler = Compiler(MODEL)
    compiler.parameters |= {**search.parameters(), "beginning": BEGINNING}
    found = ", ".join(
        f"{label}: {records(compiler, label, _of(label), (*shown.get(label, ()), Selected(NAMES[label], CALLED)))}"
        for label in SUBJECTS
    )
    named = records(compiler, "Organization", "parties + [row IN governing | row.x]", (Selected("name", "name"),))
    cypher = (
        f"{PREFIX}{_found()}{_NEAR}{gathered(Reach(climbed='posts0', held='holding'))}"
        f"RETURN high, t, k, {{\n  more: more, found: {{{found}}},\n  organizations: {named},\n"
        f"  near: {NEAR},\n  governs: {rows('governing')},\n  duties: {rows('duties', 'row.r.role')}\n}} AS data"
    )
    return Statement(cypher, parameters_of(compiler, moment, viewer), tuple(compiler.judged))


def _answered(subject: str, homes: str) -> str:
    """That a post answers for the subject in a role that does not watch. `homes`: what is asked of the post `p`."""
    plain = "NOT r.role IN ['SUPERIOR', 'STATIONED_INSPECTOR', 'INSPECTOR']"
    return (
        f"EXISTS {{ MATCH ({subject})<-[:RESPONSIBILITY_TO]-(r) WHERE {holds('r')} AND {plain} "
        f"MATCH (r)<-[:RESPONSIBILITY]-(p) WHERE {homes} }}"
    )


def _home(where: str) -> str:
    return f"EXISTS {{ MATCH (p)-[:POST_IN]->(h)-[:POST_IN_TO]->(o) WHERE {holds('h')}{where} }}"


_BODY = "(o.kind = 'SUPERVISION_BODY' OR EXISTS { MATCH (o)-[:WAS]->(b) WHERE b.kind = 'SUPERVISION_BODY' })"
"""Whether it is, or was ever, a supervision body: its posts may watch."""

_OF_NO_BODY = f"NOT {_home(f' AND {_BODY}')}"
_OF_THAT_ONE = f"{_home('')} AND NOT {_home(f' AND (o <> org OR {_BODY})')}"


def _in_order(kinds: str, subjects: Sequence[str]) -> str:
    """That organizations have to do with a subject by facts of these kinds, and each has its head and answers for it.

    It need not be true of all that are: where it is true, it is so for certain.
    """
    into = "|".join(f"{kind}_TO" for kind in kinds.split("|"))
    led = (
        f"UNWIND [{', '.join(subjects)}] AS subject MATCH (subject)<-[:{into}]-(l) WHERE {holds('l')} "
        f"MATCH (l)<-[:{kinds}]-(org)"
    )
    headed = f"EXISTS {{ MATCH (org)<-[:HEADS_TO]-(c) WHERE {holds('c')} }}"
    answered = " OR ".join(_answered(subject, _OF_THAT_ONE) for subject in subjects)
    return f"EXISTS {{ {led} }} AND NOT EXISTS {{ {led} WHERE NOT {headed} OR NOT ({answered}) }}"


_HOLDERS = (
    f"COUNT {{ MATCH (x)<-[:MEMBERSHIP_TO]-(r) WHERE {holds('r')} MATCH (r)<-[:MEMBERSHIP]-(y) "
    "RETURN DISTINCT y LIMIT 2 }"
)
_COMES_BACK = (
    f"EXISTS {{ MATCH (x) (()-[:REPORTS]->(f:Reporting WHERE {holds('f')})-[:REPORTS_TO]->())"
    f"{{1,{LONGEST_CHAIN + 1}}} (x) }}"
)
_ANSWERS = f"EXISTS {{ MATCH (x)-[:RESPONSIBILITY]->(r) WHERE {holds('r')} AND r.role <> 'SUPERIOR' }}"
_SOUND = _in_order("REGULATION", ["x"])
_SUSPECT = {
    "Area": f"coalesce(s.kind, '') <> 'COUNTY' AND NOT {_answered('x', _OF_NO_BODY)}",
    "Task": f"NOT ({_in_order('LEADS|ASSISTS|ANSWERS_FOR', ['x'])})",
    "SiteKind": f"NOT ({_SOUND})",
    "Post": f"{_ANSWERS} AND ({_HOLDERS} <> 1 OR {_COMES_BACK})",
    "Site": (
        "NOT (s.kind IN sound AND NOT EXISTS { (x)<-[:REGULATION_TO]-() }) AND NOT EXISTS { "
        f"MATCH (q:SiteKind {{kind: s.kind}}) WHERE {_in_order('REGULATION', ['x', 'q'])} }}"
    ),
}
"""Of the subject `x` in its state `s`: whether it is not plain that it has no gap."""


def _found() -> str:
    """Binds `looked`, subjects in their order, and `more`: one more is sought than is looked at."""
    clauses = f"WITH *, COLLECT {{ MATCH (x:SiteKind) WHERE {_SOUND} RETURN x.kind }} AS sound, [] AS every0\n"
    for n, label in enumerate(SUBJECTS):
        clauses += (
            f"WITH *, every{n} + COLLECT {{ UNWIND CASE WHEN size(every{n}) <= $lookedAt THEN [1] END AS once "
            f"CALL (t, k, sound) {{ MATCH (x:{label}) WHERE x.id > $starts.{label} AND x.recordedAt <= k "
            f"WITH x, t, k, sound ORDER BY x.id WITH x, t, k, sound, {state('x', 'f')} AS s "
            f"WHERE {_SUSPECT[label]} RETURN x LIMIT $lookedAt + 1 }} RETURN x }} AS every{n + 1}\n"
        )
    every = f"every{len(SUBJECTS)}"
    return f"{clauses}WITH high, t, k, {every}[0..$lookedAt] AS looked, size({every}) > $lookedAt AS more\n"


def _of(label: str) -> str:
    return f"[n IN looked WHERE n:{label}]"


_NEAR = f"""WITH *, $beginning AS lo, t AS hi, {_of("Site")} AS sites, {_of("SiteKind")} AS kinds0,
  {_of("Area")} AS areas0, {_of("Task")} AS tasks0, {_of("Post")} AS posts0
WITH *, {to("posts0", "MEMBERSHIP")} AS holding, {to("areas0", "GOVERNS")} AS governing,
  {leading("posts0", "RESPONSIBILITY")} AS duties
"""


NAMES = {"Area": "name", "Task": "title", "SiteKind": "kind", "Post": "title", "Site": "name"}
"""What each kind of subject is called by."""
