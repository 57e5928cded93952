"""What is regulated: sites of all kinds, who operates them, who regulates them, who answers for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt
from random import Random

from graph.model.enums import SiteType
from services.integration.county.chance import chance
from services.integration.county.clock import DAY, minute, written
from services.integration.county.folder import Row
from services.integration.county.government import Government
from services.integration.county.territory import COUNTY_CODE, Grid, Territory
from services.organization.rules import credit_code_check_character

SOME = 60
"""So many sites there are in the smallest county."""

_KINDS = (
    (SiteType.ENTERPRISE, 18, "第{:05}号工厂"),
    (SiteType.CONSTRUCTION, 14, "第{:05}号工地"),
    (SiteType.ROAD_SECTION, 10, "第{:05}号路段"),
    (SiteType.RESTAURANT, 20, "第{:05}号餐馆"),
    (SiteType.FUEL_STATION, 5, "第{:05}号加油站"),
    (SiteType.COAL_YARD, 5, "第{:05}号煤场"),
    (SiteType.HOUSEHOLD, 14, "第{:05}号住户"),
    (SiteType.FIELD, 9, "第{:05}号地块"),
    (SiteType.CAMERA, 4, "第{:05}号摄像头"),
    (SiteType.STATION, 1, "第{:05}号监测站"),
)
_NAMES = {kind: name for kind, _, name in _KINDS}
_WEIGHTED = tuple(kind for kind, weight, _ in _KINDS for _ in range(weight))
_TRADES = {
    SiteType.ENTERPRISE: "制造有限公司",
    SiteType.CONSTRUCTION: "建设有限公司",
    SiteType.RESTAURANT: "餐饮店",
    SiteType.FUEL_STATION: "能源有限公司",
    SiteType.COAL_YARD: "商贸有限公司",
}
_VILLAGE_ONLY = {SiteType.FIELD, SiteType.HOUSEHOLD, SiteType.COAL_YARD}
_TOWN_ONLY = {SiteType.ROAD_SECTION, SiteType.RESTAURANT}
_WORKS = ("transport", "highways", "water")

REGULATORS: dict[SiteType, tuple[tuple[str, str], ...]] = {
    SiteType.ENTERPRISE: (("INDUSTRY", "industry"), ("BUSINESS", "environment"), ("PRODUCTION", "emergency")),
    SiteType.CONSTRUCTION: (("INDUSTRY", "housing"), ("BUSINESS", "urban-management")),
    SiteType.ROAD_SECTION: (("INDUSTRY", "urban-management"), ("BUSINESS", "transport")),
    SiteType.RESTAURANT: (("INDUSTRY", "commerce"), ("BUSINESS", "urban-management")),
    SiteType.FUEL_STATION: (("INDUSTRY", "commerce"), ("BUSINESS", "market-supervision"), ("PRODUCTION", "emergency")),
    SiteType.COAL_YARD: (("INDUSTRY", "development"), ("BUSINESS", "market-supervision")),
    SiteType.HOUSEHOLD: (("BUSINESS", "development"),),
    SiteType.FIELD: (("INDUSTRY", "agriculture"),),
    SiteType.STATION: (("BUSINESS", "environment"),),
}
"""Capacity and body by kind of site. Nobody regulates cameras: a gap that a county would want to see."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site as far as its problems need it. `regulators`: keys of the bodies that regulate it."""

    id: str
    name: str
    kind: SiteType
    grid: Grid
    regulators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A site with its rows, by file."""

    site: Site
    rows: tuple[tuple[str, Row], ...]


def site_count(problems: int) -> int:
    """How many sites a county with so many problems has: 1,200 for 2,000, growing with the square root."""
    return max(SOME, 27 * isqrt(problems))


def credit_code(number: int, front: str = "91") -> str:
    """The number-th code of a county that does not exist; its organization part has its check digit too (GB 11714)."""
    part = f"Q{number:07}"
    total = sum(int(digit, 36) * weight for digit, weight in zip(part, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    body = f"{front}{COUNTY_CODE}{part}{'0123456789X0'[11 - total % 11]}"
    return body + credit_code_check_character(body)


def drawn(number: int, seed: int, land: Territory, government: Government) -> Drawn:
    """The number-th site (from 0), the same whatever the scale; the first ten are one of each kind."""
    draw = chance(seed, "site", number)
    kind = _KINDS[number][0] if number < len(_KINDS) else draw.choice(_WEIGHTED)
    grid = _place(draw, kind, land)
    site_id = f"site-{number + 1:05}"
    name = f"{grid.name.partition('第')[0]}{_NAMES[kind].format(number + 1)}"
    operator, rows = _operator(draw, kind, number, grid)
    key_project = draw.random() < 0.25 if kind is SiteType.CONSTRUCTION else None
    longitude, latitude = 113.9 + draw.randrange(2500) / 1e4, 35.2 + draw.randrange(2500) / 1e4
    project = "" if key_project is None else str(key_project).lower()
    place = (f"{longitude:.4f}", f"{latitude:.4f}")
    rows.append(("sites", (site_id, name, kind.value, grid.area, operator, project, *place)))
    regulators = tuple(key for _, key in REGULATORS.get(kind, ()))
    if kind is SiteType.CONSTRUCTION and draw.random() < 0.3:
        body = draw.choice(_WORKS)
        regulators = (body, *regulators[1:])
        rows.extend(_regulated(draw, site_id, body, government))
    site = Site(site_id, name, kind, grid, regulators)
    rows.extend(_answered(draw, site, government, key_project=bool(key_project)))
    if kind is SiteType.CONSTRUCTION and number % 30 == 7:
        former = ("OPERATES", "enterprise-former-builder", site_id)
        since, until = written(minute(2023, 1, 1)), written(minute(2024, 11, 1) + number % 40 * DAY)
        rows.append(("links", (f"operates-{site_id}-former", *former, since, until, "总包变更协议（测试）")))
    return Drawn(site, tuple(rows))


def former_builder() -> tuple[tuple[str, Row], ...]:
    """The enterprise that built many sites before others took them over; its head post has no holder any more."""
    post = "post-enterprise-former-builder-head"
    name = "测试旧筑建设有限公司"
    enterprise = ("enterprise-former-builder", name, "ENTERPRISE", "", post, credit_code(9_999_998))
    return ("organizations", enterprise), ("posts", (post, "法定代表人", "enterprise-former-builder"))


def kinds_regulated(government: Government) -> Iterator[Row]:
    """Rows of regulations.csv by kind of site."""
    for kind, regulators in REGULATORS.items():
        for capacity, key in regulators:
            body = government.bodies[key].organization
            subject = ("SITE_KIND", kind.value, capacity, written(minute(2023, 1, 1)), "")
            yield f"regulation-{kind.lower()}-{capacity.lower()}", body, *subject, "测试县“三管三必须”责任清单"


def kinds_answered(government: Government) -> Iterator[Row]:
    """Rows of responsibilities.csv by kind of site: each regulator's section, but for the production regulators."""
    for kind, regulators in REGULATORS.items():
        for capacity, key in regulators:
            if capacity != "PRODUCTION":
                post = government.bodies[key].section
                subject = ("SITE_KIND", kind.value, written(minute(2023, 1, 1)), "")
                yield f"duty-{kind.lower()}-{capacity.lower()}", post, "SUPERVISOR", *subject, "ASSUMED"


