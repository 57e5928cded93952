"""The county's areas: county, sub-districts, zone and townships, communities and villages, unit grids.

Codes have the form of GB/T 2260 and of the statistical codes below it, under province 99, which does not exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from services.integration.county.chance import chance
from services.integration.county.clock import minute, written
from services.integration.county.folder import Row
from services.integration.county.government import (
    LEADER_ENVIRONMENT,
    SUBDISTRICTS,
    TOWNSHIP_NAMES,
    TOWNSHIPS,
    Body,
    Government,
    Post,
    Rank,
)

COUNTY = "area-county"
COUNTY_CODE = "990121"
DEMO_GRID = "grid-demo"
DEMO_WORKER = "post-grid-demo-worker"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ORDINALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六")
_URBAN_COMMUNITIES, _ZONE_COMMUNITIES, _VILLAGES = 8, 5, 12


@dataclass(frozen=True, slots=True)
class Grid:
    """A unit grid and where it lies. `worker` is its post, `covered_by` the post that answers for it, if any does."""

    area: str
    name: str
    community: str
    committee: Body
    territory: Body
    urban: bool
    worker: str
    covered_by: str


@dataclass(frozen=True)
class Territory:
    """`areas`, `committees` (organizations) and `links` are bundle rows; the others: area → its body."""

    grids: list[Grid] = field(default_factory=list[Grid])
    areas: list[Row] = field(default_factory=list[Row])
    committees: list[Row] = field(default_factory=list[Row])
    links: list[Row] = field(default_factory=list[Row])
    territories: dict[str, Body] = field(default_factory=dict[str, Body])
    communities: dict[str, Body] = field(default_factory=dict[str, Body])
    unassigned_communities: set[str] = field(default_factory=set[str])


def surveyed(government: Government, seed: int) -> Territory:
    """Areas with their committees and grids; adds the posts of both to `government.posts`."""
    draw = chance(seed, "territory")
    land = Territory()
    land.areas.append((COUNTY, "测试县", "COUNTY", COUNTY_CODE, "", "speech:org-county-government"))
    for key, name, kind, code in _divisions():
        body = government.bodies[key]
        area = f"area-{key}"
        land.territories[area] = body
        land.areas.append((area, name, kind, f"{COUNTY_CODE}{code}000", COUNTY, body.organization))
        urban = kind != "TOWNSHIP"
        for number in range(1, _communities(kind) + 1):
            _settle(government, land, draw, (key, name[0], code), number, urban=urban)
    _moved(land)
    return land


def _divisions() -> Iterator[tuple[str, str, str, str]]:
    for number, key in enumerate(SUBDISTRICTS, 1):
        yield key, f"{_STEMS[number - 1]}街道", "SUBDISTRICT", f"{number:03}"
    yield "zone", "戊开发区", "ZONE", "400"
    for number, (key, name) in enumerate(zip(TOWNSHIPS, TOWNSHIP_NAMES, strict=True)):
        yield key, name, "TOWNSHIP", f"{100 + number}"


def _communities(kind: str) -> int:
    return {"SUBDISTRICT": _URBAN_COMMUNITIES, "ZONE": _ZONE_COMMUNITIES, "TOWNSHIP": _VILLAGES}[kind]


def _settle(
    government: Government, land: Territory, draw: Random, division: tuple[str, str, str], number: int, *, urban: bool
) -> None:
    """One community or village, its committee, and its grids."""
    division_key, prefix, code = division
    key = f"{division_key}-{number:02}"
    area, organization, territory = f"area-{key}", f"org-{key}", land.territories[f"area-{division_key}"]
    kind, noun = ("COMMUNITY", "社区") if urban else ("VILLAGE", "村")
    name = f"{prefix}{_ORDINALS[number - 1]}{noun}"
    head = f"post-{key}-head"
    committee = name + ("居民委员会" if urban else "村民委员会")
    body = Body(key, organization, committee, head, head, head, (head,))
    land.committees.append((organization, committee, "VILLAGE_COMMITTEE", territory.organization, head))
    community_code = f"{COUNTY_CODE}{code}{number:03}"
    land.areas.append((area, name, kind, community_code, f"area-{division_key}", organization))
    land.communities[area] = body
    if draw.random() < 0.03 and key != "subdistrict-1-01":
        land.unassigned_communities.add(area)
    government.posts.append(Post(head, f"{noun}主任（网格长）", organization, Rank.OFFICER, (territory.section,)))
    names = [(f"grid-{key}-{grid}", f"{name}第{_ORDINALS[grid - 1]}网格") for grid in range(1, draw.randint(3, 5) + 1)]
    if key == "subdistrict-1-01":
        names.append((DEMO_GRID, f"{name}示例网格"))
    before = ""
    for grid, (grid_area, grid_name) in enumerate(names, 1):
        worker = f"post-{grid_area}-worker"
        land.areas.append((grid_area, grid_name, "GRID", f"{community_code}{grid:03}", area, ""))
        government.posts.append(Post(worker, f"{grid_name}网格员", organization, Rank.GRID_WORKER, (head,)))
        chance = 1.0 if grid_area == DEMO_GRID else draw.random()
        covered_by = "" if chance < 0.04 else before if before and chance < 0.09 else worker
        land.grids.append(Grid(grid_area, grid_name, area, body, territory, urban, worker, covered_by))
        before = worker


def _moved(land: Territory) -> None:
    """What lay elsewhere before: a community that came to the zone, a grid that came to the community next to it."""
    until = written(minute(2024, 11, 20))
    since = written(minute(2021, 1, 1))
    first = "area-zone-01"
    land.links.append(
        ("within-zone-01-former", "WITHIN", first, "area-subdistrict-4", since, until, "测政〔2024〕18号")
    )
    until = written(minute(2024, 12, 5))
    grid, area = "grid-subdistrict-2-02-1", "area-subdistrict-2-01"
    land.links.append((f"within-{grid}-former", "WITHIN", grid, area, since, until, "ASSUMED"))
    village, office = "area-township-1-01", "org-township-1"
    land.links.append(("governs-township-1-01-former", "GOVERNS", office, village, since, until, "测政〔2024〕20号"))


def responsibilities(land: Territory, government: Government) -> Iterator[Row]:
    """Rows of responsibilities.csv for areas; the unassigned have none."""
    since = written(minute(2023, 3, 1))
    basis = "测试县网格化监管实施方案"
    county = ("AREA", COUNTY, since, "", basis)
    yield "duty-county-head", "post-county-leader", "HEAD", *county
    yield "duty-county-leader", LEADER_ENVIRONMENT, "LEADER", *county
    inspectors = government.bodies["supervision-bureau"].officers
    for number, (area, body) in enumerate(land.territories.items()):
        yield f"duty-{area}-head", body.head, "HEAD", "AREA", area, since, "", basis
        yield f"duty-{area}-leader", body.deputy, "LEADER", "AREA", area, since, "", basis
        yield f"duty-{area}-supervisor", body.section, "SUPERVISOR", "AREA", area, since, "", "ASSUMED"
        if number < len(inspectors):
            post = inspectors[number]
            yield f"watch-{area}", post, "INSPECTOR", "AREA", area, written(minute(2024, 10, 15)), "", "测督〔2024〕6号"
    for area, body in land.communities.items():
        if area not in land.unassigned_communities:
            yield f"duty-{area}-leader", body.head, "GRID_LEADER", "AREA", area, since, "", basis
    for number, grid in enumerate(land.grids):
        if not grid.covered_by:
            continue
        lent = grid.covered_by != grid.worker
        taken = written(minute(2024, 12, 1)) if lent else since
        yield f"duty-{grid.area}", grid.covered_by, "GRID_WORKER", "AREA", grid.area, taken, "", basis
        if lent and number % 2:
            row = (f"duty-{grid.area}-former", grid.worker, "GRID_WORKER", "AREA", grid.area)
            yield *row, since, taken, basis
