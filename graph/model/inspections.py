"""Inspections, and what they found of each item of their checklist."""

from graph.model.declare import Back, Based, Entity, Property, Ref, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import ItemOutcome, Severity
from graph.model.instructions import CHAIN

INSPECTION = Entity(
    "Inspection",
    "somebody looks at a site by a checklist of the rulebook",
    "检查",
    (
        *RECORD,
        *CHAIN,
        Property("checklist", "the rulebook's code of the checklist", "清单代码", required=True),
        Property("checklistTitle", "what the checklist is called", "清单名称", required=True),
        Property("rulebook", "version of the rules that the checklist is from", "规则版本", required=True),
        Property("inspectedAt", "when the site was looked at", "检查时间", scalar=Scalar.INSTANT, required=True),
        Property("passed", "no item failed", "是否合格", scalar=Scalar.BOOLEAN, required=True),
        Property("note", "what was said of the whole", "备注"),
        Property("evidence", "names or SHA-256 sums of files", "佐证", scalar=Scalar.TEXTS),
        Ref("site", "the site that was looked at", "监管对象", relationship="INSPECTED_AT", target="Site"),
        Ref("task", "the task that it falls under", "任务", relationship="FALLS_UNDER", target="Task"),
        Ref("inspectedBy", "who looked", "检查人", relationship="INSPECTED_BY", target="Person"),
        Ref("post", "in which post", "岗位", relationship="INSPECTED_AS", target="Post"),
        Ref("sweep", "the sweep that it was made for", "排查", relationship="FOR_SWEEP", target="Sweep"),
        Ref("sweptSite", "the site of that sweep", "排查对象", relationship="CHECKS", target="SweptSite"),
        Back("results", "what was found of each item", "逐项结果", target="ItemResult", ref="inspection"),
        Back("problems", "the problems that its failed items opened", "问题", target="Problem", ref="inspection"),
        Back("events", "that it was recorded", "事件", target="Event", ref="inspection"),
    ),
    indexes=(BY_ID,),
    keeps_past=False,
    owner="oversight",
)

ITEM_RESULT = Entity(
    "ItemResult",
    "what an inspection found of one item of its checklist",
    "逐项检查结果",
    (
        *RECORD,
        Property("item", "the rulebook's code of the item", "项目代码", required=True),
        Property("title", "what the item asks for", "项目", required=True),
        Property("severity", "how grave it is where it fails", "严重程度", enum=Severity, required=True),
        Property("outcome", "what was found", "结果", enum=ItemOutcome, required=True),
        Property("note", "what was said of it", "备注"),
        Property("evidence", "names or SHA-256 sums of files", "佐证", scalar=Scalar.TEXTS),
        Based("basis", "what the item rests on", "依据"),
        Ref("clause", "the clause that the item rests on", "条款", relationship="BASED_ON", target="Clause"),
        Ref("inspection", "the inspection", "检查", relationship="RESULT_OF", target="Inspection"),
        Ref("problem", "the problem that it opened, where it failed", "问题", relationship="OPENED", target="Problem"),
    ),
    keeps_past=False,
    owner="oversight",
)

INSPECTIONS = (INSPECTION, ITEM_RESULT)
