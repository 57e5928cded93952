"""Reads of the oversight room beyond look-ups."""

from collections.abc import AsyncGenerator
from enum import Enum
from typing import Any

import strawberry

from graph.compile import roots, worklists
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment, SourceKey
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.compile.visibility import Viewer
from graph.compile.worklists import EVERYTHING, PROBLEMS, Conditions
from graph.queries.feed import Wanted
from schema.enums import ProblemStatus, SiteType
from schema.errors import as_graphql
from schema.rows import row
from schema.scalars import Instant
from services.campaign.rulebook import current
from services.campaign.rules import Checklist, ChecklistItem
from services.hosting.context import Context
from services.hosting.following import follow
from services.hosting.reading import answer, conditions, selection_of, source_key
from services.oversight.types import ProblemEvent


@strawberry.input(name="ProblemFilter", description="Which problems; all conditions hold together. 问题筛选")
class ProblemFilterInput:
    source: str | None = None
    source_id: str | None = None
    assigned_to: strawberry.ID | None = strawberry.field(default=None, description="The organization that must act.")
    status: list[ProblemStatus] | None = strawberry.field(default=None, description="Any of these; none given: all.")
    site: strawberry.ID | None = None
    task: strawberry.ID | None = None

    def key(self) -> SourceKey | None:
        return source_key(self.source, self.source_id)

    def conditions(self) -> Conditions:
        return conditions({"assignedTo": self.assigned_to, "site": self.site, "task": self.task}, self.status)


@strawberry.enum(description="In which order problems stand; in DUE_AT_ASC those without a clock are last.")
class ProblemOrder(Enum):
    DUE_AT_ASC = "DUE_AT_ASC"
    DISCOVERED_AT_DESC = "DISCOVERED_AT_DESC"


async def problems(
    info: strawberry.Info[Context, None],
    filter: ProblemFilterInput | None = None,  # noqa: A002 - the argument's name in the schema
    order_by: ProblemOrder = ProblemOrder.DISCOVERED_AT_DESC,
    first: int | None = 20,
    after: str | None = None,
    as_of: Instant | None = None,
    known_at: Instant | None = None,
) -> Any:
    """Problems in pages. 问题列表"""
    del first, after  # read from the selection, as those of nested lists are
    key, where = (filter.key(), filter.conditions()) if filter else (None, EVERYTHING)

    def asked(s: Selected, m: Moment, v: Viewer) -> Statement:
        if key is not None:
            return roots.listing("Problem", key, s, m, v)
        return worklists.page(PROBLEMS, where, order_by.value, s, m, v)

    return (await answer(info, asked, as_of, known_at))["data"]


async def problem_count(
    info: strawberry.Info[Context, None],
    filter: ProblemFilterInput | None = None,  # noqa: A002 - the argument's name in the schema
    known_at: Instant | None = None,
) -> int:
    """How many problems the filter holds for. 问题数"""
    key, where = (filter.key(), filter.conditions()) if filter else (None, EVERYTHING)

    def asked(s: Selected, m: Moment, v: Viewer) -> Statement:
        if key is not None:
            return worklists.count_of_source("Problem", key, m, v)
        return worklists.count(PROBLEMS, where, s, m, v)

    return (await answer(info, asked, None, known_at))["data"]


def problem_events(
    info: strawberry.Info[Context, None], area: strawberry.ID | None = None, after: str | None = None
) -> AsyncGenerator[ProblemEvent]:
    """The events of problems, in the order of the log: those after the cursor, then each as it comes. 问题动态"""
    return follow(info, Wanted(problems=True, area=area), after)


def checklist(info: strawberry.Info[Context, None], code: str) -> Any:
    """The checklist of the rulebook with that code; NOT_FOUND where there is none. 清单"""
    found = current().checklist(code)
    if found is None:
        raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, f"the rulebook has no checklist {code}"))
    return row(selection_of(info).only(), _shown(found))


def checklists(info: strawberry.Info[Context, None], site_kind: SiteType | None = None) -> Any:
    """The checklists of the rulebook, or those for one kind of site. 清单列表"""
    every = (one for one in current().checklists if site_kind is None or site_kind in one.site_kinds)
    return [row(selection_of(info).only(), _shown(one)) for one in every]


def _shown(checklist: Checklist) -> dict[str, Any]:
    def said(rule: Checklist | ChecklistItem) -> dict[str, Any]:
        return {"code": rule.code, "title": rule.zh, "titleEn": rule.en, "basis": rule.basis}

    items = [{**said(item), "severity": item.severity} for item in checklist.items]
    kinds = list(checklist.site_kinds)
    return {**said(checklist), "siteKinds": kinds, "rulebook": current().version, "items": items}
