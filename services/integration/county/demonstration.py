"""One problem told by hand, with something to see on every line of its trace.

A grid worker two days in post finds severe dust at a building site. The problem goes to the wrong bureau and comes
back. The right one has two supervisors at once, asks for more time and gets it, hands in too little and is made to do
it again, with a halt for a heavy-pollution day; at last it is looked back upon and handed to the discipline office. The
station chief's post above the grid is vacant, a stationed inspector was to watch, the operator had just changed, and an
earlier problem at the same site was still open.
"""

from collections.abc import Iterator

from graph.model.enums import ProblemAction as Do
from services.integration.county.clock import minute, written
from services.integration.county.folder import Row
from services.integration.county.government import DEMO_STATION, DEMO_SUPERVISOR, Government
from services.integration.county.people import STILL, Roster, Tenure
from services.integration.county.sites import credit_code
from services.integration.county.territory import DEMO_GRID, DEMO_WORKER

PROBLEM = "demo-problem"
EARLIER = "demo-problem-earlier"
SITE = "site-demo"
EXPERT = "person-demo-expert"
_ENTERPRISE, _HEAD, _MANAGER = "enterprise-demo", "post-enterprise-demo-head", "post-enterprise-demo-manager"
_STEADY = {
    "post-subdistrict-1-01-head": ("person-demo-grid-leader", "示例网格长"),
    "post-subdistrict-1-officer-1": ("person-demo-clerk", "示例干事"),
    "post-housing-section": ("person-demo-housing", "示例住建股长"),
    "post-transport-section": ("person-demo-transport", "示例交通股长"),
    "post-urban-management-officer-2": ("person-demo-urban-management", "示例城管监管员"),
    "post-environment-brigade-officer-1": ("person-demo-stationed", "示例驻厂员"),
    "post-supervision-bureau-officer-1": ("person-demo-inspector", "示例督查员"),
    "post-campaign-office-head": ("person-demo-office-head", "示例攻坚办主任"),
    "post-campaign-office-deputy": ("person-demo-office-deputy", "示例攻坚办副主任"),
    "post-campaign-office-officer-1": ("person-demo-assigner", "示例交办员"),
    "post-campaign-office-officer-2": ("person-demo-checker", "示例核查员"),
    "post-campaign-office-officer-3": ("person-demo-visitor", "示例回访员"),
}
"""Posts whose holder must be there for the story, whatever the seed."""

_PEOPLE = {
    "person-demo-worker-1": "示例网格员一",
    "person-demo-worker-2": "示例网格员二",
    "person-demo-supervisor-1": "示例监管员一",
    "person-demo-supervisor-2": "示例监管员二",
    "person-demo-chief": "示例所长",
    "person-demo-operator": "示例法人",
    "person-demo-manager": "示例环保员",
    **dict(_STEADY.values()),
}
TENURES: dict[str, tuple[Tenure, ...]] = {
    DEMO_WORKER: (
        (minute(2023, 2, 1), minute(2024, 12, 14), "person-demo-worker-1"),
        (minute(2024, 12, 14), STILL, "person-demo-worker-2"),
    ),
    DEMO_STATION: ((minute(2022, 5, 1), minute(2024, 11, 30), "person-demo-chief"),),
    DEMO_SUPERVISOR: (
        (minute(2022, 3, 1), minute(2024, 12, 21), "person-demo-supervisor-1"),
        (minute(2024, 12, 10), STILL, "person-demo-supervisor-2"),
    ),
    **{post: ((minute(2022, 1, 10), STILL, person),) for post, (person, _) in _STEADY.items()},
}
"""Of county posts: a grid worker just changed, a station chief not replaced, two supervisors for eleven days."""


def told(government: Government, roster: Roster) -> Iterator[tuple[str, Row]]:
    """All rows of the demonstration, by file."""
    yield from _site(government)
    yield from _problem(government, roster)
    yield from _earlier(government, roster)
    yield from _expert(government)


