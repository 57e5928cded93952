"""The rulebook of a campaign: its lines of work and checklists, how far up a role stands, how long things may take.

Rules are data. A `Rulebook` is read from a file (`services.campaign.rulebook`), and nothing here knows a line of work
by name. Every rule has a `basis`: `ASSUMED` where the product had to choose, a clause as `source:id`, or the name of
another document. Each changed rule makes a new `version`; what was decided under a version names it.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import cast

from graph.model.enums import (
    AuthorityLevel,
    InstructionAction,
    Level,
    OrganizationKind,
    Role,
    Severity,
    Supervising,
    SupervisionStep,
)
from services.campaign.rules import supervision
from services.campaign.rules.checklists import Checklist, ChecklistItem
from services.campaign.rules.clocks import Clock, Session, Unit, WorkdayCalendar, runs_out
from services.campaign.rules.findings import FindingRule, faults
from services.campaign.rules.supervision import RectificationRule, SupervisionClock, Supervisor

ASSUMED = "ASSUMED"
"""The basis of what no document says."""

_REFERENCE = re.compile(r"[^\s:]+:[^\s:]+")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def is_reference(text: str) -> bool:
    """Whether a text refers to a record (`source:id`); a basis that does not names a document or is `ASSUMED`."""
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class LineOfWork:
    """A line of work (条线), as tasks name it by its code; in the order in which the campaign shows them."""

    code: str
    zh: str
    en: str
    basis: str


@dataclass(frozen=True, slots=True)
class SiteKind:
    """A kind of site that the campaign looks at: one of those that every county has, or one that it brings."""

    code: str
    zh: str
    en: str
    basis: str


@dataclass(frozen=True, slots=True)
class RoleLevel:
    """The level of responsibility of one who answers in this role."""

    role: Role
    level: Level
    basis: str


@dataclass(frozen=True, slots=True)
class SuperiorLevel:
    """The level of a superior of one who answers at the level below."""

    below: Level
    level: Level
    basis: str


@dataclass(frozen=True, slots=True)
class ProblemClock:
    """How many hours, by night and day, an assignment gives to a problem of this severity when it names no deadline."""

    severity: Severity
    hours: int
    basis: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """Organizations of this kind may issue instructions."""

    kind: OrganizationKind
    basis: str


@dataclass(frozen=True, slots=True)
class InstructionClock:
    """How long a recipient has for this step from the issue of an instruction that names no time for it."""

    action: InstructionAction
    amount: int
    unit: Unit
    basis: str

    @property
    def clock(self) -> Clock:
        return Clock(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One version of a campaign's rules. `campaign` is the `source:id` of the campaign that they are for."""

    version: str
    campaign: str
    zh: str
    en: str
    lines_of_work: tuple[LineOfWork, ...]
    site_kinds: tuple[SiteKind, ...]
    roles: tuple[RoleLevel, ...]
    superiors: tuple[SuperiorLevel, ...]
    problem_clocks: tuple[ProblemClock, ...]
    working_day: tuple[Session, ...]
    issuers: tuple[Issuer, ...]
    instruction_clocks: tuple[InstructionClock, ...]
    findings: tuple[FindingRule, ...]
    checklists: tuple[Checklist, ...]
    supervisors: tuple[Supervisor, ...]
    supervision_clocks: tuple[SupervisionClock, ...]
    rectifications: tuple[RectificationRule, ...]

    def line_of_work(self, code: str) -> LineOfWork | None:
        """The line of work with this code, if the rulebook has it."""
        return next((line for line in self.lines_of_work if line.code == code), None)

    def level(self, role: Role) -> Level:
        """The level of a role. Raises KeyError for SUPERIOR, whose level depends on whose superior it is."""
        for rule in self.roles:  # asked for each post of a trace
            if rule.role is role:
                return rule.level
        raise KeyError(role)

    def level_above(self, below: Level) -> Level:
        """The level of a superior of one at `below`."""
        for rule in self.superiors:
            if rule.below is below:
                return rule.level
        raise KeyError(below)

    def problem_clock(self, severity: Severity) -> timedelta:
        """The time from the assignment of a problem to its deadline, where the assignment names none."""
        return {rule.severity: timedelta(hours=rule.hours) for rule in self.problem_clocks}[severity]

    def may_issue(self, kind: OrganizationKind) -> bool:
        """Whether organizations of this kind may issue instructions."""
        return any(issuer.kind is kind for issuer in self.issuers)

    def checklist(self, code: str) -> Checklist | None:
        """The checklist with this code, if the rulebook has it."""
        return next((checklist for checklist in self.checklists if checklist.code == code), None)

    def instruction_clock(self, action: InstructionAction) -> InstructionClock:
        """The clock of a step of an instruction."""
        return next(rule for rule in self.instruction_clocks if rule.action is action)

    def may_supervise(self, act: Supervising) -> tuple[OrganizationKind, ...]:
        """The kinds of organization that may do this."""
        return tuple(rule.kind for rule in self.supervisors if rule.act is act)

    def supervision_clock(self, step: SupervisionStep) -> SupervisionClock:
        """The clock of a step of supervision."""
        return next(rule for rule in self.supervision_clocks if rule.step is step)

    def rectification(self, level: AuthorityLevel) -> RectificationRule:
        """What the rectification of a problem fed back from this level needs."""
        return next(rule for rule in self.rectifications if rule.level is level)

    def runs_out(self, clock: Clock, since: datetime, works: WorkdayCalendar) -> datetime:
        """When a clock that starts at `since` runs out, by this working day. Raises what `works` raises."""
        return runs_out(clock, since, self.working_day, works)


