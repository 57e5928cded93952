"""The law of the oversight room, pure: the life of a problem."""

from services.oversight.rules.life import (
    PROPOSES_DUE_AT,
    SETS_DUE_AT,
    TRANSITIONS,
    Action,
    Life,
    RefusalCode,
    Refused,
    Status,
    Step,
    Transition,
    apply,
    begin,
    dump,
    has_run_out,
    is_overdue,
    load,
    possible,
    replay,
)

__all__ = [
    "PROPOSES_DUE_AT", "SETS_DUE_AT", "TRANSITIONS", "Action", "Life", "RefusalCode", "Refused", "Status", "Step",
    "Transition", "apply", "begin", "dump", "has_run_out", "is_overdue", "load", "possible", "replay",
]  # fmt: skip
