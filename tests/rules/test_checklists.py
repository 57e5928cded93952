"""What was found by a checklist is held against all of it, and everything that is wrong is told at once."""

import pytest

from graph.model.enums import ItemOutcome, Severity, SiteType
from services.campaign.rulebook import shipped
from services.campaign.rules import Checklist, ChecklistItem, ItemFound, result_faults

PASSED, FAILED, NOT_APPLICABLE = ItemOutcome


def checklist(code: str, kinds: tuple[SiteType, ...], *items: str) -> Checklist:
    made = tuple(ChecklistItem(item, f"项目{item}", item, Severity.NORMAL, "ASSUMED") for item in items)
    return Checklist(code, "清单", "List", kinds, "ASSUMED", made)


LISTS = (
    checklist("YARD", (SiteType.COAL_YARD, SiteType.CONSTRUCTION), "A", "B"),
    checklist("KITCHEN", (SiteType.RESTAURANT,), "C"),
)
A, B, C = (ItemFound(item, PASSED) for item in "ABC")


@pytest.mark.parametrize(
    ("code", "kind", "found", "faults"),
    [
        ("YARD", SiteType.CONSTRUCTION, (A, B), []),
        ("YARD", SiteType.COAL_YARD, (B, A), []),
        ("YARD", SiteType.RESTAURANT, (A, B), ["BAD_INPUT checklist"]),
        ("KITCHEN", SiteType.CONSTRUCTION, (C,), ["BAD_INPUT checklist"]),
        ("GARDEN", SiteType.CONSTRUCTION, (A, B), ["NOT_FOUND checklist"]),
        ("YARD", SiteType.CONSTRUCTION, (), ["BAD_INPUT results", "BAD_INPUT results"]),
        ("YARD", SiteType.CONSTRUCTION, (A,), ["BAD_INPUT results"]),
        ("YARD", SiteType.CONSTRUCTION, (A, B, A), ["BAD_INPUT results.2.item"]),
        ("YARD", SiteType.CONSTRUCTION, (A, B, C), ["NOT_FOUND results.2.item"]),
        ("YARD", SiteType.CONSTRUCTION, (A, ItemFound("X", PASSED)), ["NOT_FOUND results.1.item", "BAD_INPUT results"]),
        ("YARD", SiteType.CONSTRUCTION, (A, ItemFound("B", FAILED)), ["MISSING_EVIDENCE results.1.evidence"]),
        (
            "YARD",
            SiteType.CONSTRUCTION,
            (A, ItemFound("B", FAILED, " ", (" ",))),
            ["MISSING_EVIDENCE results.1.evidence"],
        ),
        ("YARD", SiteType.CONSTRUCTION, (A, ItemFound("B", FAILED, "缺口")), []),
        ("YARD", SiteType.CONSTRUCTION, (A, ItemFound("B", FAILED, None, ("b.jpg",))), []),
        (
            "YARD",
            SiteType.CONSTRUCTION,
            (A, ItemFound("B", NOT_APPLICABLE, None, ("b.jpg",))),
            ["MISSING_NOTE results.1.note"],
        ),
        ("YARD", SiteType.CONSTRUCTION, (A, ItemFound("B", NOT_APPLICABLE, "无")), []),
    ],
)
def test_what_was_found_is_held_against_the_whole_list(
    code: str, kind: SiteType, found: tuple[ItemFound, ...], faults: list[str]
) -> None:
    assert [f"{fault.code} {fault.path}" for fault in result_faults(code, kind, found, LISTS)] == faults


def test_what_is_wrong_says_what_would_be_right() -> None:
    def messages(code: str, *found: ItemFound) -> list[str]:
        return [fault.message for fault in result_faults(code, SiteType.CONSTRUCTION, found, LISTS)]

    assert messages("GARDEN") == ["the rulebook has no checklist GARDEN; of those for CONSTRUCTION: YARD"]
    assert messages("KITCHEN") == ["KITCHEN is for sites of the kind RESTAURANT; this site is of the kind CONSTRUCTION"]
    assert messages("YARD", A, B, C) == ["YARD has no item C: it is one of KITCHEN, for RESTAURANT"]
    assert messages("YARD", A) == ["nothing is said of B (项目B); give PASSED, FAILED or NOT_APPLICABLE"]


def test_the_shipped_ten_are_ten_and_assumed_since_no_document_names_them() -> None:
    (ten,) = (one for one in shipped().checklists if SiteType.CONSTRUCTION in one.site_kinds)
    assert len(ten.items) == 10
    assert {item.basis for item in ten.items} == {"ASSUMED"}
    assert ten.basis.startswith("speech:clause-2-2")


def test_the_code_knows_no_checklist_by_name() -> None:
    assert shipped().checklist("CONSTRUCTION_TEN") is not None
    assert shipped().checklist("SOLVENTS") is None