_Rule = (
    Rulebook | LineOfWork | RoleLevel | SuperiorLevel | ProblemClock | Session | Issuer | InstructionClock | Checklist
    | ChecklistItem | FindingRule | Supervisor | SupervisionClock | RectificationRule
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What is wrong within a rulebook: where (fields and positions, from the top), and what would be right."""

    path: tuple[str | int, ...]
    message: str


def contradictions(rulebook: Rulebook) -> Iterator[Contradiction]:
    """All that a rulebook of the right form still has wrong."""
    yield from _blanks(rulebook)
    if rulebook.campaign.strip() and not is_reference(rulebook.campaign):
        yield Contradiction(("campaign",), f"{rulebook.campaign!r} is no reference; write source:id")
    yield from _codes(("lines_of_work",), rulebook.lines_of_work)
    if not rulebook.lines_of_work:
        yield Contradiction(("lines_of_work",), "a campaign needs at least one line of work")
    yield from _each_once("lines_of_work", "code", [line.code for line in rulebook.lines_of_work])
    roles = [role for role in Role if role is not Role.SUPERIOR]
    yield from _each_once("roles", "role", [rule.role for rule in rulebook.roles], roles)
    yield from _each_once("superiors", "below", [rule.below for rule in rulebook.superiors], Level)
    yield from _each_once("problem_clocks", "severity", [rule.severity for rule in rulebook.problem_clocks], Severity)
    for at, rule in enumerate(rulebook.roles):
        if rule.role is Role.SUPERIOR:
            yield Contradiction(("roles", at, "role"), "SUPERIOR has no level of its own; see superiors")
    ladder = list(Level)
    for at, rule in enumerate(rulebook.superiors):
        if ladder.index(rule.level) < ladder.index(rule.below):
            message = f"a superior may not stand below the one at {rule.below.value}; give that level or a higher one"
            yield Contradiction(("superiors", at, "level"), message)
    for at, clock in enumerate(rulebook.problem_clocks):
        if clock.hours <= 0:
            yield Contradiction(("problem_clocks", at, "hours"), f"{clock.hours} hours is no time; give 1 or more")
    yield from _each_once("issuers", "kind", [rule.kind for rule in rulebook.issuers])
    if not rulebook.issuers:
        yield Contradiction(("issuers",), "nobody could issue an instruction; name at least one kind of organization")
    yield from _working_day(rulebook.working_day)
    yield from _each_once(
        "instruction_clocks", "action", [rule.action for rule in rulebook.instruction_clocks], InstructionAction
    )
    yield from _instruction_clocks(rulebook)
    yield from _findings(rulebook)
    if not rulebook.site_kinds:
        yield Contradiction(("site_kinds",), "a campaign looks at one kind of site at least")
    yield from _codes(("site_kinds",), rulebook.site_kinds)
    yield from _each_once("site_kinds", "code", [kind.code for kind in rulebook.site_kinds])
    yield from _checklists(rulebook.checklists, [kind.code for kind in rulebook.site_kinds])
    yield from _supervision(rulebook)


def _findings(rulebook: Rulebook) -> Iterator[Contradiction]:
    yield from _each_once("findings", "code", [rule.code for rule in rulebook.findings])
    for at, rule in enumerate(rulebook.findings):
        if rule.code and not _CODE.fullmatch(rule.code):
            message = f"{rule.code!r} is no code; write capitals, digits and single _, such as PROBLEM_OVERDUE"
            yield Contradiction(("findings", at, "code"), message)
    lines_of_work = frozenset(line.code for line in rulebook.lines_of_work)
    for at, name, message in faults(rulebook.findings, lines_of_work):
        yield Contradiction(("findings", at, name), message)


def _codes(
    path: tuple[str | int, ...], rules: Sequence[LineOfWork | SiteKind | Checklist | ChecklistItem]
) -> Iterator[Contradiction]:
    for at, rule in enumerate(rules):
        if rule.code and not _CODE.fullmatch(rule.code):
            message = f"{rule.code!r} is no code; write capitals, digits and single _, such as ROAD_DUST"
            yield Contradiction((*path, at, "code"), message)


def _checklists(checklists: tuple[Checklist, ...], site_kinds: list[str]) -> Iterator[Contradiction]:
    yield from _codes(("checklists",), checklists)
    yield from _each_once("checklists", "code", [checklist.code for checklist in checklists])
    items = [(at, place, item) for at, one in enumerate(checklists) for place, item in enumerate(one.items)]
    first: dict[str, str] = {}
    for at, place, item in items:
        where = first.setdefault(item.code, f"checklists[{at}].items[{place}]")
        if where != f"checklists[{at}].items[{place}]":
            message = (
                f"{item.code} is given twice, here and in {where}; an item's code is its own in the whole rulebook"
            )
            yield Contradiction(("checklists", at, "items", place, "code"), message)
    for at, checklist in enumerate(checklists):
        yield from _codes(("checklists", at, "items"), checklist.items)
        if not checklist.items:
            yield Contradiction(("checklists", at, "items"), "a checklist needs at least one item")
        kinds = checklist.site_kinds
        if not kinds:
            yield Contradiction(("checklists", at, "site_kinds"), "name at least one kind of site that it is for")
        if len(set(kinds)) < len(kinds):
            yield Contradiction(("checklists", at, "site_kinds"), "a kind of site is given twice; keep one")
        for place, kind in enumerate(kinds):
            if site_kinds and kind not in site_kinds:
                message = f"{kind} is none of the rulebook's siteKinds ({', '.join(site_kinds)}); add it there"
                yield Contradiction(("checklists", at, "site_kinds", place), message)


def _supervision(rulebook: Rulebook) -> Iterator[Contradiction]:
    yield from _each_once("supervisors", "kind", [(rule.act, rule.kind) for rule in rulebook.supervisors])
    steps: list[Hashable] = [rule.step for rule in rulebook.supervision_clocks]
    yield from _each_once("supervision_clocks", "step", steps, SupervisionStep)
    yield from _each_once("rectifications", "level", [rule.level for rule in rulebook.rectifications], AuthorityLevel)
    for section, at, field, message in supervision.faults(rulebook.supervisors, rulebook.supervision_clocks):
        yield Contradiction((section,) if at is None else (section, at, field), message)


def _working_day(sessions: tuple[Session, ...]) -> Iterator[Contradiction]:
    if not sessions:
        yield Contradiction(("working_day",), "a working day needs at least one session")
    readable = True
    for at, session in enumerate(sessions):
        for name, text in (("opens", session.opens), ("closes", session.closes)):
            if text.strip() and not _HOUR.fullmatch(text):
                readable = False
                message = f'{text!r} is no time of day; write hours and minutes in quotes, such as "08:30"'
                yield Contradiction(("working_day", at, name), message)
        if readable and session.closes <= session.opens:
            message = f"{session.closes} is not after {session.opens}; a session closes later on the same day"
            yield Contradiction(("working_day", at, "closes"), message)
    for at, (before, after) in enumerate(pairwise(sessions), start=1):
        if readable and after.opens < before.closes:
            message = (
                f"{after.opens} is before the session above closes at {before.closes}; sessions follow one another"
            )
            yield Contradiction(("working_day", at, "opens"), message)


def _instruction_clocks(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Each amount is one, and no step can be due before the step that comes before it."""
    rules = {rule.action: (at, rule) for at, rule in enumerate(rulebook.instruction_clocks)}
    for at, rule in rules.values():
        if rule.amount <= 0:
            message = f"{rule.amount} {rule.unit} is no time; give 1 or more"
            yield Contradiction(("instruction_clocks", at, "amount"), message)
    minutes = _minutes_of_work(rulebook.working_day)
    if minutes is None:
        return
    units = list(Unit)
    in_order = [rules[action] for action in InstructionAction if action in rules]
    for (_, before), (at, after) in pairwise(in_order):
        later = units.index(after.unit) >= units.index(before.unit)
        if not later or after.amount * minutes[after.unit] < before.amount * minutes[before.unit]:
            message = (
                f"{after.amount} {after.unit} for {after.action} can end before {before.amount} {before.unit} for "
                f"{before.action}; give it as long or longer, in the same unit or a later one of {', '.join(units)}"
            )
            yield Contradiction(("instruction_clocks", at, "amount"), message)


def _minutes_of_work(sessions: tuple[Session, ...]) -> dict[Unit, float] | None:
    """How many minutes of work one of each unit has at least; None where the working day can't be read."""
    if not sessions or not all(
        _HOUR.fullmatch(text) for session in sessions for text in (session.opens, session.closes)
    ):
        return None
    stretches = [session.on(date(2024, 1, 1)) for session in sessions]
    day = sum(((closes - opens) for opens, closes in stretches), timedelta(0))
    return {Unit.MINUTES: 1, Unit.WORKING_HOURS: 60, Unit.WORKING_DAYS: day / timedelta(minutes=1)}


def _blanks(rule: _Rule, path: tuple[str | int, ...] = ()) -> Iterator[Contradiction]:
    for name in (field.name for field in fields(rule)):
        value: object = getattr(rule, name)
        if isinstance(value, tuple):
            for at, below in enumerate(cast("tuple[_Rule | str, ...]", value)):
                if not isinstance(below, str):
                    yield from _blanks(below, (*path, name, at))
        elif isinstance(value, str) and not value.strip():
            hint = f"; give a clause as source:id, the name of a document, or {ASSUMED}" if name == "basis" else ""
            yield Contradiction((*path, name), f"may not be empty{hint}")


def _each_once(section: str, field: str, given: list[Hashable], wanted: Iterable[str] = ()) -> Iterator[Contradiction]:
    first: dict[Hashable, int] = {}
    for at, value in enumerate(given):
        if first.setdefault(value, at) != at:
            message = f"{_text(value)} is given twice, here and in number {first[value] + 1}; keep one"
            yield Contradiction((section, at, field), message)
    missing = [_text(value) for value in wanted if not Counter(given)[value]]
    if missing:
        yield Contradiction((section,), f"no rule for {', '.join(missing)}; add one for each")


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(_text(part) for part in cast("tuple[object, ...]", value))
    return str(getattr(value, "value", value))
