"""The entities: things with an identity, and the events about them."""

from graph.model.declare import (
    Back,
    Based,
    Computed,
    Counted,
    End,
    Entity,
    Facts,
    FirstOf,
    Index,
    Named,
    Property,
    Ref,
    Ruled,
    Scalar,
    Via,
)
from graph.model.enums import (
    AreaKind,
    EventKind,
    OrganizationKind,
    Origin,
    ProblemStatus,
    Severity,
    SiteType,
)

RECORD = (
    Property("id", "opaque and stable for ever", "标识", required=True),
    Property("source", "the system that the record came from", "来源", required=True),
    Property("sourceId", "what that system calls it", "来源编号", required=True),
    Property("recordedAt", "when the system was first told", "首次录入时间", scalar=Scalar.INSTANT, required=True),
)
BY_ID = Index(("id",))

ORGANIZATION = Entity(
    "Organization",
    "county government, department, sub-district, township, zone, enterprise (W3C ORG)",
    "单位",
    (
        *RECORD,
        Named("name", "the name at that time", "名称", required=True),
        Property("kind", "what sort of organization", "类别", enum=OrganizationKind, required=True),
        Property("creditCode", "unified social credit code, GB 32100", "统一社会信用代码"),
        Via(
            "parent",
            "the organization that it is part of",
            "上级单位",
            fact="PartOf",
            end=End.FROM,
            target="Organization",
        ),
        Via(
            "children",
            "organizations that are part of it",
            "下级单位",
            fact="PartOf",
            end=End.TO,
            target="Organization",
            many=True,
        ),
        Via("headPost", "the post that heads it", "主要负责人岗位", fact="Heads", end=End.TO, target="Post"),
        Via("posts", "its posts", "岗位", fact="PostIn", end=End.TO, target="Post", many=True),
        Via("governs", "areas that it governs", "管辖区域", fact="Governs", end=End.FROM, target="Area", many=True),
        Via("operates", "sites that it operates", "经营对象", fact="Operates", end=End.FROM, target="Site", many=True),
        Facts("regulations", "what it regulates", "监管归属", fact="Regulation", end=End.FROM),
    ),
    indexes=(BY_ID,),
    owner="organization",
)

POST = Entity(
    "Post",
    "a post exists without its holder (W3C ORG)",
    "岗位",
    (
        *RECORD,
        Named("title", "the title at that time", "岗位名称", required=True),
        Via(
            "organization",
            "the organization that it belongs to",
            "所属单位",
            fact="PostIn",
            end=End.FROM,
            target="Organization",
        ),
        Via(
            "holders", "the persons who hold it", "任职人员", fact="Membership", end=End.TO, target="Person", many=True
        ),
        Via(
            "reportsTo",
            "the posts that it reports to",
            "上级岗位",
            fact="Reporting",
            end=End.FROM,
            target="Post",
            many=True,
        ),
        Via(
            "reports", "the posts that report to it", "下级岗位", fact="Reporting", end=End.TO, target="Post", many=True
        ),
        Facts("memberships", "who holds it, from when, on which basis", "任职", fact="Membership", end=End.TO),
        Facts("responsibilities", "what it answers for", "责任", fact="Responsibility", end=End.FROM),
    ),
    indexes=(BY_ID,),
    owner="organization",
)

PERSON = Entity(
    "Person",
    "a person who holds posts",
    "人员",
    (
        *RECORD,
        Named("name", "the name at that time", "姓名", required=True),
        Property("phone", "telephone number; only for those who may see personal data", "电话", personal=True),
        Via("posts", "the posts held", "岗位", fact="Membership", end=End.FROM, target="Post", many=True),
        Facts("memberships", "the posts held, from when, on which basis", "任职", fact="Membership", end=End.FROM),
    ),
    indexes=(BY_ID,),
    owner="organization",
)

AREA = Entity(
    "Area",
    "county, sub-district, township or zone, village or community, unit grid",
    "辖区",
    (
        *RECORD,
        Named("name", "the name at that time", "名称", required=True),
        Property("kind", "what sort of area", "类别", enum=AreaKind, required=True),
        Property("code", "division or grid code, GB/T 2260 and GB/T 30428", "区划代码"),
        Via("parent", "the area around it", "上级辖区", fact="Within", end=End.FROM, target="Area"),
        Via("children", "the areas directly in it", "下级辖区", fact="Within", end=End.TO, target="Area", many=True),
        Via("sites", "the sites directly in it", "监管对象", fact="Within", end=End.TO, target="Site", many=True),
        Via(
            "organization",
            "the organization that governs it",
            "管辖单位",
            fact="Governs",
            end=End.TO,
            target="Organization",
        ),
        Facts("responsibilities", "who answers for it", "责任", fact="Responsibility", end=End.TO),
    ),
    indexes=(BY_ID,),
    owner="organization",
)

