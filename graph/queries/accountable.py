"""What persons answered for: problems that may be it, newest first, with the facts near them for the rules to judge.

Two ways lead to them. Down: from their posts to the posts below, to what all of those answer for, to its problems.
Back: all problems by time. The first is good for a clerk, the second for the head of a county; the statement goes down
where less than `budget` lies on each step of that way, else back. A caller that does not have its page yet asks again
with more of both, so that it never does much more than the better of the two would have cost.

The way down may also begin where nobody answers: so problems are found that share a gap.
"""

from dataclasses import dataclass
from datetime import datetime

from graph.compile.cursor import Keyset
from graph.compile.fields import Compiler
from graph.compile.moment import PREFIX, known_to, state
from graph.compile.roots import Moment, Viewer, parameters_of
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model import MODEL
from graph.model.declare import Scalar
from graph.model.facts import LONGEST_CHAIN
from graph.queries.climbing import climbed
from graph.queries.near import (
    NEAR,
    Reach,
    asked_about,
    distinct,
    during,
    end,
    gathered,
    leading,
    records,
    referring,
    to,
)

ORDER = Keyset("discoveredAt", Scalar.INSTANT, descending=True)
LONG_STREAMS = 2
"""So many problems of an area's own weigh as much as a site or a task: they stand under no index."""


@dataclass(frozen=True)
class Starts:
    """Where the way down begins: ids. `posts`: whose holders are asked for too. `organizations`: for what they
    regulate, operate or have as a task. `things`: areas, sites and tasks themselves.
    """

    persons: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    things: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """From where, discovered in [since, until), after which problem (instant, id); how much is looked at at once.

    `budget`: how much may lie on each step down. `walked`: how many problems are judged; `ahead`: of all by time, where
    the way back was gone. `steps`: how many reporting lines down. `open_only`: neither closed nor rejected.
    """

    starts: Starts
    since: datetime
    until: datetime
    budget: int
    walked: int
    ahead: int
    after: tuple[object, str] | None = None
    steps: int = LONGEST_CHAIN
    open_only: bool = False


@dataclass(frozen=True)
class Shown:
    """What is asked for of the problems, of the persons and of their posts, under keys of their own."""

    problems: tuple[Selected, ...] = ()
    posts: tuple[Selected, ...] = ()
    persons: tuple[Selected, ...] = ()


