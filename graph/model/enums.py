"""The closed lists of the domain. A member's value is its name; `zh` is what county staff see."""

from enum import StrEnum


class Term(StrEnum):
    """A member of a closed list, with its Chinese term."""

    zh: str

    def __new__(cls, value: str, zh: str) -> "Term":
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        return member


class OrganizationKind(Term):
    GOVERNMENT = "GOVERNMENT", "政府"
    DEPARTMENT = "DEPARTMENT", "部门"
    SUBDISTRICT = "SUBDISTRICT", "街道办事处"
    TOWNSHIP = "TOWNSHIP", "乡镇"
    ZONE = "ZONE", "开发区"
    VILLAGE_COMMITTEE = "VILLAGE_COMMITTEE", "村(居)委会"
    SUPERVISION_BODY = "SUPERVISION_BODY", "督查机构"
    DISCIPLINE_BODY = "DISCIPLINE_BODY", "纪检监察机关"
    EXPERT_GROUP = "EXPERT_GROUP", "专家组"
    ENTERPRISE = "ENTERPRISE", "企业"


class AreaKind(Term):
    COUNTY = "COUNTY", "县"
    SUBDISTRICT = "SUBDISTRICT", "街道"
    TOWNSHIP = "TOWNSHIP", "乡镇"
    ZONE = "ZONE", "开发区"
    VILLAGE = "VILLAGE", "村"
    COMMUNITY = "COMMUNITY", "社区"
    GRID = "GRID", "单元网格"


class SiteType(Term):
    """Those that every county has. The rulebook of a campaign may bring others."""

    ENTERPRISE = "ENTERPRISE", "工业企业"
    CONSTRUCTION = "CONSTRUCTION", "施工工地"
    ROAD_SECTION = "ROAD_SECTION", "道路"
    RESTAURANT = "RESTAURANT", "餐饮单位"
    FUEL_STATION = "FUEL_STATION", "加油站点"
    COAL_YARD = "COAL_YARD", "散煤点"
    HOUSEHOLD = "HOUSEHOLD", "住户"
    FIELD = "FIELD", "农田"
    CAMERA = "CAMERA", "摄像头"
    STATION = "STATION", "空气监测站"

    @classmethod
    def bring(cls, code: str, zh: str) -> None:
        """One more, from now on in this process; what is there already stays as it is."""
        if code not in cls.__members__:
            member = str.__new__(cls, code)
            member._name_, member._value_, member.zh = code, code, zh
            cls._member_names_.append(code)
            cls._member_map_[code] = cls._value2member_map_[code] = member


class Role(Term):
    GRID_WORKER = "GRID_WORKER", "网格员"
    OPERATOR = "OPERATOR", "经营者"
    RESPONSIBLE = "RESPONSIBLE", "责任人"
    CREW = "CREW", "作业人员"
    GRID_LEADER = "GRID_LEADER", "网格长"
    SUPERVISOR = "SUPERVISOR", "监管人员"
    STATIONED_INSPECTOR = "STATIONED_INSPECTOR", "驻厂人员"
    INSPECTOR = "INSPECTOR", "督查人员"
    LEADER = "LEADER", "分管或包保领导"
    HEAD = "HEAD", "主要负责人"
    SUPERIOR = "SUPERIOR", "上级"


class Level(Term):
    DIRECT = "DIRECT", "直接责任"
    SUPERVISORY = "SUPERVISORY", "监管责任"
    LEADERSHIP = "LEADERSHIP", "领导责任"


class Capacity(Term):
    LEAD = "LEAD", "牵头"
    ASSISTING = "ASSISTING", "配合"
    RESPONSIBLE = "RESPONSIBLE", "责任"
    RECIPIENT = "RECIPIENT", "受令"
    INDUSTRY = "INDUSTRY", "行业"
    BUSINESS = "BUSINESS", "业务"
    PRODUCTION = "PRODUCTION", "生产经营"


class Gap(Term):
    VACANT = "VACANT", "空缺"
    UNASSIGNED = "UNASSIGNED", "未落实"
    OVERLAPPING = "OVERLAPPING", "重叠"
    CYCLE = "CYCLE", "循环上报"


