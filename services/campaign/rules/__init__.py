"""The law of the campaign room, pure: the rulebook, clocks in working time, checklists, the life of an instruction."""

from services.campaign.rules.checklists import (
    Checklist,
    ChecklistItem,
    ItemFound,
    ResultCode,
    ResultFault,
    result_faults,
)
from services.campaign.rules.clocks import Clock, Session, Unit, WorkdayCalendar, runs_out
from services.campaign.rules.findings import FindingRule
from services.campaign.rules.instructions import Breach, Refused, Reply, Step, apply, breaches, clocks_of, possible
from services.campaign.rules.rulebook import ASSUMED, Contradiction, Rulebook, contradictions, is_reference

__all__ = [
    "ASSUMED", "Breach", "Checklist", "ChecklistItem", "Clock", "Contradiction", "FindingRule", "ItemFound", "Refused",
    "Reply", "ResultCode", "ResultFault", "Rulebook", "Session", "Step", "Unit", "WorkdayCalendar", "apply",
    "breaches", "clocks_of", "contradictions", "is_reference", "possible", "result_faults", "runs_out",
]  # fmt: skip