def _expert(government: Government) -> Iterator[tuple[str, Row]]:
    """Who issues the demonstration's instruction, on duty with the expert group."""
    post = "post-demo-expert"
    yield "persons", (EXPERT, "示例值班专家")
    yield "posts", (post, "值班专家（示例）", government.bodies["expert-group"].organization)
    yield "memberships", (f"membership-{post}-1", EXPERT, post, written(minute(2024, 11, 1)), "", "测人〔2024〕9号")


def _site(government: Government) -> Iterator[tuple[str, Row]]:
    bodies = government.bodies
    for person, name in _PEOPLE.items():
        yield "persons", (person, name)
    code = credit_code(9_999_999)
    yield "organizations", (_ENTERPRISE, "测试示例建设有限公司", "ENTERPRISE", "", _HEAD, code)
    yield "posts", (_HEAD, "法定代表人", _ENTERPRISE)
    yield "posts", (_MANAGER, "项目环保负责人", _ENTERPRISE)
    since = written(minute(2023, 5, 1))
    for post, person in ((_HEAD, "person-demo-operator"), (_MANAGER, "person-demo-manager")):
        yield "memberships", (f"membership-{post}-1", person, post, since, "", "企业任命（测试）")
    yield "sites", (SITE, "示例广场施工工地", "CONSTRUCTION", DEMO_GRID, _ENTERPRISE, "true", "114.0123", "35.3012")
    former = (
        "OPERATES",
        "enterprise-former-builder",
        SITE,
        since,
        written(minute(2024, 11, 1)),
        "总包变更协议（测试）",
    )
    yield "links", (f"operates-{SITE}-former", *former)
    housing = bodies["housing"].organization
    yield "regulations", (f"regulation-{SITE}", housing, "SITE", SITE, "INDUSTRY", since, "", "施工许可（测试）")
    for name, post, role in (
        ("supervisor-housing", DEMO_SUPERVISOR, "SUPERVISOR"),
        ("supervisor-urban-management", bodies["urban-management"].officers[1], "SUPERVISOR"),
        ("stationed", bodies["environment-brigade"].officers[0], "STATIONED_INSPECTOR"),
        ("leader", bodies["subdistrict-1"].deputy, "LEADER"),
        ("manager", _MANAGER, "RESPONSIBLE"),
    ):
        basis = "ASSUMED" if role == "LEADER" else "重点项目扬尘管控责任牌（测试）"
        yield "responsibilities", (f"duty-{SITE}-{name}", post, role, "SITE", SITE, since, "", basis)


