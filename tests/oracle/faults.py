"""Faults planted in the trace's statement, each a mistake that somebody could make."""

FAULTS: dict[str, tuple[str, str]] = {
    "an interval still holds on the instant of its end": ("t < v.validTo", "t <= v.validTo"),
    "an interval begins just after its start": ("v.validFrom <= t AND", "v.validFrom < t AND"),
    "a corrected version still exists": ("AND k < v.supersededAt", ""),
    "a version exists just after its record time": ("v.recordedAt <= k", "v.recordedAt < k"),
    "asOf defaults to now": ("coalesce(asOf, current.discoveredAt, current.issuedAt, $now)", "coalesce(asOf, $now)"),
    "asOf of an instruction defaults to now": (
        "current.discoveredAt, current.issuedAt, $now",
        "current.discoveredAt, $now",
    ),
    "an instruction has the organizations of its task": (
        "CASE WHEN subject:Instruction THEN [row",
        "CASE WHEN false THEN [row",
    ),
    "the area around an area is not looked for": (
        "UNWIND rows AS row WITH row WHERE row.type = 'WITHIN'",
        "UNWIND [] AS row WITH row",
    ),
    "superiors are followed one step only": (
        "UNWIND rows AS row WITH row WHERE row.type = 'REPORTS'",
        "UNWIND [] AS row WITH row",
    ),
    "posts of organizations below do not count": ("[row IN postings WHERE row.n IN concerned]", "[]"),
    "the present state of a problem is taken for its state then": (
        "CASE WHEN subject['changedAt'] <= k THEN subject ELSE",
        "CASE WHEN true THEN subject ELSE",
    ),
    "events are known before they were recorded": ("WHERE e.recordedAt <= k WITH e ORDER", "WITH e ORDER"),
    "only organizations that lead a task count": (
        "|LEADS_TO|ASSISTS_TO|ANSWERS_FOR_TO]-(r)",
        "|LEADS_TO]-(r)",
    ),
    "a post's organization is the present one": ("r.validFrom <= e.at AND e.at < r.validTo", "true"),
}
"""What is wrong, and the text of the statement that is replaced (everywhere), by what."""