def candidates(search: Search, shown: Shown, moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, t, k and data {more, narrow, found, persons, posts, near}; `found` is in the order of the list.

    `more`: whether there are others after these. `narrow`: whether the way down was gone.
    """
    compiler = Compiler(MODEL)
    compiler.parameters |= {
        "persons": list(search.starts.persons),
        "posts": list(search.starts.posts),
        "organizations": list(search.starts.organizations),
        "things": list(search.starts.things),
        "since": search.since,
        "until": search.until,
        "budget": search.budget,
        "walked": search.walked,
        "ahead": search.ahead,
    }
    parts = (PREFIX, _covered_by(search), _found(search, compiler), _NEAR, gathered(_REACH))
    data = ",\n  ".join(
        (
            "more: more, narrow: narrow",
            f"found: {_shown(compiler, shown.problems)}",
            f"persons: {records(compiler, 'Person', 'persons', shown.persons)}",
            f"posts: {records(compiler, 'Post', distinct('held', 'y'), shown.posts)}",
            f"near: {NEAR}",
        )
    )
    cypher = f"{''.join(parts)}RETURN high, t, k, {{\n  {data}\n}} AS data"
    return Statement(cypher, parameters_of(compiler, moment, viewer), tuple(compiler.judged))


def _during(fact: str) -> str:
    return during(fact, "since", "until")


def _tenure(starts: Starts) -> str:
    """Binds `since` and `until`: for persons alone no problem counts that was found before or after they held posts."""
    if starts != Starts(starts.persons):
        return "WITH *, $since AS since, $until AS until\n"
    return """WITH *, head(COLLECT { UNWIND held AS row WITH min(row.r.validFrom) AS first, max(row.r.validTo) AS last
    RETURN {since: CASE WHEN first > $since THEN first ELSE $since END, until: CASE WHEN last < $until THEN last
      ELSE $until END} }) AS tenure
WITH *, tenure.since AS since, tenure.until AS until
"""


def _staff(steps: int) -> str:
    """The posts and those below them, as long as they are fewer than the budget."""
    found = (
        f"WITH n WHERE size(up.met) < $budget MATCH (n)<-[:REPORTS_TO]-(r) WHERE {_during('r')} "
        "MATCH (r)<-[:REPORTS]-(x) WHERE NOT x IN up.met WITH DISTINCT x LIMIT $budget RETURN {x: x}"
    )
    return f"""WITH *, COLLECT {{ UNWIND [row IN held | row.y] + open AS y RETURN DISTINCT y }} AS start
WITH high, t, k, since, until, persons, held, parties, things, {climbed("start", steps - 1, found, "true")}.met AS staff
"""


def _covered(things: str, kinds: str) -> str:
    """What facts of these kinds lead to from the things, up to the budget."""
    to = "|".join(f"{kind}_TO" for kind in kinds.split("|"))
    return (
        f"COLLECT {{ UNWIND {things} AS x MATCH (x)-[:{kinds}]->(r) WHERE {_during('r')} "
        f"MATCH (r)-[:{to}]->(y) RETURN DISTINCT y LIMIT $budget }}"
    )


_LISTS = ("answeredFor", "headed", "regulated", "land", "ofKinds", "work", "changed")


def _begun(ids: str, labels: str) -> str:
    return (
        f"COLLECT {{ UNWIND ${ids} AS id MATCH (x:Record {{id: id}}) WHERE x:{labels} AND x.recordedAt <= k RETURN x }}"
    )


def _covered_by(search: Search) -> str:
    return f"""WITH *, {_begun("persons", "Person")} AS persons, {_begun("posts", "Post")} AS open,
  {_begun("organizations", "Organization")} AS parties, {_begun("things", "Area|Site|Task")} AS things
WITH *, $since AS lo, $until AS hi
WITH *, {leading("persons", "MEMBERSHIP")} + {to("open", "MEMBERSHIP")} AS held
{_tenure(search.starts)}{_staff(search.steps)}{_COVERED}"""


_COVERED = f"""WITH *, CASE WHEN size(staff) < $budget THEN staff ELSE [] END AS few
WITH *, {_covered("few", "RESPONSIBILITY")} AS answeredFor, {_covered("few", "HEADS")} + parties AS headed
WITH *, {_covered("headed", "REGULATION|OPERATES|LEADS|ASSISTS|ANSWERS_FOR")} AS regulated
WITH *, answeredFor + regulated + things AS covered
WITH *,
  COLLECT {{ UNWIND [x IN covered WHERE x:Area] AS a
    MATCH (a) (()<-[:WITHIN_TO]-(f:Within WHERE {_during("f")})<-[:WITHIN]-()){{0,{LONGEST_CHAIN}}} (x)
    RETURN DISTINCT x LIMIT $budget }} AS land,
  COLLECT {{ UNWIND [x IN covered WHERE x:SiteKind] AS y MATCH (x:Site) WHERE x.kind = y.kind AND x.id > ''
    RETURN DISTINCT x LIMIT $budget }} AS ofKinds,
  COLLECT {{ UNWIND [x IN covered WHERE x:Task] AS a MATCH (a)<-[:SUBTASK_OF]-{{0,{LONGEST_CHAIN}}}(x)
    RETURN DISTINCT x LIMIT $budget }} AS work,
  COLLECT {{ MATCH (f:Former) WHERE f.supersededAt > k AND f.changedAt <= k MATCH (x:Site)-[:WAS]->(f)
    RETURN DISTINCT x LIMIT $budget }} AS changed
WITH *, COLLECT {{ UNWIND covered + land + ofKinds + changed AS x WITH x WHERE x:Site RETURN DISTINCT x }} AS ground,
  [x IN land WHERE x:Area] AS fields
WITH *, size(staff) < $budget AND {" AND ".join(f"size({name}) < $budget" for name in _LISTS)}
  AND size(ground) + size(work) < $budget
  AND COUNT {{ UNWIND fields AS x MATCH (x)<-[:FOUND_IN]-() RETURN 1 LIMIT {LONG_STREAMS} * $budget }}
    < {LONG_STREAMS} * $budget AS narrow
"""


def _found(search: Search, compiler: Compiler) -> str:
    """Binds `found`, rows {n, c} of problems and the state of each, and `more`: one more is sought than is walked."""
    after = ""
    if search.after is not None:
        value, record = (compiler.parameter(part) for part in search.after)
        after = f" AND {ORDER.after('{0}', value, record)}"

    def found_in_time(variable: str) -> str:
        within = f"{variable}.discoveredAt >= since AND {variable}.discoveredAt < until"
        return within + after.replace("{0}", variable)

    def counts(variable: str) -> str:
        return f"NOT {variable}.status IN ['CLOSED', 'REJECTED']" if search.open_only else "true"

    def own(column: str = "") -> str:
        """Of a problem that has changed since, that it was found there and then before as well."""
        same = "".join(f"c.{name} = n.{name} AND " for name in ("discoveredAt", column) if name)
        return f"{found_in_time('n')} AND n.recordedAt <= k AND {known_to('n', 'c', counts('n'), same + counts('c'))}"

    def seek(column: str, most: str = "$walked") -> str:
        there = f"n.{column} = x.id AND " if column else ""
        order = f"n.{column} DESC, " if column else ""
        return (
            f"MATCH (n:Problem) WHERE {there}{own(column)} AND n.id > '' "
            f"RETURN n ORDER BY {order}{ORDER.order('n')} LIMIT {most} + 1"
        )

    def each(things: str, found: str) -> str:
        one = f"CALL (x, k, since, until) {{ {found} }}"
        return f"COLLECT {{ UNWIND CASE WHEN narrow THEN {things} END AS x {one} RETURN n }}"

    land = f"MATCH (x)<-[:FOUND_IN]-(n:Problem) WHERE {own()} RETURN n"
    then = f"c.supersededAt > k AND c.changedAt <= k AND {found_in_time('c')} AND {counts('c')}"
    # Sorted as a list: rows that wait for their turn would each hold all lists that were found before.
    return f"""WITH *,
  {each("ground", seek("siteId"))} + {each("work", seek("taskId"))} + {each("fields", land)}
  + COLLECT {{ UNWIND CASE WHEN NOT narrow THEN [1] END AS once
    CALL (k, since, until) {{ {seek("", "$ahead")} }} RETURN n }} AS there,
  COLLECT {{ MATCH (c:Former) WHERE {then} MATCH (n:Problem)-[:WAS]->(c)
    RETURN n ORDER BY {ORDER.order("c")} LIMIT $walked + 1 }} AS changedSince
WITH *, COLLECT {{ UNWIND there + changedSince AS n WITH DISTINCT n
  WITH n, {state("n", "f")} AS c RETURN [c.discoveredAt, n.id, n, c] }} AS dated
WITH *, [one IN reverse(coll.sort(dated))[0..$walked + 1] | {{n: one[2], c: one[3]}}] AS candidates
WITH *, CASE WHEN narrow THEN $walked ELSE $ahead END AS most
WITH high, t, k, persons, held, narrow, {referring("candidates[0..most]")} AS found, size(candidates) > most AS more
"""


_NEAR = f"WITH *, found[-1].c.discoveredAt AS lo, found[0].c.discoveredAt AS hi, {asked_about('found')}"
_REACH = Reach(held="held")


def _shown(compiler: Compiler, shown: tuple[Selected, ...]) -> str:
    clauses, shape = compiler.object_of("Problem", "n", shown)

    return (
        "COLLECT { UNWIND found AS row WITH row, row.n AS n, row.c AS c "
        f"RETURN {{id: n.id, discoveredAt: c.discoveredAt, site: {end('row', 'FOUND_AT')}, "
        f"area: {end('row', 'FOUND_IN')}, task: {end('row', 'FALLS_UNDER')}, "
        f"shown: head(COLLECT {{ WITH n {' '.join(clauses)} RETURN {shape.cypher()} }})}} }}"
    )
