"""Problems with whole lives: found, passed from hand to hand, put right or not.

Each problem is drawn from a seed of its own, so that it is the same at every scale that has it. The steps are scripts;
that the rules of the life cycle accept each is a test's business, and no status is written anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from graph.model.enums import ProblemAction as Do
from graph.model.enums import SiteType
from services.integration.county.campaign import Campaign
from services.integration.county.chance import chance
from services.integration.county.clock import DAY, FIRST_DISCOVERY, HOUR, LAST_DISCOVERY, NOW, compact_date, written
from services.integration.county.folder import Row
from services.integration.county.government import Body, Government
from services.integration.county.people import Roster
from services.integration.county.sites import Site, site_count
from services.integration.county.territory import Grid, Territory

_BEGUN = (Do.REGISTER, Do.ASSIGN, Do.ACCEPT)
_CHECKED = (Do.SUBMIT, Do.VERIFY, Do.CLOSE)
_SCRIPTS: tuple[tuple[int, tuple[Do, ...]], ...] = (
    (44, (*_BEGUN, *_CHECKED)),
    (8, (*_BEGUN, *_CHECKED, Do.LOOK_BACK)),
    (7, (*_BEGUN, Do.SUBMIT, Do.REOPEN, *_CHECKED)),
    (2, (*_BEGUN, *_CHECKED, Do.LOOK_BACK, Do.REOPEN, *_CHECKED)),
    (1, (*_BEGUN, *_CHECKED, Do.LOOK_BACK, Do.TRANSFER)),
    (5, (Do.REGISTER, Do.ASSIGN, Do.RETURN, Do.UPHOLD_RETURN, Do.ASSIGN, Do.ACCEPT, *_CHECKED)),
    (3, (Do.REGISTER, Do.ASSIGN, Do.RETURN, Do.REFUSE_RETURN, Do.ACCEPT, *_CHECKED)),
    (
        1,
        (
            *(Do.REGISTER, Do.ASSIGN, Do.RETURN, Do.UPHOLD_RETURN),
            *(Do.ASSIGN, Do.RETURN, Do.UPHOLD_RETURN, Do.ASSIGN, Do.RETURN, Do.REFUSE_RETURN),
            *(Do.URGE, Do.ESCALATE, Do.TRANSFER, Do.ACCEPT, *_CHECKED),
        ),
    ),
    (7, (*_BEGUN, Do.REQUEST_EXTENSION, Do.GRANT_EXTENSION, *_CHECKED)),
    (3, (*_BEGUN, Do.REQUEST_EXTENSION, Do.REFUSE_EXTENSION, *_CHECKED)),
    (4, (*_BEGUN, Do.SUSPEND, Do.RESUME, *_CHECKED)),
    (6, (*_BEGUN, Do.URGE, *_CHECKED)),
    (3, (*_BEGUN, Do.URGE, Do.URGE, Do.ESCALATE, *_CHECKED)),
    (2, (Do.ESCALATE, *_BEGUN, *_CHECKED)),
    (3, (Do.REJECT,)),
    (1, (Do.REGISTER, Do.REJECT)),
)
_SCRIPT_WEIGHTS = tuple(accumulate(weight for weight, _ in _SCRIPTS))
_DAYS = (LAST_DISCOVERY - FIRST_DISCOVERY) // DAY
_STALLED = 0.1  # the share of problems that stop somewhere on their way

_WAITS: dict[Do, tuple[int, int]] = {
    Do.REGISTER: (5, 4 * HOUR),
    Do.REJECT: (1 * HOUR, 2 * DAY),
    Do.ASSIGN: (10, 6 * HOUR),
    Do.ACCEPT: (10, 12 * HOUR),
    Do.RETURN: (1 * HOUR, DAY),
    Do.UPHOLD_RETURN: (1 * HOUR, 2 * DAY),
    Do.REFUSE_RETURN: (1 * HOUR, 2 * DAY),
    Do.REQUEST_EXTENSION: (3 * HOUR, DAY),
    Do.GRANT_EXTENSION: (1 * HOUR, DAY),
    Do.REFUSE_EXTENSION: (1 * HOUR, DAY),
    Do.SUSPEND: (4 * HOUR, 2 * DAY),
    Do.RESUME: (2 * DAY, 12 * DAY),
    Do.URGE: (DAY, 4 * DAY),
    Do.ESCALATE: (1 * HOUR, DAY),
    Do.SUBMIT: (3 * HOUR, 4 * DAY),
    Do.VERIFY: (2 * HOUR, 2 * DAY),
    Do.REOPEN: (2 * HOUR, 3 * DAY),
    Do.CLOSE: (30, DAY),
    Do.LOOK_BACK: (5 * DAY, 15 * DAY),
    Do.TRANSFER: (1 * HOUR, 2 * DAY),
}
_NOTES = {
    Do.RETURN: "不属于本单位职责范围",
    Do.UPHOLD_RETURN: "情况属实，重新交办",
    Do.REFUSE_RETURN: "属本单位职责，继续办理",
    Do.REQUEST_EXTENSION: "设备到货延迟，申请延期",
    Do.GRANT_EXTENSION: "理由成立，同意延期",
    Do.REFUSE_EXTENSION: "理由不足，不同意延期",
    Do.SUSPEND: "重污染天气应急期间无法施工，挂账",
    Do.RESUME: "挂账事由消除",
    Do.URGE: "进度迟缓，请抓紧推进",
    Do.ESCALATE: "超出处置能力，上报",
    Do.REOPEN: "整改不到位，返工",
    Do.LOOK_BACK: "回头看：现场复查",
    Do.TRANSFER: "移交追责办",
    Do.REJECT: "经核实不构成问题",
}
_STAGES = tuple(
    tuple(
        (action, _WAITS[action][0], _WAITS[action][1] - _WAITS[action][0], _NOTES.get(action, "")) for action in script
    )
    for _, script in _SCRIPTS
)
"""Each script with its actions' shortest waits, what may be added to them, and notes: looked up once."""

