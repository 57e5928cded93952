"""The files of a bundle and their columns, declared once: read, checked, imported, exported and described from here."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from graph.model import MODEL
from graph.model.enums import (
    AreaKind,
    Capacity,
    Indicator,
    OrganizationKind,
    Origin,
    ProblemAction,
    Role,
    Severity,
    SiteType,
    SubjectKind,
    TargetIndicator,
    Term,
)


class Type(Enum):
    """What a cell holds. The comment says how it is kept once it is read."""

    ID = "id"  # text: `id`, or `source:id` for a record of another source
    TEXT = "text"  # text
    TEXTS = "texts"  # text, items separated by ';'
    TERM = "term"  # text, a member of a closed list
    INSTANT = "instant"  # microseconds since 1970-01-01T00:00Z
    DEADLINE = "deadline"  # the same; a date means the end of that day
    DATE = "date"  # text, YYYY-MM-DD
    BOOLEAN = "boolean"  # 0 or 1
    INTEGER = "integer"  # int, from 0
    NUMBER = "number"  # float
    REFERENCE = "reference"  # text, as an id
    REFERENCES = "references"  # text, ids separated by ';'
    SUBJECT = "subject"  # text: an id, or the member of a closed list, as another column of the row says
    BASIS = "basis"  # text: a clause's id, a document's name or ASSUMED
    CREDIT_CODE = "credit code"  # text


Terms = type[Term] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`targets`: labels that a reference may lead to. `among`: the closed list, or what it is made of. `fact`: what it
    is short for. `default`: the value of an empty cell.
    """

    name: str
    type: Type = Type.TEXT
    required: bool = False
    targets: tuple[str, ...] = ()
    among: Terms = ()
    fact: str | None = None
    default: str | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """The members of the closed list, with those that the rulebook brings."""
        return self.among if isinstance(self.among, tuple) else tuple(self.among.__members__)


@dataclass(frozen=True)
class File:
    """`label`: of the node that a row becomes. `key`: the columns that identify a row."""

    name: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)

    @cached_property
    def by_name(self) -> MappingProxyType[str, Column]:
        return MappingProxyType({column.name: column for column in self.columns})

    @property
    def has_interval(self) -> bool:
        return "validFrom" in self.by_name


_ID = Column("id", Type.ID, required=True)
_NAME = Column("name", required=True)
_TITLE = Column("title", required=True)
_INTERVAL = (Column("validFrom", Type.INSTANT, required=True), Column("validTo", Type.INSTANT))
_BASIS = Column("basis", Type.BASIS)


def _term(name: str, terms: type[Term], *, required: bool = True, without: tuple[str, ...] = ()) -> Column:
    among = tuple(term for term in terms.__members__ if term not in without) if without else terms
    return Column(name, Type.TERM, required, among=among)


def _to(name: str, target: str, *, required: bool = False, fact: str | None = None) -> Column:
    return Column(name, Type.REFERENCE, required, targets=(target,), fact=fact)


def _several(name: str, target: str, fact: str) -> Column:
    return Column(name, Type.REFERENCES, targets=(target,), fact=fact)


SUBJECT_TARGETS = MappingProxyType({"AREA": "Area", "SITE": "Site", "TASK": "Task"})
"""subjectKind → label. A SITE_KIND subject is a member of the closed list of kinds."""

LINK_KINDS = MappingProxyType(
    {
        fact.relationship: fact
        for fact in map(
            MODEL.fact,
            ("PartOf", "Heads", "Operates", "Within", "Governs", "PostIn", "Leads", "Assists", "AnswersFor"),
        )
    }
)
"""Kind in links.csv → the fact that it becomes, with the labels at its ends."""

