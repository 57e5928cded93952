"""Findings: what the rules noticed or a person recorded, by which rule, on which events, and whom it concerns."""

from graph.model.declare import Back, Based, Computed, Entity, Index, OneOf, Property, Ref, Refs, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import AccountabilityCaseStatus, FindingKind, Gap, Level, Severity
from graph.model.instructions import CHAIN

SUBJECTS = ("Problem", "Instruction")

FINDING = Entity(
    "Finding",
    "what the rules noticed: a breach by somebody, or a gap where nobody answers; never a verdict",
    "责任认定线索",
    (
        *RECORD,
        *CHAIN,
        Property("kind", "what was noticed", "类型", enum=FindingKind, required=True),
        Property("severity", "how grave the rule holds it to be", "严重程度", enum=Severity, required=True),
        Property(
            "detectedAt",
            "since when it is so; of what was wrongly done: when",
            "发现时间",
            scalar=Scalar.INSTANT,
            required=True,
        ),
        Property("summary", "what was noticed, in a sentence", "摘要", required=True),
        Property("subjectId", "id of its subject", "对象标识", required=True),
        Property("key", "rule, subject and events: what is noticed twice is one finding", "线索键", required=True),
        Property("withdrawnAt", "when its facts were corrected; null: it stands", "撤回时间", scalar=Scalar.INSTANT),
        Property("withdrawal", "why it was withdrawn", "撤回原因"),
        Computed("withdrawnBecause", "why it was withdrawn; null: it stands", "撤回原因", scalar=Scalar.TEXT),
        Property("statement", "what was wrongly done, as the one who recorded it says; null: noticed", "认定事实"),
        Property("evidence", "of what was recorded: names or SHA-256 sums of files", "佐证", scalar=Scalar.TEXTS),
        Ref("doneBy", "who did it wrongly; null: noticed", "行为人", "WRONGLY_DONE_BY", "Person"),
        Ref("recordedBy", "who recorded it; null: noticed", "登记人", "RECORDED_BY", "Person"),
        Based("basis", "what the one who recorded it says it goes against; null: what its rule rests on", "依据"),
        OneOf("subject", "what it is about", "对象", relationship="ABOUT", targets=SUBJECTS),
        Back("accountable", "whom it concerns, by the trace at that moment", "责任人", target="Accountable", ref="in"),
        Ref("rule", "the rule that noticed it", "规则", relationship="BY_RULE", target="FindingRule"),
        Refs("events", "the events that it rests on", "事件", relationship="RESTS_ON", target="Event"),
        Ref(
            "case",
            "the case that was opened from it; null: none",
            "问责案件",
            relationship="CITED_IN",
            target="AccountabilityCase",
        ),
    ),
    indexes=(
        Index(("detectedAt", "id")),
        Index(("kind", "detectedAt", "id")),
        Index(("severity", "detectedAt", "id")),
        Index(("subjectId", "detectedAt", "id")),
        Index(("key",)),
    ),
    keeps_past=False,
    owner="accountability",
)

ACCOUNTABLE = Entity(
    "Accountable",
    "whom a finding concerns: a hop of the trace at that moment, kept with the finding",
    "责任人",
    (
        *RECORD,
        Property("place", "its place among those of the finding, from 1", "序号", scalar=Scalar.INTEGER),
        Property("level", "direct, supervisory or leadership responsibility", "责任层级", enum=Level, required=True),
        Property("gap", "why nobody is named, or not one", "空档", enum=Gap),
        Property("findingId", "id of the finding", "线索标识"),
        Property("detectedAt", "that of the finding", "发现时间", scalar=Scalar.INSTANT),
        Property("personId", "id of the person where first named in the finding, else ''", "人员标识"),
        Property("organizationId", "id of the organization where first named in the finding, else ''", "单位标识"),
        Ref("in", "the finding", "线索", relationship="ACCOUNTABLE_IN", target="Finding"),
        Ref("person", "who held the post then; null: nobody, or unknown", "人员", "CONCERNS_PERSON", "Person"),
        Ref("post", "the post; null where no post is known to answer", "岗位", "CONCERNS_POST", "Post"),
        Ref("organization", "the organization", "单位", "CONCERNS_ORGANIZATION", "Organization"),
    ),
    indexes=(Index(("personId", "detectedAt", "findingId")), Index(("organizationId", "detectedAt", "findingId"))),
    keeps_past=False,
    owner="accountability",
)

FINDING_RULE = Entity(
    "FindingRule",
    "a rule of a rulebook's version that findings were noticed by",
    "线索规则",
    (
        *RECORD,
        Property("code", "the rulebook's code of it", "代码", required=True),
        Property("version", "the rulebook's version", "规则版本", required=True),
        Property("title", "what it says", "名称", required=True),
        Ref("clause", "the clause that says so", "条款", relationship="BASED_ON", target="Clause"),
        Based("basis", "what it rests on", "依据"),
    ),
    keeps_past=False,
    owner="accountability",
)

ACCOUNTABILITY_CASE = Entity(
    "AccountabilityCase",
    "a case that people open from findings",
    "问责案件",
    (*RECORD, Property("status", "where it stands", "状态", enum=AccountabilityCaseStatus, required=True)),
    indexes=(BY_ID,),
    owner="accountability",
)

FINDINGS = (FINDING, ACCOUNTABLE, FINDING_RULE, ACCOUNTABILITY_CASE)