_SEVERITIES = (("MINOR", 7 * DAY), ("NORMAL", 3 * DAY), ("SERIOUS", DAY), ("CRITICAL", 8 * HOUR))
_SEVERITY_WEIGHTS = (25, 83, 97, 100)
_ORIGINS = (
    "GRID_WORKER",
    "PATROL",
    "INSPECTION",
    "HOTLINE",
    "CITY",
    "COUNTY",
    "EXPERT_GROUP",
    "OTHER",
    "PROVINCE",
    "COVERT_FILM",
)
_ORIGIN_WEIGHTS = tuple(accumulate((34, 18, 14, 12, 6, 5, 3, 3, 2, 3)))
_LINES = {
    SiteType.ENTERPRISE: ("INDUSTRY", ("限产措施未落实", "治污设施未正常运行", "无组织排放", "台账不全")),
    SiteType.CONSTRUCTION: ("CONSTRUCTION", ("裸土未覆盖", "出入车辆未冲洗", "未湿法作业", "围挡破损", "扬尘严重")),
    SiteType.ROAD_SECTION: ("ROAD_DUST", ("路面积尘", "遗撒未清理", "机扫频次不足")),
    SiteType.RESTAURANT: ("CATERING", ("油烟净化器未开", "净化器未清洗", "未装净化器")),
    SiteType.FUEL_STATION: ("VEHICLES", ("油气回收未运行", "无证加油", "夜间加注未管控")),
    SiteType.COAL_YARD: ("COAL", ("散煤露天堆放", "销售劣质散煤", "来源不明")),
    SiteType.HOUSEHOLD: ("COAL", ("复烧散煤", "补贴未兑现", "设备故障")),
    SiteType.FIELD: ("BURNING", ("秸秆焚烧", "火点未处置", "焚烧树叶")),
    SiteType.CAMERA: ("BURNING", ("摄像头离线", "画面遮挡")),
    SiteType.STATION: ("TARGETS", ("站点周边积尘", "站点周边焚烧")),
}
_IN_THE_OPEN = (
    ("FIREWORKS", "燃放烟花爆竹", "police"),
    ("BURNING", "露天焚烧垃圾", "urban-management"),
    ("ROAD_DUST", "背街小巷积尘", "sanitation"),
)


@dataclass(frozen=True)
class County:
    """Everything that stays the same while problems are made; `sites` grows with the scale."""

    seed: int
    campaign: Campaign
    government: Government
    land: Territory
    roster: Roster
    sites: list[Site]


@dataclass(frozen=True, slots=True)
class Told:
    """A problem's row and those of its events."""

    problem: Row
    events: list[Row]