FILES = (
    File(
        "organizations",
        "Organization",
        (
            _ID,
            _NAME,
            _term("kind", OrganizationKind),
            _to("parent", "Organization", fact="PartOf"),
            _to("headPost", "Post", fact="Heads"),
            Column("creditCode", Type.CREDIT_CODE),
        ),
    ),
    File("posts", "Post", (_ID, _TITLE, _to("organization", "Organization", required=True, fact="PostIn"))),
    File(
        "reporting",
        "Reporting",
        (_ID, _to("post", "Post", required=True), _to("reportsTo", "Post", required=True), *_INTERVAL, _BASIS),
    ),
    File("persons", "Person", (_ID, _NAME, Column("phone"))),
    File(
        "memberships",
        "Membership",
        (_ID, _to("person", "Person", required=True), _to("post", "Post", required=True), *_INTERVAL, _BASIS),
    ),
    File(
        "areas",
        "Area",
        (
            _ID,
            _NAME,
            _term("kind", AreaKind),
            Column("code"),
            _to("parent", "Area", fact="Within"),
            _to("organization", "Organization", fact="Governs"),
        ),
    ),
    File(
        "sites",
        "Site",
        (
            _ID,
            _NAME,
            _term("kind", SiteType),
            _to("area", "Area", required=True, fact="Within"),
            _to("operator", "Organization", fact="Operates"),
            Column("keyProject", Type.BOOLEAN),
            Column("longitude", Type.NUMBER),
            Column("latitude", Type.NUMBER),
        ),
    ),
    File(
        "regulations",
        "Regulation",
        (
            _ID,
            _to("organization", "Organization", required=True),
            Column("subjectKind", Type.TERM, required=True, among=("SITE", "SITE_KIND")),
            Column("subject", Type.SUBJECT, required=True, targets=("Site",)),
            Column(
                "capacity",
                Type.TERM,
                required=True,
                among=(Capacity.INDUSTRY.value, Capacity.BUSINESS.value, Capacity.PRODUCTION.value),
            ),
            *_INTERVAL,
            _BASIS,
        ),
    ),
    File(
        "responsibilities",
        "Responsibility",
        (
            _ID,
            _to("post", "Post", required=True),
            _term("role", Role, without=("SUPERIOR",)),  # a superior follows from reporting and is never recorded
            _term("subjectKind", SubjectKind),
            Column("subject", Type.SUBJECT, required=True, targets=("Area", "Site", "Task")),
            *_INTERVAL,
            _BASIS,
        ),
    ),
    File(
        "directives",
        "Directive",
        (_ID, _TITLE, Column("issuedOn", Type.DATE, required=True), Column("issuer"), Column("file")),
    ),
    File(
        "clauses",
        "Clause",
        (
            _ID,
            _to("directive", "Directive", required=True),
            Column("label", required=True),
            Column("start", Type.INTEGER),
            Column("end", Type.INTEGER),
        ),
    ),
    File(
        "campaigns",
        "Campaign",
        (
            _ID,
            _TITLE,
            _to("directive", "Directive"),
            Column("startsOn", Type.DATE, required=True),
            Column("endsOn", Type.DATE, required=True),
        ),
    ),
    File(
        "tasks",
        "Task",
        (
            _ID,
            _to("campaign", "Campaign", required=True),
            Column("lineOfWork", required=True),
            _TITLE,
            _to("parent", "Task"),
            _several("lead", "Organization", "Leads"),
            _several("assisting", "Organization", "Assists"),
            _several("responsible", "Organization", "AnswersFor"),
            _to("clause", "Clause"),
            Column("dueAt", Type.DEADLINE),
        ),
    ),
    File(
        "problems",
        "Problem",
        (
            _ID,
            Column("number"),
            _TITLE,
            _to("site", "Site"),
            _to("area", "Area"),
            _to("task", "Task"),
            _term("origin", Origin),
            Column("discoveredAt", Type.INSTANT, required=True),
            _to("reportedBy", "Person"),
            Column("severity", Type.TERM, among=Severity, default="NORMAL"),
        ),
    ),
    File(
        "events",
        "Event",
        (
            _ID,
            _to("problem", "Problem", required=True),
            Column("at", Type.INSTANT, required=True),
            _term("action", ProblemAction),
            _to("person", "Person"),
            _to("post", "Post"),
            _to("toOrganization", "Organization"),
            Column("dueAt", Type.DEADLINE),
            Column("evidence", Type.TEXTS),
            Column("note"),
        ),
    ),
    File(
        "targets",
        "Target",
        (
            _ID,
            _to("campaign", "Campaign", required=True),
            _term("indicator", TargetIndicator),
            Column("year", Type.INTEGER, required=True),
            Column("limit", Type.NUMBER, required=True),
        ),
    ),
    File(
        "observations",
        "Observation",
        (
            _to("station", "Site", required=True),
            Column("at", Type.INSTANT, required=True),
            _term("indicator", Indicator),
            Column("value", Type.NUMBER, required=True),
        ),
        key=("station", "at", "indicator"),
    ),
    File(
        "links",
        "",  # each kind its own label: LINK_KINDS
        (
            _ID,
            Column("kind", Type.TERM, required=True, among=tuple(LINK_KINDS)),
            Column("from", Type.SUBJECT, required=True),
            Column("to", Type.SUBJECT, required=True),
            *_INTERVAL,
            _BASIS,
        ),
    ),
    File(
        "names",
        "Name",
        (_ID, Column("subject", Type.REFERENCE, True, targets=MODEL.fact("Name").from_), _NAME, *_INTERVAL),
    ),
)

FILE = MappingProxyType({file.name: file for file in FILES})

ASSUMED = "ASSUMED"