def _place(draw: Random, kind: SiteType, land: Territory) -> Grid:
    while True:
        grid = draw.choice(land.grids)
        if not ((grid.urban and kind in _VILLAGE_ONLY) or (not grid.urban and kind in _TOWN_ONLY)):
            return grid


def _operator(draw: Random, kind: SiteType, number: int, grid: Grid) -> tuple[str, list[tuple[str, Row]]]:
    """The operating organization, and the rows that it brings."""
    match kind:
        case SiteType.ROAD_SECTION:
            return "org-sanitation", []
        case SiteType.CAMERA:
            return "speech:org-agriculture", []
        case SiteType.STATION:
            return "speech:org-environment", []
        case SiteType.FIELD:
            return grid.committee.organization, []
        case SiteType.HOUSEHOLD:
            return "", []
        case _:
            enterprise = f"enterprise-{number + 1:05}"
            return enterprise, _enterprise(draw, kind, number + 1, enterprise)


def _enterprise(draw: Random, kind: SiteType, number: int, enterprise: str) -> list[tuple[str, Row]]:
    post, person = f"post-{enterprise}-head", f"person-{enterprise}-head"
    name = f"测试{number:05}{_TRADES[kind]}"
    front = "A1" if number % 97 == 0 else "92" if kind is SiteType.RESTAURANT else "91"
    since = minute(2021, 1, 1) + draw.randrange(1000) * DAY
    rows: list[tuple[str, Row]] = [
        ("organizations", (enterprise, name, "ENTERPRISE", "", post, credit_code(number, front))),
        ("posts", (post, "经营者" if kind is SiteType.RESTAURANT else "法定代表人", enterprise)),
        ("persons", (person, f"法人{number:05}", f"1009{number:07}")),
    ]
    if draw.random() < 0.96:
        rows.append(("memberships", (f"membership-{post}", person, post, written(since), "", "营业执照（测试）")))
    if kind in {SiteType.ENTERPRISE, SiteType.CONSTRUCTION} and draw.random() < 0.5:
        manager, holder = f"post-{enterprise}-manager", f"person-{enterprise}-manager"
        site = ("SITE", f"site-{number:05}", written(since), "")
        rows.append(("posts", (manager, "环保负责人", enterprise)))
        rows.append(("persons", (holder, f"环保员{number:05}", f"1008{number:07}")))
        rows.append(("memberships", (f"membership-{manager}", holder, manager, written(since), "", "企业任命（测试）")))
        rows.append(("responsibilities", (f"duty-{manager}", manager, "RESPONSIBLE", *site, "企业环保责任书（测试）")))
        rows.append(("reporting", (f"reporting-{manager}", manager, post, written(since), "", "企业任命（测试）")))
    return rows


