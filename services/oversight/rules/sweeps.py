"""Sweeps: by which checklist all similar sites are inspected, which inspection counts, and when a sweep may be closed.

Chosen where the domain leaves it open:

- *Once.* A site is inspected once for a sweep; what fails opens problems, which have a life of their own.
- *Late* inspections are recorded like others, and show as late. Refusing them would hide them.
- *Closing with sites that remain* needs a reason, and another person than the one who started it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph.model.enums import SiteType
from services.campaign.rules import Checklist


class SweepCode(StrEnum):
    """Why something is refused."""

    NOT_FOUND = "NOT_FOUND"
    BAD_INPUT = "BAD_INPUT"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    MISSING_NOTE = "MISSING_NOTE"
    SAME_PERSON = "SAME_PERSON"


@dataclass(frozen=True, slots=True)
class SweepRefused:
    """Why it is refused, and which field (`path`, as in the API) is at fault."""

    code: SweepCode
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class SweepStands:
    """A sweep: when it started and by whom, when it was closed, by which checklist its sites are inspected."""

    started_at: datetime
    started_by: str | None
    checklist: str
    closed_at: datetime | None = None


def checklist_for(
    kinds: Sequence[SiteType], named: str | None, checklists: Sequence[Checklist]
) -> Checklist | SweepRefused:
    """The checklist for all these kinds of site: the one that is named, else the only one there is."""
    able = [one for one in checklists if set(kinds) <= set(one.site_kinds)]
    text = ", ".join(kind.value for kind in kinds)
    if named is not None:
        found = next((one for one in able if one.code == named), None)
        known = ", ".join(one.code for one in able) or "none"
        message = f"the rulebook has no checklist {named} for {text}; it has {known}"
        return found or SweepRefused(SweepCode.NOT_FOUND, "checklist", message)
    if not able:
        message = f"the rulebook has no checklist for {text}, so nobody could inspect these sites; name other kinds"
        return SweepRefused(SweepCode.NOT_FOUND, "siteKinds", message)
    if len(able) > 1:
        message = f"several checklists are for {text}; name one of {', '.join(one.code for one in able)}"
        return SweepRefused(SweepCode.BAD_INPUT, "checklist", message)
    return able[0]


def inspected_for(
    sweep: SweepStands, checklist: str, at: datetime, in_sweep: bool, inspection: str | None
) -> SweepRefused | None:
    """Why an inspection does not count for a sweep; `inspection`: that which the site had already."""
    if not in_sweep:
        message = "the site is none of this sweep, whose sites were fixed when it started; leave the sweep out"
        return SweepRefused(SweepCode.NOT_FOUND, "sweep", message)
    if sweep.closed_at is not None:
        message = f"the sweep was closed at {sweep.closed_at.isoformat()}; record the inspection without it"
        return SweepRefused(SweepCode.ILLEGAL_TRANSITION, "sweep", message)
    if inspection is not None:
        message = f"the site was inspected for this sweep by {inspection}; record another inspection without the sweep"
        return SweepRefused(SweepCode.ILLEGAL_TRANSITION, "sweep", message)
    if checklist != sweep.checklist:
        message = f"the sites of this sweep are inspected by {sweep.checklist}"
        return SweepRefused(SweepCode.BAD_INPUT, "checklist", message)
    if at < sweep.started_at:
        message = f"{at.isoformat()} lies before the sweep started at {sweep.started_at.isoformat()}"
        return SweepRefused(SweepCode.OUT_OF_ORDER, "inspectedAt", message)
    return None


def closing(
    sweep: SweepStands, at: datetime, person: str, reason: str | None, remaining: int, last: datetime | None
) -> SweepRefused | None:
    """Why a sweep may not be closed; `last`: when a site of it was last inspected."""
    if sweep.closed_at is not None:
        message = f"the sweep was closed at {sweep.closed_at.isoformat()} already"
        return SweepRefused(SweepCode.ILLEGAL_TRANSITION, "sweep", message)
    since = max(sweep.started_at, last or sweep.started_at)
    if at < since:
        message = f"{at.isoformat()} lies before {since.isoformat()}, when something happened in it last"
        return SweepRefused(SweepCode.OUT_OF_ORDER, "at", message)
    if remaining and not (reason and reason.strip()):
        message = f"{remaining} of its sites were not inspected; inspect them, or say why it is closed without"
        return SweepRefused(SweepCode.MISSING_NOTE, "reason", message)
    if remaining and person == sweep.started_by:
        message = "another person than the one who started it must close it while sites remain"
        return SweepRefused(SweepCode.SAME_PERSON, "person", message)
    return None
