"""The oracle's other readings: what a person answered for, who answers for a problem, and where nobody does."""

from datetime import datetime, timedelta
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


def similar(county: County, subject: str, as_of: datetime | None, known_at: datetime, closed: set[str]) -> list[Row]:
    """Problems that are not closed whose near hops have a person or a gap of the subject's; newest first."""
    own = county.things[subject].known(known_at)
    people, lacks = near_hops(county, subject, as_of or own["discovered"], known_at)
    found: list[tuple[datetime, str, Row]] = []
    for problem in county.things.values():
        if problem.kind != "Problem" or problem.recorded_at > known_at or problem.id in {subject, *closed}:
            continue
        discovered = problem.known(known_at)["discovered"]
        others, missing = near_hops(county, problem.id, discovered, known_at)
        if people & others or lacks & missing:
            row = {"problem": {"id": problem.id}, "holders": [{"id": one} for one in sorted(people & others)]}
            found.append((discovered, problem.id, {**row, "gaps": sorted({lack[0] for lack in lacks & missing})}))
    return [row for _, _, row in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def near_hops(county: County, subject: str, at: datetime, known_at: datetime) -> tuple[set[str], set[tuple[str, ...]]]:
    """Who holds a DIRECT or SUPERVISORY hop, and what is missing there: of a post anywhere, else on its line alone."""
    reading = Reading(county, subject, at, known_at)
    people, lacks = set[str](), set[tuple[str, ...]]()
    for line in reading.lines():
        for hop in line["hops"]:
            if hop["level"] == "LEADERSHIP":
                continue
            if hop["holder"]:
                people.add(hop["holder"]["id"])
            if hop["gap"] and hop["post"]:
                lacks.add((hop["gap"], hop["post"]["id"]))
            elif hop["gap"]:
                named = hop["area"] or hop["organization"]
                place = reading.task if line["kind"] == "TASK" else reading.site
                lacks.add((hop["gap"], line["kind"], named["id"] if named else str(place)))
    return people, lacks


def gaps(county: County, as_of: datetime, known_at: datetime) -> list[Row]:
    """Every subject with a gap, since when, in order."""
    found: list[Row] = []
    for kind in ("Area", "Task", "SiteKind", "Post", "Site"):
        things = [thing for thing in county.things.values() if thing.kind == kind and thing.recorded_at <= known_at]
        for thing in sorted(things, key=lambda thing: thing.id):
            gap = gap_of(county, thing.id, as_of, known_at)
            if gap:
                since = since_when(county, thing.id, gap, as_of, known_at)
                found.append({"kind": gap, "since": since, "subject": {"__typename": kind, "id": thing.id}})
    return found


def since_when(county: County, thing: str, gap: str, as_of: datetime, known_at: datetime) -> datetime | None:
    """Back from the instant over every change there is in the county, as long as it is so."""
    edges = {edge for fact in county.facts for edge in (fact.since, fact.until) if edge <= as_of}
    since: datetime | None = None
    for edge in sorted(edges, reverse=True):
        if gap_of(county, thing, edge, known_at) != gap:
            return since
        since = edge
    before = min(edges) - timedelta(days=1)
    return None if gap_of(county, thing, before, known_at) == gap else since


def gap_of(county: County, thing: str, at: datetime, known_at: datetime) -> str | None:
    """UNASSIGNED where its line has such a hop of its own; of a post what is wrong with it."""
    reading = Reading(county, thing, at, known_at)
    kind = county.things[thing].kind
    if kind == "Post":
        return gap_of_post(reading, thing)
    if kind == "SiteKind":  # as of a site of that kind with nothing of its own
        reading.site = thing
    line = {"Area": 0, "Task": 2}.get(kind, 1)
    hops = [hop for hop in reading.lines()[line]["hops"] if hop["gap"] == "UNASSIGNED"]
    own = [hop for hop in hops if kind != "Area" or hop["area"]["id"] == thing]
    return "UNASSIGNED" if own else None


def gap_of_post(reading: Reading, post: str) -> str | None:
    duties = reading.facts("RESPONSIBILITY", from_=post)
    if all(duty.attributes["role"] == "SUPERIOR" for duty in duties):
        return None
    above, ahead = set[str](), [post]
    while ahead:
        new = {fact.to for fact in reading.facts("REPORTS", from_=ahead.pop())} - above
        above |= new
        ahead += new
    if post in above:
        return "CYCLE"
    persons = {record.from_ for record in reading.facts("MEMBERSHIP", to=post)}
    return "VACANT" if not persons else "OVERLAPPING" if len(persons) > 1 else None


def responsible(county: County, problem: str, assigned: str | None, at: datetime, known_at: datetime) -> Row | None:
    """The first holder: TASK line of the assigned organization, before INDUSTRY, before TERRITORIAL."""
    reading = Reading(county, problem, at, known_at)
    territorial, industry, task = (line["hops"] for line in reading.lines()[:3])
    own = [hop for hop in task if hop["post"] and assigned and reading.is_of(hop["post"]["id"], assigned)]
    for hop in (*own, *industry, *territorial):
        if hop["holder"]:
            return {"holder": {"id": hop["holder"]["id"]}, "post": {"id": hop["post"]["id"]}}
    return None