def _regulated(draw: Random, site: str, body: str, government: Government) -> Iterator[tuple[str, Row]]:
    """A works authority regulates the site as its industry; some came to it from housing in the campaign."""
    since, moved = minute(2023, 6, 1), minute(2024, 12, 1) + draw.randrange(30) * DAY
    basis = "施工许可（测试）"
    if draw.random() < 0.2:
        row = (
            government.bodies["housing"].organization,
            "SITE",
            site,
            "INDUSTRY",
            written(since),
            written(moved),
            basis,
        )
        yield "regulations", (f"regulation-{site}-former", *row)
        since = moved
    row = (government.bodies[body].organization, "SITE", site, "INDUSTRY", written(since), "", basis)
    yield "regulations", (f"regulation-{site}", *row)


def _answered(draw: Random, site: Site, government: Government, *, key_project: bool) -> Iterator[tuple[str, Row]]:
    bodies, subject = government.bodies, ("SITE", site.id, written(minute(2023, 9, 1)), "")

    def duty(name: str, post: str, role: str, basis: str) -> tuple[str, Row]:
        return "responsibilities", (f"duty-{site.id}-{name}", post, role, *subject, basis)

    if site.kind is SiteType.ROAD_SECTION and draw.random() < 0.85:
        yield duty("crew", draw.choice(bodies["sanitation"].officers), "CREW", "保洁作业合同（测试）")
    share = {SiteType.ENTERPRISE: 0.75, SiteType.CONSTRUCTION: 0.8}.get(site.kind, 0.4)
    for key in site.regulators[:2]:
        if draw.random() < share:
            yield duty(
                f"supervisor-{key}", draw.choice(bodies[key].officers), "SUPERVISOR", "“一企一档”监管台账（测试）"
            )
    if site.kind is SiteType.ENTERPRISE and draw.random() < 0.4:
        yield duty(
            "stationed", draw.choice(bodies["environment-brigade"].officers), "STATIONED_INSPECTOR", "驻厂安排（测试）"
        )
    if key_project and draw.random() < 0.8:
        yield duty("leader", site.grid.territory.deputy, "LEADER", "重点项目包保表（测试）")
