"""The law of the oversight room, pure: the life of a problem, its rectification and transfer, draws, sweeps."""

from services.oversight.rules.deadlines import falls_due_at, is_noticed_overdue, is_overdue, notice
from services.oversight.rules.drawing import draw, fingerprint
from services.oversight.rules.grounds import Told, receipts, rests_on
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
    load,
    possible,
    replay,
)
from services.oversight.rules.rectification import (
    REOPENS,
    Shown,
    bad_evidence,
    dependent,
    may_not_look_back,
    undescribed,
)
from services.oversight.rules.sweeps import SweepRefused, SweepStands, checklist_for, closing, inspected_for

__all__ = [
    "PROPOSES_DUE_AT", "REOPENS", "SETS_DUE_AT", "TRANSITIONS", "Action", "Life", "RefusalCode", "Refused", "Shown",
    "Status", "Step", "SweepRefused", "SweepStands", "Told", "Transition", "apply", "bad_evidence", "begin",
    "checklist_for", "closing", "dependent", "draw", "dump", "falls_due_at", "fingerprint", "has_run_out",
    "inspected_for", "is_noticed_overdue", "is_overdue", "load", "may_not_look_back", "notice", "possible", "receipts",
    "replay", "rests_on", "undescribed",
]  # fmt: skip