class LineKind(Term):
    TERRITORIAL = "TERRITORIAL", "属地"
    INDUSTRY = "INDUSTRY", "行业监管"
    TASK = "TASK", "任务"
    SUPERVISION = "SUPERVISION", "督导"
    REGULATED_PARTY = "REGULATED_PARTY", "监管对象"


class Origin(Term):
    COVERT_FILM = "COVERT_FILM", "暗访"
    PROVINCE = "PROVINCE", "省级反馈"
    CITY = "CITY", "市级反馈"
    COUNTY = "COUNTY", "县级反馈"
    EXPERT_GROUP = "EXPERT_GROUP", "专家组"
    GRID_WORKER = "GRID_WORKER", "网格员上报"
    CAMERA = "CAMERA", "视频监控"
    HOTLINE = "HOTLINE", "热线"
    PATROL = "PATROL", "巡查"
    INSPECTION = "INSPECTION", "检查"
    OTHER = "OTHER", "其他"


class Severity(Term):
    MINOR = "MINOR", "轻微"
    NORMAL = "NORMAL", "一般"
    SERIOUS = "SERIOUS", "严重"
    CRITICAL = "CRITICAL", "特别严重"


class ProblemStatus(Term):
    REPORTED = "REPORTED", "已上报"
    REGISTERED = "REGISTERED", "已立案"
    ASSIGNED = "ASSIGNED", "已交办"
    RECTIFYING = "RECTIFYING", "整改中"
    SUBMITTED = "SUBMITTED", "已提交"
    VERIFIED = "VERIFIED", "已核查"
    CLOSED = "CLOSED", "已结案"
    RETURNED = "RETURNED", "已退回"
    SUSPENDED = "SUSPENDED", "已挂账"
    REJECTED = "REJECTED", "不予立案"


class ProblemAction(Term):
    REGISTER = "REGISTER", "立案"
    ASSIGN = "ASSIGN", "交办"
    ACCEPT = "ACCEPT", "签收"
    RETURN = "RETURN", "退回"
    UPHOLD_RETURN = "UPHOLD_RETURN", "同意退回"
    REFUSE_RETURN = "REFUSE_RETURN", "驳回退回"
    REQUEST_EXTENSION = "REQUEST_EXTENSION", "申请延期"
    GRANT_EXTENSION = "GRANT_EXTENSION", "同意延期"
    REFUSE_EXTENSION = "REFUSE_EXTENSION", "不同意延期"
    SUSPEND = "SUSPEND", "挂账"
    RESUME = "RESUME", "恢复"
    URGE = "URGE", "督办"
    ESCALATE = "ESCALATE", "升级上报"
    SUBMIT = "SUBMIT", "提交整改"
    VERIFY = "VERIFY", "核查通过"
    REOPEN = "REOPEN", "返工"
    CLOSE = "CLOSE", "结案"
    LOOK_BACK = "LOOK_BACK", "回头看"
    TRANSFER = "TRANSFER", "移交"
    REJECT = "REJECT", "不予立案"


