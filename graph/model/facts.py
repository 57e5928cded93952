"""The facts: statements between two records, each with valid time, record time and a basis."""

from graph.model.declare import Based, End, Fact, Property, Reached, Scalar
from graph.model.entities import RECORD
from graph.model.enums import Capacity, Role

LONGEST_CHAIN = 12
"""No chain of areas, organizations, tasks or posts has more steps; a longer one is refused when it is recorded."""

INTERVAL = (
    *RECORD,
    Property("validFrom", "first instant at which it holds", "起", scalar=Scalar.INSTANT, required=True),
    Property(
        "validTo", "first instant at which it no longer holds; null: still", "止", scalar=Scalar.INSTANT, required=True
    ),
    Property(
        "supersededAt",
        "when a correction took its place; null: never",
        "被更正时间",
        scalar=Scalar.INSTANT,
        required=True,
    ),
    Property(
        "explicit",
        "false where it stands for a column of one of its ends",
        "显式",
        scalar=Scalar.BOOLEAN,
        required=True,
    ),
    Based("basis", "what it rests on", "依据"),
)


def _ends(from_name: str, from_: tuple[str, ...], to_name: str, to: tuple[str, ...]) -> tuple[Reached, Reached]:
    return (
        Reached(from_name, "the one end", "一端", end=End.FROM, targets=from_),
        Reached(to_name, "the other end", "另一端", end=End.TO, targets=to),
    )


def _link(
    label: str,
    relationship: str,
    en: str,
    zh: str,
    ends: tuple[tuple[str, ...], tuple[str, ...]],
    thing: End | None,
    owner: str = "organization",
) -> Fact:
    from_, to = ends
    fields = (*INTERVAL, *_ends("from", from_, "to", to))
    return Fact(label, en, zh, fields, owner=owner, relationship=relationship, thing=thing, from_=from_, to=to)


MEMBERSHIP = Fact(
    "Membership",
    "a person holds a post (W3C ORG)",
    "任职",
    (*INTERVAL, *_ends("person", ("Person",), "post", ("Post",))),
    owner="organization",
    relationship="MEMBERSHIP",
    from_=("Person",),
    to=("Post",),
)

SUBJECTS = ("Area", "Site", "Task", "SiteKind")

RESPONSIBILITY = Fact(
    "Responsibility",
    "a post answers for an area, a site, a task or a kind of site, in a role",
    "责任",
    (
        *INTERVAL,
        Property("role", "in which role", "角色", enum=Role, required=True),
        *_ends("post", ("Post",), "subject", SUBJECTS),
    ),
    owner="organization",
    relationship="RESPONSIBILITY",
    from_=("Post",),
    to=SUBJECTS,
)

REGULATION = Fact(
    "Regulation",
    "an organization regulates a site or a kind of site, as its industry, business or production regulator",
    "监管归属",
    (
        *INTERVAL,
        Property("capacity", "in which capacity", "监管类型", enum=Capacity, required=True),
        *_ends("organization", ("Organization",), "subject", ("Site", "SiteKind")),
    ),
    owner="organization",
    relationship="REGULATION",
    from_=("Organization",),
    to=("Site", "SiteKind"),
)

REPORTING = Fact(
    "Reporting",
    "a post reports to another",
    "汇报关系",
    (*INTERVAL, *_ends("post", ("Post",), "reportsTo", ("Post",))),
    owner="organization",
    relationship="REPORTS",
    from_=("Post",),
    to=("Post",),
)

_ANY = ("Organization", "Post", "Person", "Area", "Site", "Directive", "Campaign", "Task", "Problem")

RENAMED = "renamed"
"""On a thing of which a Name was ever recorded: names are sought of these alone. Who writes a Name sets it and nobody
takes it away; which of the names hold they say themselves."""

NAME = Fact(
    "Name",
    "what a thing was called in an interval in which its column's name did not hold",
    "名称",
    (
        *INTERVAL,
        Property("text", "the name", "名称", required=True),
        Reached("subject", "the thing", "对象", end=End.FROM, targets=_ANY),
    ),
    owner="organization",
    relationship="NAMED",
    thing=End.FROM,
    from_=_ANY,
)

ORG = ("Organization",)
PART_OF = _link("PartOf", "PART_OF", "an organization is part of another", "隶属", (ORG, ORG), End.FROM)
HEADS = Fact(
    "Heads",
    "a post heads an organization",
    "主要负责",
    (*INTERVAL, *_ends("post", ("Post",), "organization", ORG)),
    owner="organization",
    relationship="HEADS",
    thing=End.TO,
    from_=("Post",),
    to=ORG,
)
OPERATES = _link(
    "Operates", "OPERATES", "an organization operates a site", "经营", (ORG, ("Site",)), End.TO, "oversight"
)
WITHIN = _link("Within", "WITHIN", "an area or site lies in an area", "位于", (("Area", "Site"), ("Area",)), End.FROM)
GOVERNS = _link("Governs", "GOVERNS", "an organization governs an area", "管辖", (ORG, ("Area",)), End.TO)
POST_IN = _link("PostIn", "POST_IN", "a post belongs to an organization", "设于", (("Post",), ORG), End.FROM)
LEADS = _link("Leads", "LEADS", "an organization leads a task", "牵头", (ORG, ("Task",)), End.TO, "campaign")
ASSISTS = _link("Assists", "ASSISTS", "an organization assists in a task", "配合", (ORG, ("Task",)), End.TO, "campaign")
ANSWERS_FOR = _link(
    "AnswersFor",
    "ANSWERS_FOR",
    "an organization is responsible for a task",
    "责任",
    (ORG, ("Task",)),
    End.TO,
    "campaign",
)

FACTS = (
    MEMBERSHIP, RESPONSIBILITY, REGULATION, REPORTING, NAME,
    PART_OF, HEADS, OPERATES, WITHIN, GOVERNS, POST_IN, LEADS, ASSISTS, ANSWERS_FOR,
)  # fmt: skip
