"""Faults planted in the trace's statement, each a mistake that somebody could make."""

FAULTS: dict[str, tuple[str, str]] = {
    "an interval still holds on the instant of its end": ("t < r.validTo", "t <= r.validTo"),
    "an interval begins just after its start": ("r.validFrom <= t AND", "r.validFrom < t AND"),
    "a corrected version still exists": ("AND k < r.supersededAt", ""),
    "a version exists just after its record time": ("r.recordedAt <= k", "r.recordedAt < k"),
    "asOf defaults to now": ("coalesce(asOf, current.discoveredAt, current.issuedAt, $now)", "coalesce(asOf, $now)"),
    "asOf of an instruction defaults to now": (
        "current.discoveredAt, current.issuedAt, $now",
        "current.discoveredAt, $now",
    ),
    "an instruction has the organizations of its task": (
        "CASE WHEN subject:Instruction THEN COLLECT",
        "CASE WHEN false THEN COLLECT",
    ),
    "a problem's own area goes before its site's": (
        "coalesce(\n  head(COLLECT { MATCH (site)",
        "coalesce(head(COLLECT { MATCH (current)-[:FOUND_IN]->(y) RETURN y }),\n  head(COLLECT { MATCH (site)",
    ),
    "superiors are followed one step only": ("UNWIND found1 AS row", "UNWIND [] AS row"),
    "posts of organizations below do not count": ("UNWIND concerned AS o", "UNWIND [] AS o"),
    "the present state of a problem is taken for its state then": (
        "CASE WHEN subject['changedAt'] <= k THEN subject ELSE",
        "CASE WHEN true THEN subject ELSE",
    ),
    "events are known before they were recorded": ("WHERE e.recordedAt <= k RETURN e", "RETURN e"),
    "only organizations that lead a task count": (
        "(y)<-[:LEADS_TO|ASSISTS_TO|ANSWERS_FOR_TO]-(r)",
        "(y)<-[:LEADS_TO]-(r)",
    ),
    "a post's organization is the present one": ("r.validFrom <= e.at AND e.at < r.validTo", "true"),
}
"""What is wrong, and the text of the statement that is replaced (everywhere), by what."""
