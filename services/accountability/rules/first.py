"""Who answers first for each problem of a page."""

from collections.abc import Mapping
from typing import Any

from services.accountability.rules.lines import Levels, responsible
from services.accountability.rules.near import Near, Subject


def first_holders(beside: Mapping[str, Any], at: Any, levels: Levels) -> dict[str, tuple[str, str]]:
    """Of each problem's id the post and its holder. `beside`: as graph.queries.responsible brings it, `at` likewise."""
    near, instant = Near.read(beside["near"]), at
    found: dict[str, tuple[str, str]] = {}
    for problem, site, area, task, assigned in beside["problems"]:
        hop = responsible(near.facts(Subject(site, area, task), instant), assigned, levels)
        if hop is not None and hop.post is not None and hop.holder is not None:
            found[problem] = hop.post, hop.holder
    return found