def _problem(government: Government, roster: Roster) -> Iterator[tuple[str, Row]]:
    bodies = government.bodies
    office, transport, housing = bodies["campaign-office"], bodies["transport"], bodies["housing"].organization
    clerk, checker = office.officers[0], office.officers[1]
    found = minute(2024, 12, 16, 9, 20)
    task = "speech:task-construction"
    row = (PROBLEM, "20241216-DEMO", "示例广场工地扬尘严重", SITE, "", task, "GRID_WORKER", written(found))
    yield "problems", (*row, "person-demo-worker-2", "SERIOUS")
    first, second, later = minute(2024, 12, 19, 18), minute(2024, 12, 20, 18), minute(2024, 12, 22, 18)
    discipline = bodies["discipline-office"].organization
    photos = f"{PROBLEM}-1.jpg;{PROBLEM}-2.jpg"
    again = f"{PROBLEM}-3.jpg;{PROBLEM}-4.jpg"
    steps: tuple[tuple[int, Do, str, str, int, str, str], ...] = (
        (minute(2024, 12, 16, 10), Do.REGISTER, clerk, "", 0, "", ""),
        (minute(2024, 12, 16, 10, 30), Do.ASSIGN, clerk, transport.organization, first, "", ""),
        (minute(2024, 12, 16, 16), Do.RETURN, transport.section, "", 0, "", "房建项目，由住建部门监管"),
        (minute(2024, 12, 17, 9), Do.UPHOLD_RETURN, office.deputy, "", 0, "", "情况属实，改派住建局"),
        (minute(2024, 12, 17, 9, 20), Do.ASSIGN, clerk, housing, second, "", ""),
        (minute(2024, 12, 17, 14), Do.ACCEPT, DEMO_SUPERVISOR, "", 0, "", ""),
        (minute(2024, 12, 17, 15), Do.ESCALATE, DEMO_WORKER, "", 0, "", "工地拒绝停工，上报街道和攻坚办"),
        (minute(2024, 12, 19, 17), Do.REQUEST_EXTENSION, DEMO_SUPERVISOR, "", later, "", "喷淋设备未到货"),
        (minute(2024, 12, 20, 9), Do.GRANT_EXTENSION, office.deputy, "", later, "", "理由成立，仅此一次"),
        (minute(2024, 12, 22, 20), Do.SUBMIT, DEMO_SUPERVISOR, "", 0, photos, "裸土已覆盖"),
        (minute(2024, 12, 23, 10), Do.REOPEN, checker, "", minute(2024, 12, 26, 18), "", "北侧裸土仍未覆盖，返工"),
        (minute(2024, 12, 24, 9), Do.URGE, bodies["supervision-bureau"].officers[0], "", 0, "", "进度迟缓，请抓紧推进"),
        (minute(2024, 12, 25, 8), Do.SUSPEND, office.deputy, "", 0, "", "重污染天气应急停工，挂账"),
        (minute(2024, 12, 27, 8), Do.RESUME, office.deputy, "", 0, "", "应急解除"),
        (minute(2024, 12, 28, 11), Do.SUBMIT, DEMO_SUPERVISOR, "", 0, again, "全部覆盖，喷淋运行"),
        (minute(2024, 12, 29, 15), Do.VERIFY, checker, "", 0, f"{PROBLEM}-5.jpg", "现场核查属实"),
        (minute(2024, 12, 30, 10), Do.CLOSE, clerk, "", 0, "", ""),
        (minute(2025, 1, 8, 9), Do.LOOK_BACK, office.officers[2], "", 0, f"{PROBLEM}-6.jpg", "未见反弹"),
        (minute(2025, 1, 9, 9), Do.TRANSFER, office.head, discipline, 0, "", "首次整改不实，移交追责办"),
    )
    for number, (at, action, post, to, due, evidence, note) in enumerate(steps, 1):
        event = (f"{PROBLEM}-{number}", PROBLEM, written(at), action.value, roster.holder(post, at), post)
        yield "events", (*event, to, written(due) if due else "", evidence, note)


def _earlier(government: Government, roster: Roster) -> Iterator[tuple[str, Row]]:
    """An earlier problem at the site, found by urban management's supervisor and left lying by the sub-district."""
    bodies = government.bodies
    finder = bodies["urban-management"].officers[1]
    found = minute(2024, 12, 5, 15)
    title, task = "示例广场工地车辆未冲洗", "speech:task-construction-checklist"
    row = (EARLIER, "20241205-DEMO", title, SITE, "", task, "PATROL", written(found))
    yield "problems", (*row, roster.holder(finder, found), "NORMAL")
    office, subdistrict = bodies["campaign-office"].officers[0], bodies["subdistrict-1"]
    due = written(minute(2024, 12, 8, 18))
    for number, (at, action, post, to, due_at) in enumerate(
        (
            (minute(2024, 12, 5, 16), Do.REGISTER, office, "", ""),
            (minute(2024, 12, 5, 17), Do.ASSIGN, office, subdistrict.organization, due),
            (minute(2024, 12, 6, 9), Do.ACCEPT, subdistrict.officers[0], "", ""),
            (minute(2024, 12, 11, 9), Do.URGE, bodies["supervision-bureau"].officers[0], "", ""),
        ),
        1,
    ):
        event = (f"{EARLIER}-{number}", EARLIER, written(at), action.value, roster.holder(post, at), post, to, due_at)
        yield "events", event
