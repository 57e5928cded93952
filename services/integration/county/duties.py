"""Who answers for the campaign's tasks, and who watches over them."""

from collections.abc import Iterator

from services.integration.county.campaign import Campaign
from services.integration.county.chance import chance
from services.integration.county.clock import minute, written
from services.integration.county.folder import Row
from services.integration.county.government import Government

_SINCE = minute(2024, 11, 1)
_ORDERED = minute(2024, 12, 14)


def for_tasks(campaign: Campaign, government: Government, seed: int) -> Iterator[Row]:
    """Rows of responsibilities.csv for tasks: most organizations named somebody, some only after the speech."""
    bodies = {body.organization: body for body in government.bodies.values()}
    for task in campaign.tasks:
        certain = task.line_of_work == "CONSTRUCTION"
        for organization in task.organizations:
            body = bodies.get(organization)
            if body is None:
                continue
            draw = chance(seed, "duty", task.id, organization)
            name = f"{task.id.partition(':')[2]}-{body.key}"
            since = written(_SINCE if certain or draw.random() < 0.6 else _ORDERED)
            if certain or draw.random() < 0.85:
                basis = "测试县冬季攻坚分工方案" if draw.random() < 0.8 else "ASSUMED"
                yield f"duty-{name}-supervisor", body.section, "SUPERVISOR", "TASK", task.id, since, "", basis
            if certain or draw.random() < 0.7:
                yield f"duty-{name}-leader", body.deputy, "LEADER", "TASK", task.id, since, "", "测试县冬季攻坚分工方案"


def watching_tasks(campaign: Campaign, government: Government) -> Iterator[Row]:
    """Rows of responsibilities.csv: each root task has somebody of the campaign office or a duty expert looking on."""
    office, experts = government.bodies["campaign-office"], government.bodies["expert-group"]
    roots = [task for task in campaign.tasks if not task.parent]
    for number, task in enumerate(roots):
        post = experts.officers[number % 3] if number % 4 == 3 else office.officers[number % len(office.officers)]
        name = task.id.partition(":")[2]
        yield f"watch-{name}", post, "INSPECTOR", "TASK", task.id, written(_SINCE), "", "测督〔2024〕8号"