SITE_KIND = Entity(
    "SiteKind",
    "a kind of site, which organizations regulate as a whole",
    "监管对象类别",
    (
        *RECORD,
        Property("kind", "the kind", "类别", enum=SiteType, required=True),
        Facts("regulations", "who regulates it", "监管归属", fact="Regulation", end=End.TO),
        Facts("responsibilities", "who answers for it", "责任", fact="Responsibility", end=End.TO),
    ),
    indexes=(Index(("kind",)),),
    owner="oversight",
)

SITE = Entity(
    "Site",
    "what is regulated: enterprise, construction project, road section, restaurant, …",
    "监管对象",
    (
        *RECORD,
        Named("name", "the name at that time", "名称", required=True),
        Property("kind", "what sort of site", "类别", enum=SiteType, required=True),
        Property("keyProject", "on the list of key projects", "重点项目", scalar=Scalar.BOOLEAN),
        Property("longitude", "degrees east, WGS 84", "经度", scalar=Scalar.FLOAT),
        Property("latitude", "degrees north, WGS 84", "纬度", scalar=Scalar.FLOAT),
        Via("area", "the area that it lies in", "所在辖区", fact="Within", end=End.FROM, target="Area"),
        Via("operator", "who operates it", "经营单位", fact="Operates", end=End.TO, target="Organization"),
        Facts("regulations", "who regulates it", "监管归属", fact="Regulation", end=End.TO),
        Facts("responsibilities", "who answers for it", "责任", fact="Responsibility", end=End.TO),
        Back("problems", "problems found at it", "问题", target="Problem", ref="site"),
        Back("inspections", "inspections of it", "检查", target="Inspection", ref="site"),
    ),
    indexes=(BY_ID, Index(("kind", "id"))),
    owner="oversight",
)

