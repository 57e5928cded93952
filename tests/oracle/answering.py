"""The oracle's other readings: what a person answered for, who answers for a problem, and where nobody does."""

from datetime import datetime
from typing import Any

from tests.oracle.reading import LEVELS, Reading
from tests.oracle.records import County

Row = dict[str, Any]


def accountable_for(county: County, person: str, since: datetime, until: datetime, known_at: datetime) -> list[Row]:
    """Problems on whose trace, at their own instant, the person is a holder on lines 1 to 4; newest first."""
    found: list[tuple[datetime, str, Row]] = []
    for problem in county.things.values():
        if problem.kind != "Problem" or problem.recorded_at > known_at:
            continue
        discovered = problem.known(known_at)["discovered"]
        if not since <= discovered < until:
            continue
        lines = Reading(county, problem.id, discovered, known_at).lines()
        own = [hop for line in lines[:4] for hop in line["hops"] if hop["holder"] and hop["holder"]["id"] == person]
        if own:
            best = min(LEVELS.index(hop["level"]) for hop in own)
            hop = next(hop for hop in own if LEVELS.index(hop["level"]) == best)
            row = {"level": hop["level"], "role": hop["role"], "post": {"id": hop["post"]["id"]}}
            found.append((discovered, problem.id, {**row, "problem": {"id": problem.id}}))
    return [row for _, _, row in sorted(found, key=lambda entry: entry[:2], reverse=True)]
