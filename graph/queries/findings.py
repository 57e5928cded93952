"""The list of findings: one seek of a composite index, which is stopped at the page."""

from dataclasses import dataclass
from datetime import datetime

from graph.compile.cursor import Keyset, fingerprint, page_size, parse
from graph.compile.fields import Compiler
from graph.compile.roots import Moment, SourceKey, statement_of
from graph.compile.selection import Selected
from graph.compile.tree import Code, Statement
from graph.compile.visibility import OWN, Viewer, concerns
from graph.model import MODEL
from graph.model.declare import Scalar
from graph.model.identity import record_id

ORDER = Keyset("detectedAt", Scalar.INSTANT, descending=True)


@dataclass(frozen=True)
class FindingFilter:
    """Which findings, [since, until) by the instant since which they are so. `withdrawn` None: those too."""

    key: SourceKey | None = None
    kind: str | None = None
    severity: str | None = None
    person: str | None = None
    organization: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    withdrawn: bool | None = False


def findings(where: FindingFilter, selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
    """Columns: high, t, k and data, the connection; newest first."""
    compiler = Compiler(MODEL)
    mark = fingerprint("Finding", where)
    size = compiler.parameter(page_size(selected.arguments.get("first")))
    after: tuple[str, str] | None = None
    if selected.arguments.get("after") is not None:
        value, record = parse(selected.arguments["after"], ORDER, mark)
        after = compiler.parameter(value), compiler.parameter(record)
    asked = _asked(where, compiler, viewer)
    clauses = (_sought(where, compiler, asked, after), f"WITH n LIMIT {size} + 1")
    rows = compiler.rows_of(clauses, "Finding", "n", selected, ORDER, compiler.parameter(mark))
    total = Code(f"COUNT {{ {_sought(where, compiler, asked, None)} RETURN n }}")
    data = compiler.page_of(rows, size, selected, total)
    own = f"WITH high, t, k, {OWN} AS own\n" if viewer.for_department else ""
    return statement_of(compiler, data, moment, viewer, own)


def _asked(where: FindingFilter, compiler: Compiler, viewer: Viewer) -> list[str]:
    """Conditions of a finding `n`."""
    columns = (("kind", where.kind), ("severity", where.severity), ("subjectId", where.subject))
    asked = [f"n.{name} = {compiler.parameter(value)}" for name, value in columns if value is not None]
    asked += [
        f"EXISTS {{ MATCH (n)<-[:ACCOUNTABLE_IN]-(a) WHERE a.{name} = {compiler.parameter(value)} }}"
        for name, value in (("personId", where.person), ("organizationId", where.organization))
        if value is not None
    ]
    if where.withdrawn is not None:
        asked.append("n.withdrawnAt <= k" if where.withdrawn else "n.withdrawnAt > k")
    if not viewer.oversees:
        asked.append(concerns("n", viewer, "own"))
    return ["n.recordedAt <= k", *asked]


def _sought(where: FindingFilter, compiler: Compiler, asked: list[str], after: tuple[str, str] | None) -> str:
    """Binds `n`, in the order of the list; by the index of those concerned where one of them is asked about."""
    if where.key is not None:
        record = compiler.parameter(record_id(where.key.source, where.key.source_id))
        bounds = _bounds(where, compiler, after)
        return f"MATCH (n:Record {{id: {record}}}) WHERE n:Finding AND {' AND '.join(asked)}{bounds}"
    columns = (("kind", where.kind), ("severity", where.severity), ("subjectId", where.subject))
    concerned = (("personId", where.person), ("organizationId", where.organization))
    for name, value in concerned:
        if value is not None:
            own = f"a.{name} = {compiler.parameter(value)} AND a.findingId > ''"
            bounds = _bounds(where, compiler, after).replace("n.id", "a.findingId").replace("n.", "a.")
            return (
                f"MATCH (a:Accountable) WHERE {own}{bounds} MATCH (a)-[:ACCOUNTABLE_IN]->(n) WHERE "
                f"{' AND '.join(asked)} WITH n, a ORDER BY a.{name} DESC, a.detectedAt DESC, a.findingId DESC WITH n"
            )
    name = next((name for name, value in reversed(columns) if value is not None), None)
    order = f"n.{name} DESC, " if name else ""
    return (
        f"MATCH (n:Finding) WHERE n.id > '' AND n.detectedAt IS NOT NULL AND {' AND '.join(asked)}"
        f"{_bounds(where, compiler, after)} WITH n ORDER BY {order}{ORDER.order('n')}"
    )


def _bounds(where: FindingFilter, compiler: Compiler, after: tuple[str, str] | None) -> str:
    bounds = [
        f"n.detectedAt {sign} {compiler.parameter(value)}"
        for sign, value in ((">=", where.since), ("<", where.until))
        if value is not None
    ]
    if after is not None:
        bounds.append(ORDER.after("n", *after))
    return "".join(f" AND {bound}" for bound in bounds)