class EventKind(Term):
    """What an event says happened: a record, an action on a problem, a step of an instruction, an inspection."""

    RECORDED = "RECORDED", "录入"
    CORRECTED = "CORRECTED", "更正"
    REPORTED = "REPORTED", "上报"
    REGISTER = "REGISTER", "立案"
    ASSIGN = "ASSIGN", "交办"
    ACCEPT = "ACCEPT", "签收"
    RETURN = "RETURN", "退回"
    UPHOLD_RETURN = "UPHOLD_RETURN", "同意退回"
    REFUSE_RETURN = "REFUSE_RETURN", "驳回退回"
    REQUEST_EXTENSION = "REQUEST_EXTENSION", "申请延期"
    GRANT_EXTENSION = "GRANT_EXTENSION", "同意延期"
    REFUSE_EXTENSION = "REFUSE_EXTENSION", "不同意延期"
    SUSPEND = "SUSPEND", "挂账"
    RESUME = "RESUME", "恢复"
    URGE = "URGE", "督办"
    ESCALATE = "ESCALATE", "升级上报"
    SUBMIT = "SUBMIT", "提交整改"
    VERIFY = "VERIFY", "核查通过"
    REOPEN = "REOPEN", "返工"
    CLOSE = "CLOSE", "结案"
    LOOK_BACK = "LOOK_BACK", "回头看"
    TRANSFER = "TRANSFER", "移交"
    REJECT = "REJECT", "不予立案"
    DEADLINE_PASSED = "DEADLINE_PASSED", "超期"
    COMPLETE = "COMPLETE", "完成"
    ISSUE = "ISSUE", "下达"
    ACKNOWLEDGE = "ACKNOWLEDGE", "回复收到"
    ACT = "ACT", "落实"
    ANSWER = "ANSWER", "反馈"
    WRONGLY_DONE = "WRONGLY_DONE", "记录乱作为"
    NOTICED = "NOTICED", "发现责任认定线索"
    WITHDRAWN = "WITHDRAWN", "撤回责任认定线索"
    INSPECTED = "INSPECTED", "检查"
    FILMED = "FILMED", "登记暗访片"
    SWEEP_STARTED = "SWEEP_STARTED", "开始举一反三排查"
    SWEEP_CLOSED = "SWEEP_CLOSED", "结束举一反三排查"


class InstructionAction(Term):
    """What a recipient of an instruction must do, each by its own clock."""

    ACKNOWLEDGE = "ACKNOWLEDGE", "回复收到"
    ACT = "ACT", "落实"
    ANSWER = "ANSWER", "反馈"


class RecipientState(Term):
    """How far a recipient of an instruction is."""

    ISSUED = "ISSUED", "待回复"
    ACKNOWLEDGED = "ACKNOWLEDGED", "已回复收到"
    ACTED = "ACTED", "已落实"
    ANSWERED = "ANSWERED", "已反馈"


class BreachKind(Term):
    """What a recipient of an instruction missed: which clock ran out before its step was taken."""

    NOT_ACKNOWLEDGED = "NOT_ACKNOWLEDGED", "未按时回复收到"
    NOT_ACTED = "NOT_ACTED", "未按时落实"
    ANSWERED_LATE = "ANSWERED_LATE", "回复收到而未按时反馈"
    SILENT = "SILENT", "不回复"


class ItemOutcome(Term):
    """What an inspection found of an item of its checklist."""

    PASSED = "PASSED", "合格"
    FAILED = "FAILED", "不合格"
    NOT_APPLICABLE = "NOT_APPLICABLE", "不涉及"


class AuthorityLevel(Term):
    """The level of the authority that inspected and fed back."""

    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "市级"
    COUNTY = "COUNTY", "县级"


class EvidenceKind(Term):
    PHOTO = "PHOTO", "照片"
    VIDEO = "VIDEO", "视频"
    DOCUMENT = "DOCUMENT", "文书"
    MEASUREMENT = "MEASUREMENT", "监测数据"
    OTHER = "OTHER", "其他"


class Independence(Term):
    """From what of the one who did something the one who checks it must differ."""

    ANOTHER_PERSON = "ANOTHER_PERSON", "另一人"
    ANOTHER_POST = "ANOTHER_POST", "另一岗位"
    ANOTHER_ORGANIZATION = "ANOTHER_ORGANIZATION", "另一单位"


class Selection(Term):
    """How a problem came to be looked back at."""

    DRAWN = "DRAWN", "随机抽取"
    CHOSEN = "CHOSEN", "指定"


class LookBackOutcome(Term):
    """What a look-back found of a problem that had been closed."""

    HELD = "HELD", "整改到位"
    FALSE_RECTIFICATION = "FALSE_RECTIFICATION", "虚假整改"
    RECURRED = "RECURRED", "问题反弹"


class SweepStatus(Term):
    """Whether a sweep goes on."""

    OPEN = "OPEN", "排查中"
    CLOSED = "CLOSED", "已结束"