DIRECTIVE = Entity(
    "Directive",
    "a speech, notice or rule",
    "文件",
    (
        *RECORD,
        Named("title", "the title", "标题", required=True),
        Property("issuedOn", "the day of issue", "印发日期", scalar=Scalar.DATE, required=True),
        Property("issuer", "who issued it", "印发单位"),
        Property("file", "the file's name with its SHA-256", "原文文件"),
        Back("clauses", "its clauses, in order", "条款", target="Clause", ref="directive"),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

CLAUSE = Entity(
    "Clause",
    "the place in a directive that something rests on",
    "条款",
    (
        *RECORD,
        Property("label", "how people cite it", "条目", required=True),
        Property("start", "first character of the span, in Unicode code points from 0", "起", scalar=Scalar.INTEGER),
        Property("end", "first character after the span", "止", scalar=Scalar.INTEGER),
        Ref("directive", "the directive that it is in", "文件", relationship="IN_DIRECTIVE", target="Directive"),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

CAMPAIGN = Entity(
    "Campaign",
    "a campaign: a tree of tasks by line of work",
    "攻坚行动",
    (
        *RECORD,
        Named("title", "the title", "名称", required=True),
        Property("startsOn", "first day", "开始日期", scalar=Scalar.DATE, required=True),
        Property("endsOn", "last day", "结束日期", scalar=Scalar.DATE, required=True),
        Ref(
            "directive",
            "the directive that it carries out",
            "依据文件",
            relationship="UNDER_DIRECTIVE",
            target="Directive",
        ),
        Counted("targets", "how far it is from the targets of the year", "目标进度"),
        Counted("rollup", "counts of its problems and the rates made of them", "统计"),
        Back("linesOfWork", "its lines of work", "条线", target="LineOfWork", ref="campaign"),
        Back("tasks", "its tasks, subtasks too", "任务", target="Task", ref="campaign"),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

LINE_OF_WORK = Entity(
    "LineOfWork",
    "a line of work of a campaign, named by its rulebook",
    "条线",
    (
        *RECORD,
        Property("code", "the rulebook's code", "代码", required=True),
        Property("title", "the title", "名称", required=True),
        Ref("campaign", "the campaign", "攻坚行动", relationship="LINE_IN", target="Campaign"),
        Back("tasks", "its tasks, subtasks too", "任务", target="Task", ref="lineOfWork"),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

TASK = Entity(
    "Task",
    "something to be done, with leading, assisting and responsible organizations",
    "任务",
    (
        *RECORD,
        Named("title", "the title", "名称", required=True),
        Property("dueAt", "when it must be done", "时限", scalar=Scalar.INSTANT),
        Ref("campaign", "the campaign", "攻坚行动", relationship="IN_CAMPAIGN", target="Campaign"),
        Ref("lineOfWork", "the line of work", "条线", relationship="IN_LINE", target="LineOfWork"),
        Ref("parent", "the task that it is part of", "上级任务", relationship="SUBTASK_OF", target="Task"),
        Ref("clause", "the clause that says so", "条款", relationship="BASED_ON", target="Clause"),
        Based("basis", "what it rests on", "依据"),
        Back("subtasks", "the tasks directly under it", "子任务", target="Task", ref="parent"),
        Via("lead", "organizations that lead", "牵头单位", fact="Leads", end=End.TO, target="Organization", many=True),
        Via(
            "assisting",
            "organizations that assist",
            "配合单位",
            fact="Assists",
            end=End.TO,
            target="Organization",
            many=True,
        ),
        Via(
            "responsible",
            "organizations that are responsible",
            "责任单位",
            fact="AnswersFor",
            end=End.TO,
            target="Organization",
            many=True,
        ),
        Facts("responsibilities", "posts that answer for it", "责任", fact="Responsibility", end=End.TO),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

PROBLEM = Entity(
    "Problem",
    "something found wrong at a site or in an area",
    "问题",
    (
        *RECORD,
        Property("number", "how people call it", "编号", required=True),
        Named("title", "what was found", "标题", required=True),
        Property("status", "where it stands in its life", "状态", enum=ProblemStatus, required=True),
        Property("origin", "how it came to light", "来源渠道", enum=Origin, required=True),
        Property("severity", "how grave it is", "严重程度", enum=Severity, required=True),
        Property("discoveredAt", "when it was found", "发现时间", scalar=Scalar.INSTANT, required=True),
        Property("dueAt", "when it must be put right; OPEN where no clock runs", "时限", scalar=Scalar.INSTANT),
        Property(
            "fallsDueAt",
            "the deadline whose passing is still to be noticed; null where no clock runs, or it was noticed",
            "待到时限",
            scalar=Scalar.INSTANT,
        ),
        Property(
            "verifiedAt",
            "since when it counts as put right; null where it does not, or was verified before this was kept",
            "核实时间",
            scalar=Scalar.INSTANT,
        ),
        Property("assignedToId", "id of the organization that must act, '' where none", "承办单位标识"),
        Property("siteId", "id of its site, '' where none", "监管对象标识"),
        Property("taskId", "id of its task, '' where none", "任务标识"),
        Property("reportedById", "id of who reported it, '' where nobody is named", "上报人标识"),
        Property("life", "the rest of the state that the rules need, as JSON", "流程状态"),
        Property("position", "how many events its chain has", "事件数", scalar=Scalar.INTEGER),
        Property("hash", "hash of its last event", "末事件哈希"),
        Computed("overdue", "the clock ran out and it is not closed", "超期"),
        Ruled("responsible", "who answers for it first, by its trace at that moment; null: nobody", "责任人"),
        Ref("site", "the site that it was found at", "监管对象", relationship="FOUND_AT", target="Site"),
        Ref(
            "ownArea",
            "the area that it was found in, where one was given",
            "所在辖区",
            relationship="FOUND_IN",
            target="Area",
        ),
        FirstOf(
            "area", "its own area, else its site's", "所在辖区", target="Area", ways=(("ownArea",), ("site", "area"))
        ),
        Ref("task", "the task that it falls under", "任务", relationship="FALLS_UNDER", target="Task"),
        Ref("reportedBy", "who reported it", "上报人", relationship="REPORTED_BY", target="Person"),
        Ref(
            "assignedTo",
            "the organization that must act",
            "承办单位",
            relationship="ASSIGNED_TO",
            target="Organization",
        ),
        Ref(
            "inspection",
            "the inspection that found it",
            "检查",
            relationship="FOUND_BY",
            target="Inspection",
            mixed=True,
        ),
        Ref(
            "covertFilm",
            "the covert film that shows it",
            "暗访片",
            relationship="FOUND_BY",
            target="CovertFilm",
            mixed=True,
        ),
        Back(
            "sweep", "the sweep of similar sites that it led to", "举一反三排查", target="Sweep", ref="origin", one=True
        ),
        Ref("feedback", "the feedback that names it", "上级反馈", relationship="FED_BACK_IN", target="Feedback"),
        Ref("patrol", "the patrol that found it", "巡查", relationship="FOUND_ON", target="Patrol"),
        Back("events", "what happened to it, in order", "事件", target="Event", ref="problem"),
        Back("attachments", "the evidence that was given, described", "佐证", target="Evidence", ref="problem"),
        Back("lookBacks", "who looked again once it was closed", "回头看", target="LookBack", ref="problem"),
        Back("urgings", "how often it was urged, and what was answered", "督办", target="Urging", ref="problem"),
        Back("grounds", "what it was transferred for", "移送依据", target="TransferGround", ref="problem"),
    ),
    indexes=(
        Index(("assignedToId", "status", "dueAt", "id")),
        Index(("assignedToId", "status", "discoveredAt", "id")),
        Index(("status", "dueAt", "id")),
        Index(("fallsDueAt", "id")),
        Index(("discoveredAt", "id")),
        Index(("siteId", "discoveredAt", "id")),
        Index(("siteId", "reportedById", "discoveredAt", "id")),
        Index(("taskId", "discoveredAt", "id")),
    ),
    owner="oversight",
)

EVENT = Entity(
    "Event",
    "something that happened, appended and hash-chained, never edited",
    "事件",
    (
        *RECORD,
        Property("kind", "what happened", "类型", enum=EventKind, required=True),
        Property("at", "when it happened", "发生时间", scalar=Scalar.INSTANT, required=True),
        Property("position", "its place in its subject's chain, from 1", "序号", scalar=Scalar.INTEGER, required=True),
        Property("data", "the body that is hashed, canonical JSON (RFC 8785)", "内容", required=True),
        Property("hash", "SHA-256 of the body and the hash before, hexadecimal", "哈希", required=True),
        Property("previousHash", "hash of the event before it, null for the first", "前一哈希"),
        Property("logIndex", "its number in the log, from 0; null until it has one", "存证序号", scalar=Scalar.INTEGER),
        Property("evidence", "names or SHA-256 sums of files", "佐证", scalar=Scalar.TEXTS),
        Property("note", "what was said", "备注"),
        Property("dueAt", "the deadline that it set", "时限", scalar=Scalar.INSTANT),
        Ref("problem", "the problem that it is about", "问题", relationship="EVENT_OF", target="Problem", mixed=True),
        Ref(
            "instruction",
            "the instruction that it is about",
            "指令",
            relationship="EVENT_OF",
            target="Instruction",
            mixed=True,
        ),
        Ref(
            "recipient",
            "the recipient of an instruction that it is about",
            "受令单位",
            relationship="EVENT_OF",
            target="Recipient",
            mixed=True,
        ),
        Ref(
            "inspection",
            "the inspection that it is about",
            "检查",
            relationship="EVENT_OF",
            target="Inspection",
            mixed=True,
        ),
        *(
            Ref(name, f"the {en} that it is about", zh, relationship="EVENT_OF", target=target, mixed=True)
            for name, en, zh, target in (
                ("feedback", "feedback", "上级反馈", "Feedback"),
                ("draw", "draw", "随机抽取", "Draw"),
                ("lookBack", "look-back", "回头看", "LookBack"),
                ("covertFilm", "covert film", "暗访片", "CovertFilm"),
                ("sweep", "sweep", "举一反三排查", "Sweep"),
                ("patrol", "patrol", "巡查", "Patrol"),
                ("urging", "urging", "督办", "Urging"),
                ("transfer", "transfer", "移送", "Transfer"),
            )
        ),
        Back("attachments", "the evidence that was given with it, described", "佐证", target="Evidence", ref="event"),
        Ref("actor", "who did it", "操作人", relationship="DONE_BY", target="Person"),
        Ref("post", "in which post", "岗位", relationship="DONE_AS", target="Post"),
        Ref(
            "toOrganization",
            "the organization that it was passed to",
            "移交单位",
            relationship="PASSED_TO",
            target="Organization",
        ),
    ),
    keeps_past=False,
    owner="oversight",
)

ENTITIES = (
    ORGANIZATION, POST, PERSON, AREA, SITE_KIND, SITE, DIRECTIVE, CLAUSE, CAMPAIGN, LINE_OF_WORK, TASK, PROBLEM, EVENT,
)  # fmt: skip
