"""Covert films, and the sweeps of all similar sites that a problem leads to."""

from graph.model.declare import Back, Computed, Entity, Index, Property, Ref, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import SiteType, SweepStatus
from graph.model.instructions import CHAIN

COVERT_FILM = Entity(
    "CovertFilm",
    "a film that was taken unseen, and what it shows",
    "暗访片",
    (
        *RECORD,
        *CHAIN,
        Property("title", "what it is called", "片名", required=True),
        Property("takenBy", "who took it, as its makers are called", "拍摄单位", required=True),
        Property("takenAt", "when it was taken", "拍摄时间", scalar=Scalar.INSTANT, required=True),
        Property("file", "the file's name", "文件名", required=True),
        Property("sha256", "SHA-256 of the file, hexadecimal", "文件哈希", required=True),
        Property("rulebook", "version of the rules that its clock is from", "规则版本", required=True),
        Property("note", "what was said of it", "备注"),
        Ref("recordedBy", "who recorded it", "登记人", relationship="RECORDED_BY", target="Person"),
        Back("problems", "the problems that it shows", "问题", target="Problem", ref="covertFilm"),
        Back("events", "that it was recorded", "事件", target="Event", ref="covertFilm"),
    ),
    indexes=(BY_ID, Index(("sha256",))),
    keeps_past=False,
    owner="oversight",
)

SWEEP = Entity(
    "Sweep",
    "all sites like the one of a problem are inspected",
    "举一反三排查",
    (
        *RECORD,
        *CHAIN,
        Property("status", "whether it goes on", "状态", enum=SweepStatus, required=True),
        Property(
            "startedAt",
            "when it started, with the sites of that instant",
            "开始时间",
            scalar=Scalar.INSTANT,
            required=True,
        ),
        Property("dueAt", "by when each of its sites must be inspected", "时限", scalar=Scalar.INSTANT, required=True),
        Property("siteKinds", "the kinds of site that are alike", "监管对象类别", scalar=Scalar.TEXTS, enum=SiteType),
        Property(
            "keyProject",
            "only those on, or not on, the list of key projects; null: both",
            "重点项目",
            scalar=Scalar.BOOLEAN,
        ),
        Property(
            "checklist", "the rulebook's code of the checklist that all are inspected by", "清单代码", required=True
        ),
        Property("rulebook", "version of the rules that it was started by", "规则版本", required=True),
        Property(
            "sitesHash", "SHA-256 of its sites' ids in their order, joined by line feeds", "对象哈希", required=True
        ),
        Property("closedAt", "when it was closed", "结束时间", scalar=Scalar.INSTANT),
        Property("closeReason", "why it was closed with sites that nobody had inspected", "提前结束原因"),
        Computed("checked", "sites inspected", "已查数", scalar=Scalar.INTEGER),
        Computed("failed", "sites at which an item failed", "不合格数", scalar=Scalar.INTEGER),
        Computed("remaining", "sites not yet inspected", "未查数", scalar=Scalar.INTEGER),
        Computed("overdue", "its time ran out, it goes on, and sites remain", "超期"),
        Ref("origin", "the problem that it comes from", "源问题", relationship="SWEEP_OF", target="Problem"),
        Ref("area", "where; null: everywhere", "范围", relationship="SWEEP_IN", target="Area"),
        Ref("startedBy", "who started it", "发起人", relationship="STARTED_BY", target="Person"),
        Ref("closedBy", "who closed it", "结束人", relationship="CLOSED_BY", target="Person"),
        Back("sites", "its sites, which are those of its start", "排查对象", target="SweptSite", ref="sweep"),
        Back("inspections", "the inspections recorded for it", "检查", target="Inspection", ref="sweep"),
        Back("events", "that it was started and closed", "事件", target="Event", ref="sweep"),
    ),
    indexes=(BY_ID,),
    owner="oversight",
)

SWEPT_SITE = Entity(
    "SweptSite",
    "a site of a sweep, and how it stands there",
    "排查对象",
    (
        *RECORD,
        Property("dueAt", "by when it must be inspected", "时限", scalar=Scalar.INSTANT, required=True),
        Computed("state", "whether it was inspected for the sweep, and passed", "状态", scalar=Scalar.TEXT),
        Computed("late", "it was not inspected in time; done at the very instant is in time", "超期"),
        Ref("sweep", "the sweep", "排查", relationship="IN_SWEEP", target="Sweep"),
        Ref("site", "the site", "监管对象", relationship="SWEPT_AT", target="Site"),
        Back("inspection", "the inspection of it", "检查", target="Inspection", ref="sweptSite", one=True),
    ),
    keeps_past=False,
    owner="oversight",
)

SWEEPS = (COVERT_FILM, SWEEP, SWEPT_SITE)
