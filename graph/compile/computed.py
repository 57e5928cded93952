"""Fields worked out of a record's state, as of `t`. Each says what a rule says, and a test holds the two together."""

from collections.abc import Callable

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


COMPUTED: dict[tuple[str, str], Callable[[str, Selected], str]] = {
    ("Problem", "overdue"): _overdue,
    ("Recipient", "breaches"): _breaches,
}
"""By label and field: the state's variable, and what is asked → an expression."""