class SweptSiteState(Term):
    """How a site stands in a sweep."""

    PENDING = "PENDING", "待查"
    PASSED = "PASSED", "合格"
    FAILED = "FAILED", "不合格"


class Supervising(Term):
    """What only organizations of certain kinds may do; which, the rulebook says."""

    FEED_BACK = "FEED_BACK", "登记上级反馈"
    LOOK_BACK = "LOOK_BACK", "回头看"
    INSPECT = "INSPECT", "检查"
    FILM = "FILM", "登记暗访片"
    SWEEP = "SWEEP", "举一反三排查"
    PATROL = "PATROL", "巡查"
    URGE = "URGE", "督办"
    TRANSFER = "TRANSFER", "移送"
    RECEIVE = "RECEIVE", "接收移送"


class SupervisionStep(Term):
    """A step of supervision that has a clock."""

    LOOK_BACK = "LOOK_BACK", "回头看"
    RECTIFY_FILMED = "RECTIFY_FILMED", "暗访问题整改"
    SWEEP = "SWEEP", "举一反三排查"
    ANSWER_URGING = "ANSWER_URGING", "答复督办"
    ACKNOWLEDGE_TRANSFER = "ACKNOWLEDGE_TRANSFER", "签收移送"
    DECIDE_TRANSFER = "DECIDE_TRANSFER", "受理或退回移送"


class GroundKind(Term):
    """What a problem is transferred for; each needs a fact in the ledger behind it."""

    PASSED_ON = "PASSED_ON", "推诿扯皮"
    WITHOUT_SUBSTANCE = "WITHOUT_SUBSTANCE", "敷衍塞责"
    NOTHING_DONE = "NOTHING_DONE", "不作为"
    WRONGLY_DONE = "WRONGLY_DONE", "乱作为"
    FALSE_RECTIFICATION = "FALSE_RECTIFICATION", "虚假整改"


class TransferState(Term):
    SENT = "SENT", "已移送"
    ACKNOWLEDGED = "ACKNOWLEDGED", "已签收"
    ACCEPTED = "ACCEPTED", "已受理"
    RETURNED = "RETURNED", "已退回"


class TransferAction(Term):
    """What the one who receives a transfer does with it."""

    ACKNOWLEDGE = "ACKNOWLEDGE", "签收"
    ACCEPT = "ACCEPT", "受理"
    RETURN = "RETURN", "退回"


class TargetIndicator(Term):
    """What a year's target is about."""

    PM10 = "PM10", "可吸入颗粒物年均浓度"
    PM25 = "PM25", "细颗粒物年均浓度"
    GOOD_AIR_DAYS = "GOOD_AIR_DAYS", "优良天数"


class RollupDimension(Term):
    """By what the counts of problems are told apart."""

    AREA = "AREA", "辖区"
    LINE_OF_WORK = "LINE_OF_WORK", "条线"


class SubjectKind(Term):
    AREA = "AREA", "辖区"
    SITE = "SITE", "监管对象"
    TASK = "TASK", "任务"
    SITE_KIND = "SITE_KIND", "监管对象类别"


class Indicator(Term):
    PM10 = "PM10", "可吸入颗粒物"
    PM25 = "PM25", "细颗粒物"
    SO2 = "SO2", "二氧化硫"
    NO2 = "NO2", "二氧化氮"
    CO = "CO", "一氧化碳"
    O3 = "O3", "臭氧"


class CustodyReason(Term):
    """What began an interval of custody: an action that changed hands, or that the post got a new holder."""

    DISCOVERED = "DISCOVERED", "发现"
    HANDOVER = "HANDOVER", "岗位交接"
    REGISTER = "REGISTER", "立案"
    ASSIGN = "ASSIGN", "交办"
    ACCEPT = "ACCEPT", "签收"
    RETURN = "RETURN", "退回"
    REFUSE_RETURN = "REFUSE_RETURN", "驳回退回"
    SUBMIT = "SUBMIT", "提交整改"
    REOPEN = "REOPEN", "返工"
    SUSPEND = "SUSPEND", "挂账"
    RESUME = "RESUME", "恢复"
    CLOSE = "CLOSE", "结案"
    REJECT = "REJECT", "不予立案"


