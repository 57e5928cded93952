"""Rectification and what checks it: problems fed back from above, evidence, look-backs and how they were drawn."""

from graph.model.declare import Back, Computed, Entity, Property, Ref, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import AuthorityLevel, EvidenceKind, LookBackOutcome, Selection
from graph.model.instructions import CHAIN

FEEDBACK = Entity(
    "Feedback",
    "what an authority of the province, the city or the county found on inspection and fed back to be rectified",
    "上级反馈",
    (
        *RECORD,
        *CHAIN,
        Property("level", "the level of the authority", "反馈层级", enum=AuthorityLevel, required=True),
        Property("authority", "what the inspecting authority is called", "反馈单位"),
        Property("document", "the document's number or title", "文号", required=True),
        Property("batch", "which batch of problems", "批次"),
        Property("receivedAt", "when the county received it", "收到时间", scalar=Scalar.INSTANT, required=True),
        Property("note", "what was said", "备注"),
        Computed("progress", "how far its problems are, as known and as of the instant of the read", "整改进度"),
        Ref("recordedBy", "who recorded it", "登记人", relationship="RECORDED_BY", target="Person"),
        Ref(
            "organization", "the organization that received it", "接收单位", relationship="RECEIVED_BY",
            target="Organization",
        ),
        Back("problems", "the problems that it names", "问题", target="Problem", ref="feedback"),
        Back("events", "that it was received", "事件", target="Event", ref="feedback"),
    ),
    indexes=(BY_ID,),
    keeps_past=False,
    owner="oversight",
)  # fmt: skip

EVIDENCE = Entity(
    "Evidence",
    "a file that shows how something was: which, of what kind, taken when and by whom",
    "佐证",
    (
        *RECORD,
        *CHAIN,
        Property("kind", "what it is", "类别", enum=EvidenceKind, required=True),
        Property("sha256", "SHA-256 of the file, hexadecimal; it stands in the event too", "文件哈希", required=True),
        Property("reference", "where the file is kept", "存放位置", required=True),
        Property("takenAt", "when it was taken", "取证时间", scalar=Scalar.INSTANT, required=True),
        Ref("takenBy", "who took it", "取证人", relationship="TAKEN_BY", target="Person"),
        Ref("event", "the step that it was given with", "事件", relationship="GIVEN_WITH", target="Event"),
        Ref("problem", "the problem that it is about", "问题", relationship="SHOWS", target="Problem"),
    ),
    indexes=(BY_ID,),
    keeps_past=False,
    owner="oversight",
)

DRAW = Entity(
    "Draw",
    "a draw by seeded chance from the closed problems of a scope: the same seed and population give the same draw",
    "随机抽取",
    (
        *RECORD,
        *CHAIN,
        Property("seed", "what chance was seeded with", "随机种子", required=True),
        Property("drawnAt", "when it was drawn", "抽取时间", scalar=Scalar.INSTANT, required=True),
        Property("size", "how many were to be drawn", "抽取数量", scalar=Scalar.INTEGER, required=True),
        Property(
            "populationSize", "how many it was drawn from", "总体数量", scalar=Scalar.INTEGER, required=True
        ),
        Property(
            "population", "ids of the problems that it was drawn from, in the order of their ids", "总体",
            scalar=Scalar.TEXTS,
        ),
        Property("populationHash", "SHA-256 of those ids, joined by line feeds", "总体哈希", required=True),
        Property("closedFrom", "only problems closed at or after this", "结案起", scalar=Scalar.INSTANT),
        Property("closedUntil", "only problems closed before this", "结案止", scalar=Scalar.INSTANT),
        Ref("area", "only problems there and in the areas below it", "辖区", relationship="DRAWN_IN", target="Area"),
        Ref("task", "only problems of this task", "任务", relationship="DRAWN_UNDER", target="Task"),
        Ref(
            "feedback", "only problems that this feedback names", "上级反馈", relationship="DRAWN_OF",
            target="Feedback",
        ),
        Ref("drawnBy", "who drew", "抽取人", relationship="DRAWN_BY", target="Person"),
        Back("lookBacks", "what was drawn, in the order of the draw", "回头看", target="LookBack", ref="draw"),
        Back("events", "that it was drawn", "事件", target="Event", ref="draw"),
    ),
    indexes=(BY_ID,),
    keeps_past=False,
    owner="oversight",
)  # fmt: skip

LOOK_BACK = Entity(
    "LookBack",
    "somebody is to look again whether a problem that was closed is put right, and says what they found",
    "回头看",
    (
        *RECORD,
        *CHAIN,
        Property("selection", "how the problem came to be looked back at", "抽选方式", enum=Selection, required=True),
        Property("reason", "why it was chosen", "指定理由"),
        Property("orderedAt", "when it was drawn or chosen", "确定时间", scalar=Scalar.INSTANT, required=True),
        Property("dueAt", "by when to look", "时限", scalar=Scalar.INSTANT, required=True),
        Property("rulebook", "version of the rules that its clock is from", "规则版本", required=True),
        Property("lookedAt", "when somebody looked; null: not yet", "查看时间", scalar=Scalar.INSTANT),
        Property("outcome", "what they found; null: nobody has looked yet", "结果", enum=LookBackOutcome),
        Property("note", "what they said", "备注"),
        Computed("late", "its clock ran out before somebody looked, as of the instant of the read", "超期"),
        Ref("problem", "the problem", "问题", relationship="LOOKS_BACK_AT", target="Problem"),
        Ref("draw", "the draw; null: it was chosen", "随机抽取", relationship="DRAWN_FROM", target="Draw"),
        Ref("orderedBy", "who drew or chose it", "确定人", relationship="ORDERED_BY", target="Person"),
        Ref("lookedBy", "who looked", "查看人", relationship="LOOKED_BY", target="Person"),
        Back("events", "what happened to it, in order", "事件", target="Event", ref="lookBack"),
    ),
    indexes=(BY_ID,),
    owner="oversight",
)

RECTIFICATION = (FEEDBACK, EVIDENCE, DRAW, LOOK_BACK)
