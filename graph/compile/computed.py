"""Fields worked out of a record's state, as of `t`. Each says what a rule says, and a test holds the two together."""

from collections.abc import Callable

from graph.compile.moment import state
from graph.compile.selection import Selected


def _overdue(problem: str, _: Selected) -> str:
    return f"({problem}.dueAt < t AND NOT {problem}.status IN ['CLOSED', 'REJECTED', 'SUSPENDED'])"


def _breaches(recipient: str, selected: Selected) -> str:
    """What services.campaign.rules.breaches says of it: what is done at the very instant of the clock is in time."""
    s = recipient
    answer = f"CASE WHEN {s}.acknowledgedAt <= {s}.answerBy THEN 'ANSWERED_LATE' ELSE 'SILENT' END"
    clocks = ", ".join(
        f"{{kind: {kind}, by: {s}.{by}, done: {s}.{done}}}"
        for kind, by, done in (
            ("'NOT_ACKNOWLEDGED'", "acknowledgeBy", "acknowledgedAt"),
            ("'NOT_ACTED'", "actBy", "actedAt"),
            (answer, "answerBy", "answeredAt"),
        )
    )
    shown = {
        "kind": "b.kind",
        "dueAt": "b.by",
        "doneAt": "CASE WHEN b.done <= t THEN b.done END",
        "__typename": "'Breach'",
    }
    entries = ", ".join(f"`{part.key}`: {shown[part.name]}" for part in selected.only())
    return f"[b IN [{clocks}] WHERE b.by < t AND (b.done IS NULL OR b.done > b.by) | {{{entries}}}]"


def _progress(feedback: str, selected: Selected) -> str:
    """Its problems counted by how they stood as known at `k`."""
    overdue = _overdue("s", selected)
    opened = "NOT s.status IN ['CLOSED', 'REJECTED']"
    counts = {
        "total": "count(*)",
        "open": f"sum(CASE WHEN {opened} THEN 1 ELSE 0 END)",
        "overdue": f"sum(CASE WHEN {overdue} THEN 1 ELSE 0 END)",
        "submitted": "sum(CASE WHEN s.status = 'SUBMITTED' THEN 1 ELSE 0 END)",
        "closed": "sum(CASE WHEN s.status = 'CLOSED' THEN 1 ELSE 0 END)",
        "rejected": "sum(CASE WHEN s.status = 'REJECTED' THEN 1 ELSE 0 END)",
        "falseRectifications": "sum(CASE WHEN b THEN 1 ELSE 0 END)",
        "__typename": "'FeedbackProgress'",
    }
    entries = ", ".join(f"`{part.key}`: {counts[part.name]}" for part in selected.only())
    return (
        f"head(COLLECT {{ MATCH ({feedback})<-[:FED_BACK_IN]-(p:Problem) WHERE p.recordedAt <= k "
        f"WITH {state('p', 'f')} AS s, EXISTS {{ MATCH (p)<-[:LOOKS_BACK_AT]-(l:LookBack) WITH {state('l', 'g')} AS l "
        f"WHERE l.outcome = 'FALSE_RECTIFICATION' AND l.lookedAt <= t }} AS b RETURN {{{entries}}} }})"
    )


def _late(due: str, done: str) -> Callable[[str, Selected], str]:
    """That what was to be done by `due` was not done by then; done at the very instant is in time."""
    return lambda record, _: f"({record}.{due} < t AND coalesce({record}.{done} > {record}.{due}, true))"


_CHECKED = "<-[:CHECKS]-(checking:Inspection) WHERE checking.recordedAt <= k AND checking.inspectedAt <= t"


def _swept(sweep: str, condition: str = "") -> str:
    """How many of its sites were inspected by then; by its id, since a former state has the id alone."""
    return f"COUNT {{ MATCH (:Record {{id: {sweep}.id}})<-[:IN_SWEEP]-(:SweptSite){_CHECKED}{condition} }}"


def _remaining(sweep: str, _: Selected) -> str:
    return f"(COUNT {{ MATCH (:Record {{id: {sweep}.id}})<-[:IN_SWEEP]-(:SweptSite) }} - {_swept(sweep)})"


def _sweep_overdue(sweep: str, selected: Selected) -> str:
    return f"({sweep}.dueAt < t AND coalesce({sweep}.closedAt > t, true) AND {_remaining(sweep, selected)} > 0)"


def _site_state(site: str, _: Selected) -> str:
    passed = f"head(COLLECT {{ MATCH ({site}){_CHECKED} RETURN checking.passed }})"
    return f"CASE {passed} WHEN true THEN 'PASSED' WHEN false THEN 'FAILED' ELSE 'PENDING' END"


def _site_late(site: str, _: Selected) -> str:
    done = f"head(COLLECT {{ MATCH ({site}){_CHECKED} RETURN checking.inspectedAt }})"
    return f"({site}.dueAt < t AND coalesce({done} > {site}.dueAt, true))"


def _withdrawn_because(finding: str, _: Selected) -> str:
    return f"CASE WHEN {finding}.withdrawnAt <= k THEN {finding}.withdrawal END"


COMPUTED: dict[tuple[str, str], Callable[[str, Selected], str]] = {
    ("Problem", "overdue"): _overdue,
    ("Recipient", "breaches"): _breaches,
    ("Feedback", "progress"): _progress,
    ("Sweep", "checked"): lambda sweep, _: _swept(sweep),
    ("Sweep", "failed"): lambda sweep, _: _swept(sweep, " AND NOT checking.passed"),
    ("Sweep", "remaining"): _remaining,
    ("Sweep", "overdue"): _sweep_overdue,
    ("SweptSite", "state"): _site_state,
    ("SweptSite", "late"): _site_late,
    ("LookBack", "late"): _late("dueAt", "lookedAt"),
    ("Patrol", "late"): _late("endsAt", "doneAt"),
    ("Urging", "late"): _late("answerBy", "answeredAt"),
    ("Transfer", "acknowledgedLate"): _late("acknowledgeBy", "acknowledgedAt"),
    ("Transfer", "decidedLate"): _late("decideBy", "decidedAt"),
    ("Finding", "withdrawnBecause"): _withdrawn_because,
}
"""By label and field: the state's variable, and what is asked → an expression."""
