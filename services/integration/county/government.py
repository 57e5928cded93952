"""The county's bodies and their posts, and who reports to whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from services.integration.county.campaign import Campaign
from services.integration.county.clock import FRAMED, minute, written
from services.integration.county.folder import Row


class Rank(StrEnum):
    """How a post's holders are named and who succeeds whom."""

    LEADER = "LEADER"
    OFFICER = "OFFICER"
    GRID_WORKER = "GRID_WORKER"


@dataclass(frozen=True, slots=True)
class Post:
    id: str
    title: str
    organization: str
    rank: Rank
    reports_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """An organization and its posts by what they do; a small one has one post for several things.

    `deputy` is the leader in charge and approves; `section` heads the work; `officers` do it and check it.
    """

    key: str
    organization: str
    name: str
    head: str
    deputy: str
    section: str
    officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a body is given. `under`: the post that its head reports to."""

    key: str
    head: str
    deputy: str
    section: str
    officer: str
    officers: int
    under: str
    own: tuple[str, str, str] | None = None  # name, kind and parent, where the county's bundle brings the body


COUNTY_LEADER = "post-county-leader"
LEADER_ENVIRONMENT = "post-county-leader-environment"
LEADER_CONSTRUCTION = "post-county-leader-construction"
LEADER_AGRICULTURE = "post-county-leader-agriculture"
ZONE_SECRETARY = "post-zone-secretary"
DEMO_SUPERVISOR = "post-housing-officer-1"
DEMO_STATION = "post-subdistrict-1-section"

SUBDISTRICTS = tuple(f"subdistrict-{number}" for number in range(1, 5))
TOWNSHIPS = tuple(f"township-{number}" for number in range(1, 7))
TOWNSHIP_NAMES = ("己镇", "庚镇", "辛镇", "壬镇", "癸乡", "子乡")


def _department(key: str, under: str, officers: int = 4, own: tuple[str, str, str] | None = None) -> _Plan:
    return _Plan(key, "局长", "分管副局长", "大气污染防治股股长", "监管员", officers, under, own)


def _plans() -> Iterator[_Plan]:
    government = "org-county-government"
    for key, under in (
        ("environment", LEADER_ENVIRONMENT),
        ("urban-management", LEADER_CONSTRUCTION),
        ("housing", LEADER_CONSTRUCTION),
        ("transport", LEADER_CONSTRUCTION),
        ("highways", LEADER_CONSTRUCTION),
        ("water", LEADER_AGRICULTURE),
        ("police", COUNTY_LEADER),
        ("market-supervision", LEADER_ENVIRONMENT),
        ("agriculture", LEADER_AGRICULTURE),
    ):
        yield _department(key, under, 6)
    for key, name, under in (
        ("industry", "县工信局", LEADER_ENVIRONMENT),
        ("commerce", "县商务局", LEADER_ENVIRONMENT),
        ("development", "县发展改革局", COUNTY_LEADER),
        ("emergency", "县应急管理局", COUNTY_LEADER),
        ("finance", "县财政局", COUNTY_LEADER),
        ("land", "县自然资源局", LEADER_CONSTRUCTION),
    ):
        yield _department(key, under, own=(name, "DEPARTMENT", f"speech:{government}"))
    yield _Plan(
        "environment-brigade",
        "大队长",
        "副大队长",
        "驻厂管理中队长",
        "驻厂监督员",
        12,
        "post-environment-deputy",
        ("县生态环境执法大队", "DEPARTMENT", "speech:org-environment"),
    )
    yield _Plan(
        "sanitation",
        "主任",
        "副主任",
        "作业科科长",
        "保洁班长",
        12,
        "post-urban-management-deputy",
        ("县环境卫生服务中心", "DEPARTMENT", "speech:org-urban-management"),
    )
    yield _Plan("campaign-office", "主任", "副主任", "交办科科长", "督办员", 8, LEADER_ENVIRONMENT)
    yield _Plan("supervision-bureau", "局长", "副局长", "督查科科长", "督查员", 8, COUNTY_LEADER)
    yield _Plan("discipline-office", "主任", "副主任", "审查科科长", "审查员", 2, "post-discipline-office-head")
    yield _Plan("expert-group", "组长", "副组长", "值班专家", "专家", 3, LEADER_ENVIRONMENT)
    for key in SUBDISTRICTS:
        yield _Plan(key, "办事处主任", "分管副主任", "环保所所长", "环保所干事", 4, LEADER_ENVIRONMENT)
    yield _Plan("zone", "管委会主任", "分管副主任", "环保办主任", "环保办干事", 4, LEADER_ENVIRONMENT)
    for key, name in zip(TOWNSHIPS, TOWNSHIP_NAMES, strict=True):
        title = "乡长" if name.endswith("乡") else "镇长"
        own = (f"{name}人民政府", "TOWNSHIP", f"speech:{government}")
        yield _Plan(key, title, f"分管副{title}", "环保所所长", "环保所干事", 4, LEADER_ENVIRONMENT, own)


@dataclass(frozen=True)
class Government:
    """All bodies by key; `posts` grows by those of the committees and grids. `organizations` are the county's own."""

    bodies: dict[str, Body] = field(default_factory=dict[str, Body])
    posts: list[Post] = field(default_factory=list[Post])
    organizations: list[Row] = field(default_factory=list[Row])


