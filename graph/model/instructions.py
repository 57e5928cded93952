"""Instructions and those who receive them."""

from graph.model.declare import Back, Computed, Entity, Index, Property, Ref, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import RecipientState

CLOCKS = (
    Property("acknowledgeBy", "by when to acknowledge", "回复收到时限", scalar=Scalar.INSTANT, required=True),
    Property("actBy", "by when to act", "落实时限", scalar=Scalar.INSTANT, required=True),
    Property("answerBy", "by when to answer", "反馈时限", scalar=Scalar.INSTANT, required=True),
)
CHAIN = (
    Property("position", "how many events its chain has", "事件数", scalar=Scalar.INTEGER),
    Property("hash", "hash of its last event", "末事件哈希"),
)

INSTRUCTION = Entity(
    "Instruction",
    "the expert group tells organizations what to do",
    "指令",
    (
        *RECORD,
        *CHAIN,
        *CLOCKS,
        Property("text", "what is to be done", "内容", required=True),
        Property("issuedAt", "when it was issued", "下达时间", scalar=Scalar.INSTANT, required=True),
        Property("rulebook", "version of the rules that its clocks are from", "规则版本", required=True),
        Property(
            "assumedClocks",
            "the clocks that no document gives and the instruction does not name: chosen by the rulebook",
            "推定时限",
            scalar=Scalar.TEXTS,
        ),
        Ref("issuer", "the organization that issued it", "下达单位", relationship="ISSUED_FROM", target="Organization"),
        Ref("issuedBy", "who issued it", "下达人", relationship="ISSUED_BY", target="Person"),
        Ref("task", "the task that it falls under", "任务", relationship="FALLS_UNDER", target="Task"),
        Back("recipients", "those whom it tells", "受令单位", target="Recipient", ref="instruction"),
        Back("events", "that it was issued", "事件", target="Event", ref="instruction"),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

RECIPIENT = Entity(
    "Recipient",
    "an organization that an instruction tells what to do, with what it has done by when",
    "受令单位",
    (
        *RECORD,
        *CHAIN,
        *CLOCKS,
        Property("state", "how far it is", "状态", enum=RecipientState, required=True),
        Property("dueAt", "by when the next step is due; null: every step was taken", "时限", scalar=Scalar.INSTANT),
        Property("acknowledgedAt", "when it acknowledged", "回复收到时间", scalar=Scalar.INSTANT),
        Property("actedAt", "when it acted", "落实时间", scalar=Scalar.INSTANT),
        Property("answeredAt", "when it answered", "反馈时间", scalar=Scalar.INSTANT),
        Property("answer", "what it answered", "反馈内容"),
        Property("organizationId", "id of the organization", "受令单位标识"),
        Computed("breaches", "the clocks that it missed, as of the instant of the read", "违反情形"),
        Ref("instruction", "the instruction", "指令", relationship="RECIPIENT_OF", target="Instruction"),
        Ref("organization", "the organization", "单位", relationship="ADDRESSED_TO", target="Organization"),
        Ref("acknowledgedBy", "who acknowledged", "回复人", relationship="ACKNOWLEDGED_BY", target="Person"),
        Ref("actedBy", "who acted", "落实人", relationship="ACTED_BY", target="Person"),
        Ref("answeredBy", "who answered", "反馈人", relationship="ANSWERED_BY", target="Person"),
        Back("events", "what it was told and did, in order", "事件", target="Event", ref="recipient"),
    ),
    indexes=(
        Index(("organizationId", "state", "answerBy", "id")),
        Index(("organizationId", "answerBy", "id")),
        Index(("state", "answerBy", "id")),
        Index(("answerBy", "id")),
    ),
    owner="campaign",
)

INSTRUCTIONS = (INSTRUCTION, RECIPIENT)