class ChangeKind(Term):
    """What became of a hop from one trace to another."""

    ADDED = "ADDED", "新增"
    REMOVED = "REMOVED", "减少"
    CHANGED = "CHANGED", "变化"


class FactKind(Term):
    """What a fact states."""

    MEMBERSHIP = "MEMBERSHIP", "任职"
    RESPONSIBILITY = "RESPONSIBILITY", "责任"
    REGULATION = "REGULATION", "监管归属"
    REPORTING = "REPORTING", "汇报关系"
    PART_OF = "PART_OF", "隶属"
    HEADS = "HEADS", "主要负责"
    OPERATES = "OPERATES", "经营"
    WITHIN = "WITHIN", "位于"
    GOVERNS = "GOVERNS", "管辖"
    POST_IN = "POST_IN", "设于"
    LEADS = "LEADS", "牵头"
    ASSISTS = "ASSISTS", "配合"
    ANSWERS_FOR = "ANSWERS_FOR", "责任单位"


class ExculpatoryReason(Term):
    REPORTED = "REPORTED", "及时上报"
    ESCALATED = "ESCALATED", "及时升级上报"
    REPORTED_EARLIER = "REPORTED_EARLIER", "此前已上报同一对象的问题"
    EXTENSION_GRANTED = "EXTENSION_GRANTED", "延期申请获准"
    RETURN_UPHELD = "RETURN_UPHELD", "退回获准"
    HELD_BRIEFLY = "HELD_BRIEFLY", "任职时间短于办理时限"
    ACTED_IN_TIME = "ACTED_IN_TIME", "始终在时限内办理"


class FindingKind(Term):
    """What the rules noticed: a breach by somebody, or a gap where nobody answers; never a verdict."""

    NOT_ACKNOWLEDGED = "NOT_ACKNOWLEDGED", "未按时签收或回复收到"
    ANSWERED_LATE = "ANSWERED_LATE", "收到而未按时反馈"
    NOT_ACTED_ON = "NOT_ACTED_ON", "未按时落实"
    OVERDUE = "OVERDUE", "逾期未办结"
    INCOMPLETE = "INCOMPLETE", "整改不到位"
    FALSE_RECTIFICATION = "FALSE_RECTIFICATION", "虚假整改"
    CONTRADICTED = "CONTRADICTED", "结案后反弹"
    PASSED_ON = "PASSED_ON", "推诿扯皮"
    WITHOUT_SUBSTANCE = "WITHOUT_SUBSTANCE", "敷衍塞责"
    NOTHING_DONE = "NOTHING_DONE", "不作为"
    WRONGLY_DONE = "WRONGLY_DONE", "乱作为"
    STEP_SKIPPED = "STEP_SKIPPED", "程序缺失"
    RESPONSIBILITY_GAP = "RESPONSIBILITY_GAP", "责任空档"


class FindingSubject(Term):
    """What a rule of findings looks at: a problem, or an instruction as one recipient had it."""

    PROBLEM = "PROBLEM", "问题"
    INSTRUCTION = "INSTRUCTION", "指令"


class Concerned(Term):
    """Whom a finding concerns: those of the organization that had it in hand, all on the trace, or who acted."""

    HOLDER = "HOLDER", "承办单位人员"
    TRACE = "TRACE", "责任链上全体"
    ACTOR = "ACTOR", "经办人"


class AccountabilityCaseStatus(Term):
    PROPOSED = "PROPOSED", "已提出"
    OPENED = "OPENED", "已立案"
    INVESTIGATING = "INVESTIGATING", "调查中"
    ANSWER_INVITED = "ANSWER_INVITED", "已请申辩"
    ANSWERED = "ANSWERED", "已申辩"
    ANSWER_LAPSED = "ANSWER_LAPSED", "逾期未申辩"
    DECIDED = "DECIDED", "已决定"
    APPEALED = "APPEALED", "已申诉"
    FINAL = "FINAL", "已终结"
    TRANSFERRED = "TRANSFERRED", "已移交"
