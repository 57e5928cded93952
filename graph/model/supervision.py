"""Supervision: patrols, urging, and the transfer of problems to the discipline office."""

from graph.model.declare import Back, Computed, Entity, Property, Ref, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import GroundKind, TransferState
from graph.model.instructions import CHAIN

PATROL = Entity(
    "Patrol",
    "a round of a supervision post along areas and sites, planned and then done",
    "巡查",
    (
        *RECORD,
        *CHAIN,
        Property("purpose", "what is looked for", "巡查内容", required=True),
        Property("startsAt", "when it is to begin", "计划开始", scalar=Scalar.INSTANT, required=True),
        Property("endsAt", "by when it is to be done", "计划结束", scalar=Scalar.INSTANT, required=True),
        Property("doneAt", "when it was done; null: not yet", "完成时间", scalar=Scalar.INSTANT),
        Property("note", "what was said of it", "备注"),
        Computed("late", "it was not done in time, as of the instant of the read", "超期"),
        Ref("post", "the post that patrols", "巡查岗位", relationship="PATROLLED_AS", target="Post"),
        Ref(
            "organization", "that post's organization", "巡查单位", relationship="PATROLLED_FOR", target="Organization"
        ),
        Ref("plannedBy", "who planned it", "计划人", relationship="PLANNED_BY", target="Person"),
        Ref("doneBy", "who patrolled", "巡查人", relationship="PATROLLED_BY", target="Person"),
        Back("stops", "where it goes, in order", "巡查点", target="PatrolStop", ref="patrol"),
        Back("problems", "what was found on it", "问题", target="Problem", ref="patrol"),
        Back("events", "what happened to it, in order", "事件", target="Event", ref="patrol"),
    ),
    indexes=(BY_ID,),
    owner="oversight",
)

PATROL_STOP = Entity(
    "PatrolStop",
    "an area or a site on the route of a patrol",
    "巡查点",
    (
        *RECORD,
        *CHAIN,
        Property("visitedAt", "when it was visited; null: not", "到达时间", scalar=Scalar.INSTANT),
        Property("note", "what was said of it", "备注"),
        Ref("patrol", "the patrol", "巡查", relationship="STOP_OF", target="Patrol"),
        Ref("area", "the area, if it is one", "辖区", relationship="STOPS_IN", target="Area"),
        Ref("site", "the site, if it is one", "监管对象", relationship="STOPS_AT", target="Site"),
    ),
    indexes=(BY_ID,),
    owner="oversight",
)

URGING = Entity(
    "Urging",
    "somebody who supervises urges the organization that has a problem in hand; it must answer in time",
    "督办",
    (
        *RECORD,
        *CHAIN,
        Property("number", "the how manieth of the problem, from 1", "次数", scalar=Scalar.INTEGER, required=True),
        Property("reason", "why it is urged", "督办理由", required=True),
        Property("urgedAt", "when it was urged", "督办时间", scalar=Scalar.INSTANT, required=True),
        Property("answerBy", "by when to answer", "答复时限", scalar=Scalar.INSTANT, required=True),
        Property("rulebook", "version of the rules that its clock is from", "规则版本", required=True),
        Property("answeredAt", "when it was answered; null: not yet", "答复时间", scalar=Scalar.INSTANT),
        Property("answer", "what was answered", "答复内容"),
        Computed("late", "it was not answered in time, as of the instant of the read", "超期"),
        Ref("problem", "the problem", "问题", relationship="URGES", target="Problem"),
        Ref("organization", "who is urged", "被督办单位", relationship="URGED", target="Organization"),
        Ref("urgedFor", "the organization that urges", "督办单位", relationship="URGED_FOR", target="Organization"),
        Ref("urgedBy", "who urges", "督办人", relationship="URGED_BY", target="Person"),
        Ref("answeredBy", "who answered", "答复人", relationship="URGING_ANSWERED_BY", target="Person"),
        Back("events", "what happened to it, in order", "事件", target="Event", ref="urging"),
    ),
    indexes=(BY_ID,),
    owner="oversight",
)

TRANSFER = Entity(
    "Transfer",
    "problems are handed to the discipline office, which acknowledges and then accepts or returns them",
    "移送",
    (
        *RECORD,
        *CHAIN,
        Property("state", "how far it is", "状态", enum=TransferState, required=True),
        Property("statement", "why it is transferred", "移送理由", required=True),
        Property("transferredAt", "when it was sent", "移送时间", scalar=Scalar.INSTANT, required=True),
        Property("acknowledgeBy", "by when to acknowledge", "签收时限", scalar=Scalar.INSTANT, required=True),
        Property("decideBy", "by when to accept or return it", "受理时限", scalar=Scalar.INSTANT, required=True),
        Property("rulebook", "version of the rules that its clocks are from", "规则版本", required=True),
        Property("acknowledgedAt", "when it was acknowledged", "签收时间", scalar=Scalar.INSTANT),
        Property("decidedAt", "when it was accepted or returned", "受理或退回时间", scalar=Scalar.INSTANT),
        Property("returnReason", "why it was returned", "退回理由"),
        Computed("acknowledgedLate", "it was not acknowledged in time, as of the instant of the read", "签收超期"),
        Computed("decidedLate", "it was not decided in time, as of the instant of the read", "受理超期"),
        Ref(
            "sender",
            "the organization that hands it over",
            "移送单位",
            relationship="HANDED_FROM",
            target="Organization",
        ),
        Ref(
            "receiver", "the organization that receives it", "接收单位", relationship="HANDED_TO", target="Organization"
        ),
        Ref("transferredBy", "who sent it", "移送人", relationship="HANDED_BY", target="Person"),
        Ref("acknowledgedBy", "who acknowledged it", "签收人", relationship="RECEIPT_BY", target="Person"),
        Ref("decidedBy", "who accepted or returned it", "受理人", relationship="DECIDED_BY", target="Person"),
        Back("grounds", "what it rests on", "移送依据", target="TransferGround", ref="transfer"),
        Back("events", "what happened to it, in order", "事件", target="Event", ref="transfer"),
    ),
    indexes=(BY_ID,),
    owner="oversight",
)

TRANSFER_GROUND = Entity(
    "TransferGround",
    "a fact in the ledger behind a word: an event that shows of a problem what it is transferred for",
    "移送依据",
    (
        *RECORD,
        *CHAIN,
        Property("kind", "what it is transferred for", "类别", enum=GroundKind, required=True),
        Property("statement", "what was said of it", "说明"),
        Ref("transfer", "the transfer", "移送", relationship="GROUND_OF", target="Transfer"),
        Ref("problem", "the problem", "问题", relationship="GROUND_AT", target="Problem"),
        Ref("event", "the event that shows it", "事件", relationship="RESTS_ON", target="Event"),
    ),
    indexes=(BY_ID,),
    keeps_past=False,
    owner="oversight",
)

SUPERVISION = (PATROL, PATROL_STOP, URGING, TRANSFER, TRANSFER_GROUND)
