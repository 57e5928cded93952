"""By which checklist a sweep goes, which inspection counts for it, and when it may be closed."""

from datetime import timedelta
from typing import Any

import pytest

from graph.model.enums import Severity, SiteType
from services.campaign.rules import Checklist, ChecklistItem
from services.oversight.rules import SweepRefused, SweepStands, checklist_for, closing, inspected_for
from tests.world import at

START = at("2024-12-16T09:00+08:00")
HOUR = timedelta(hours=1)
OPEN = SweepStands(START, "starter", "YARD")
CLOSED = SweepStands(START, "starter", "YARD", START + HOUR)
BUILDING, COAL, KITCHEN = SiteType.CONSTRUCTION, SiteType.COAL_YARD, SiteType.RESTAURANT


def listed(code: str, *kinds: SiteType) -> Checklist:
    return Checklist(
        code, "清单", "List", kinds, "ASSUMED", (ChecklistItem("A", "甲", "A", Severity.NORMAL, "ASSUMED"),)
    )


LISTS = (listed("YARD", BUILDING, COAL), listed("COAL", COAL))


def shown(refused: SweepRefused | Checklist | None) -> str | None:
    return f"{refused.code} {refused.path}" if isinstance(refused, SweepRefused) else refused and refused.code


@pytest.mark.parametrize(
    ("kinds", "named", "expected"),
    [
        ((BUILDING,), None, "YARD"),
        ((BUILDING, COAL), None, "YARD"),
        ((COAL,), None, "BAD_INPUT checklist"),
        ((COAL,), "COAL", "COAL"),
        ((BUILDING,), "COAL", "NOT_FOUND checklist"),
        ((BUILDING, COAL), "COAL", "NOT_FOUND checklist"),
        ((KITCHEN,), None, "NOT_FOUND siteKinds"),
        ((BUILDING, KITCHEN), None, "NOT_FOUND siteKinds"),
    ],
)
def test_one_checklist_is_for_all_kinds(kinds: tuple[SiteType, ...], named: str | None, expected: str) -> None:
    assert shown(checklist_for(kinds, named, LISTS)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"at": START}, None),
        ({"at": START - HOUR}, "OUT_OF_ORDER inspectedAt"),
        ({"in_sweep": False}, "NOT_FOUND sweep"),
        ({"inspection": "before"}, "ILLEGAL_TRANSITION sweep"),
        ({"checklist": "COAL"}, "BAD_INPUT checklist"),
        ({"sweep": CLOSED}, "ILLEGAL_TRANSITION sweep"),
    ],
)
def test_which_inspection_counts(given: dict[str, Any], expected: str | None) -> None:
    asked: dict[str, Any] = {
        "sweep": OPEN,
        "checklist": "YARD",
        "at": START + HOUR,
        "in_sweep": True,
        "inspection": None,
    }
    assert shown(inspected_for(**(asked | given))) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"person": "starter"}, None),
        ({"at": START + HOUR / 2}, "OUT_OF_ORDER at"),
        ({"at": START - HOUR, "last": None}, "OUT_OF_ORDER at"),
        ({"at": START, "last": None}, None),
        ({"remaining": 1}, "MISSING_NOTE reason"),
        ({"remaining": 1, "reason": " "}, "MISSING_NOTE reason"),
        ({"remaining": 1, "reason": "停工"}, None),
        ({"remaining": 1, "reason": "停工", "person": "starter"}, "SAME_PERSON person"),
        ({"sweep": CLOSED}, "ILLEGAL_TRANSITION sweep"),
    ],
)
def test_when_a_sweep_may_be_closed(given: dict[str, Any], expected: str | None) -> None:
    asked: dict[str, Any] = {
        "sweep": OPEN,
        "at": START + HOUR,
        "person": "other",
        "reason": None,
        "remaining": 0,
        "last": START + HOUR,
    }
    assert shown(closing(**(asked | given))) == expected