class Storyteller:
    """Tells the county's problems one by one."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._bodies = county.government.bodies
        self._tasks = {task.line_of_work: county.campaign.tasks_of(task.line_of_work) for task in county.campaign.tasks}

    def tell(self, number: int) -> Told:
        """The number-th problem, from 0."""
        county = self._county
        draw = chance(county.seed, "problem", number)
        random = draw.random
        day = FIRST_DISCOVERY + int(random() * _DAYS) * DAY
        discovered = day + 6 * HOUR + int(random() * 16 * HOUR)  # hardly anybody looks at night
        origin = draw.choices(_ORIGINS, cum_weights=_ORIGIN_WEIGHTS)[0]
        severity, allowed = draw.choices(_SEVERITIES, cum_weights=_SEVERITY_WEIGHTS)[0]
        if random() < 0.85:
            site = county.sites[int(random() * site_count(number))]
            grid, where, area = site.grid, site.id, ""
            line, titles = _LINES[site.kind]
            title = site.name + titles[int(random() * len(titles))]
            regulators = site.regulators
            if site.kind is SiteType.FIELD and random() < 0.6:
                origin = "CAMERA"
        else:
            grid = county.land.grids[int(random() * len(county.land.grids))]
            where, area = "", grid.area
            line, what, regulator = _IN_THE_OPEN[int(random() * len(_IN_THE_OPEN))]
            title, regulators = grid.name + what, (regulator,)
        tasks = self._tasks.get("COVERT_FILM" if origin == "COVERT_FILM" else line, ())
        task = "" if not tasks or random() < 0.04 else tasks[0 if random() < 0.5 else int(random() * len(tasks))]
        reporter = county.roster.holder(grid.covered_by, discovered) if origin == "GRID_WORKER" else ""
        identifier = f"problem-{number + 1:07}"
        official = f"{compact_date(discovered)}-{number + 1:07}"
        hands = self._hands(draw, grid, regulators, origin)
        events = self._live(draw, identifier, discovered, allowed, hands, (grid.covered_by, reporter))
        row = (identifier, official, title, where, area, task, origin, written(discovered), reporter, severity)
        return Told(row, events)

    def _hands(self, draw: Random, grid: Grid, regulators: Sequence[str], origin: str) -> list[Body]:
        """Who registers it, who gets it first, and who gets it when that one sends it back."""
        bodies = self._bodies
        local = origin in {"GRID_WORKER", "HOTLINE", "PATROL"} and draw.random() < 0.7
        office = grid.territory if local else bodies["campaign-office"]
        near = grid.committee if local else grid.territory
        if not regulators:
            return [office, near, grid.territory]
        regulator = bodies[regulators[int(draw.random() * len(regulators))]]
        return [office, near, regulator] if draw.random() < 0.45 else [office, regulator, near]

    def _live(
        self, draw: Random, problem: str, at: int, allowed: int, hands: list[Body], found_by: tuple[str, str]
    ) -> list[Row]:
        """The events; `hands`: who registers it, then those it is assigned to in turn; `found_by`: post and person."""
        holder, bodies = self._county.roster.holder, self._bodies
        random = draw.random
        script = draw.choices(_STAGES, cum_weights=_SCRIPT_WEIGHTS)[0]
        if random() < _STALLED:
            script = script[: int(random() * len(script))]
        office, turn, due, submitter = hands[0], 0, 0, ""
        one, other = int(random() * 12), int(random() * 12)
        clerk = office.officers[one % len(office.officers)]
        checker = office.officers[(one + 1) % len(office.officers)]
        holding = office
        events: list[Row] = []
        for number, (action, soonest, spread, note) in enumerate(script, 1):
            at += soonest + int(random() * random() * spread)
            if at >= NOW:
                break
            to = due_at = evidence = ""
            match action:
                case Do.REGISTER | Do.CLOSE | Do.REJECT:
                    post = clerk
                case Do.VERIFY | Do.REOPEN:
                    post = checker
                case Do.ASSIGN:
                    turn += 1
                    holding = hands[1 + (turn - 1) % 2]
                    due = due or at + allowed
                    to, due_at, post = holding.organization, written(due), clerk
                case Do.ACCEPT:
                    post = holding.officers[other % len(holding.officers)]
                case Do.SUBMIT:
                    post = holding.officers[other % len(holding.officers)]
                    submitter = holder(post, at)
                    evidence = f"{problem}-{number}-1.jpg;{problem}-{number}-2.jpg"
                case Do.RETURN:
                    post = holding.section
                case Do.REQUEST_EXTENSION:
                    post, due_at = holding.section, written(due + 2 * DAY)
                case Do.GRANT_EXTENSION:
                    due += 2 * DAY
                    post, due_at = office.deputy, written(due)
                case Do.REFUSE_EXTENSION | Do.SUSPEND | Do.RESUME | Do.UPHOLD_RETURN | Do.REFUSE_RETURN:
                    post = office.deputy
                case Do.URGE:
                    post = bodies["supervision-bureau"].officers[other % 8]
                case Do.ESCALATE:
                    post = found_by[0] if number == 1 and found_by[1] else office.section
                case Do.TRANSFER:
                    post, to = office.head, bodies["discipline-office"].organization
                case Do.LOOK_BACK:
                    post = bodies["campaign-office"].officers[other % 8]
                    evidence = f"{problem}-{number}-1.jpg"
            person = holder(post, at)
            if action is Do.VERIFY and person and person == submitter:
                post = office.head
                person = holder(post, at)
            events.append(
                (f"{problem}-{number}", problem, written(at), action, person, post, to, due_at, evidence, note)
            )
        return events
