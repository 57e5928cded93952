"""Who answers first for each problem of a page."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.accountability.rules.lines import Levels, responsible
from services.accountability.rules.near import Near, Subject


def first_holders(beside: Mapping[str, Any], at: Any, levels: Levels) -> dict[str, tuple[str, str]]:
    """Of each problem's id the post and its holder. `beside`: as graph.queries.responsible brings it, `at` likewise."""
    near = Near(beside["near"])
    held = near.held(at, levels.level_above)

    @cache  # many of a page are of one organization, at a few sites
    def first(subject: Subject, assigned: str | None) -> tuple[str, str] | None:
        return responsible(near.about(subject, at), assigned, levels, held)

    found: dict[str, tuple[str, str]] = {}
    for problem, site, area, task, assigned in beside["problems"]:
        who = first(Subject(site, area, task), assigned)
        if who is not None:
            found[problem] = who
    return found