def established(campaign: Campaign) -> Government:
    """The county government, its bodies and their posts. Raises UnknownBodyError."""
    government = Government()
    _county_leaders(government, campaign.body("county-government"))
    for plan in _plans():
        _establish(government, campaign, plan)
    zone = government.bodies["zone"].organization
    government.posts.append(Post(ZONE_SECRETARY, "党工委书记", zone, Rank.LEADER, (COUNTY_LEADER,)))
    return government


def _county_leaders(government: Government, organization: str) -> None:
    government.posts.append(Post(COUNTY_LEADER, "县长", organization, Rank.LEADER))
    for post, title in (
        (LEADER_ENVIRONMENT, "分管生态环境副县长"),
        (LEADER_CONSTRUCTION, "分管城建副县长"),
        (LEADER_AGRICULTURE, "分管农业农村副县长"),
    ):
        government.posts.append(Post(post, title, organization, Rank.LEADER, (COUNTY_LEADER,)))


def _establish(government: Government, campaign: Campaign, plan: _Plan) -> None:
    key, own = plan.key, plan.own
    head, deputy, section = f"post-{key}-head", f"post-{key}-deputy", f"post-{key}-section"
    officers = tuple(f"post-{key}-officer-{number}" for number in range(1, plan.officers + 1))
    if own is None:
        organization = campaign.body(key)
        name = campaign.names[organization]
    else:
        organization = f"org-{key}"
        name, kind, parent = own
        government.organizations.append((organization, name, kind, parent, head))
    superiors = () if plan.under == head else (plan.under,)
    government.posts.append(Post(head, plan.head, organization, Rank.LEADER, superiors))
    government.posts.append(Post(deputy, plan.deputy, organization, Rank.LEADER, (head,)))
    government.posts.append(Post(section, plan.section, organization, Rank.OFFICER, (deputy,)))
    for number, post in enumerate(officers, 1):
        # A stationed inspector is sent by the brigade and answers to the bureau's section as well.
        sent = ("post-environment-section",) if key == "environment-brigade" else ()
        title = f"{plan.officer}（{number}）"
        government.posts.append(Post(post, title, organization, Rank.OFFICER, (section, *sent)))
    government.bodies[key] = Body(key, organization, name, head, deputy, section, officers)


def reporting(posts: list[Post]) -> Iterator[Row]:
    """Rows of reporting.csv. The agriculture bureau came under another deputy leader in the middle of the campaign."""
    moved = "post-agriculture-head"
    for post in posts:
        for number, superior in enumerate(post.reports_to, 1):
            since = minute(2024, 12, 18) if post.id == moved else FRAMED
            basis = "ASSUMED" if number > 1 else "测试县机构编制方案"
            yield f"reporting-{post.id}-{number}", post.id, superior, written(since), "", basis
    until = minute(2024, 12, 18)
    yield f"reporting-{moved}-former", moved, LEADER_ENVIRONMENT, written(FRAMED), written(until), "测试县领导分工通知"


def headed(government: Government) -> Iterator[Row]:
    """Rows of links.csv: the heads of the bodies that the campaign's bundle brings; the zone's moved on 1 December."""
    since = FRAMED
    own = {row[0] for row in government.organizations}
    moved = minute(2024, 12, 1)
    yield "heads-county-government", "HEADS", COUNTY_LEADER, "speech:org-county-government", written(since)
    for key, body in government.bodies.items():
        if body.organization in own:
            continue
        until = written(moved) if key == "zone" else ""
        basis = "测任〔2023〕1号"
        yield f"heads-{key}", "HEADS", body.head, body.organization, written(since), until, basis
    zone = government.bodies["zone"].organization
    yield "heads-zone-secretary", "HEADS", ZONE_SECRETARY, zone, written(moved), "", "测任〔2024〕31号"


def moved(government: Government) -> Iterator[Row]:
    """Rows of links.csv: a post that changed its bureau, a centre that changed its parent, townships given a task."""
    post = "post-housing-officer-6"
    housing = government.bodies["housing"].organization
    until = written(minute(2024, 12, 10))
    yield f"post-in-{post}", "POST_IN", post, "speech:org-urban-management", until, "", "测编〔2024〕9号"
    parent = ("PART_OF", "org-sanitation", housing)
    yield (
        "part-of-sanitation-former",
        *parent,
        written(minute(2021, 1, 1)),
        written(minute(2022, 7, 1)),
        "测编〔2021〕2号",
    )
    for key in TOWNSHIPS:
        task = "speech:task-rectification-townships"
        since = written(minute(2024, 12, 14))
        yield f"answers-{key}", "ANSWERS_FOR", f"org-{key}", task, since, "", "ASSUMED"


def renamed() -> Iterator[Row]:
    """Rows of names.csv: what bodies were called before the reforms."""
    for key, name, since, until in (
        ("speech:org-environment", "县环境保护局", "2009-01-01", "2019-03-15"),
        ("speech:org-market-supervision", "县工商行政管理局", "1995-01-01", "2019-02-20"),
        ("speech:org-agriculture", "县农业局", "1998-01-01", "2019-03-01"),
        ("org-industry", "县经济贸易局", "2001-01-01", "2015-06-01"),
        ("org-emergency", "县安全生产监督管理局", "2005-01-01", "2019-03-20"),
        ("org-sanitation", "县环境卫生管理所", "1999-01-01", "2024-12-20"),
    ):
        yield f"name-{key.removeprefix('speech:')}-former", key, name, since, until
