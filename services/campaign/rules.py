"""The rulebook of a campaign: what counts as which line of work, how far up a role stands, how long a problem may take.

Rules are data. A `Rulebook` is read from a file (`services.campaign.rulebook`), and nothing here knows a line of work
by name. Every rule has a `basis`: `ASSUMED` where the product had to choose, a clause as `source:id`, or the name of
another document. Each changed rule makes a new `version`; what was decided under a version names it.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import cast

from graph.model.enums import Level, Role, Severity

ASSUMED = "ASSUMED"
"""The basis of what no document says."""

_REFERENCE = re.compile(r"[^\s:]+:[^\s:]+")
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
class Rulebook:
    """One version of a campaign's rules. `campaign` is the `source:id` of the campaign that they are for."""

    version: str
    campaign: str
    zh: str
    en: str
    lines_of_work: tuple[LineOfWork, ...]
    roles: tuple[RoleLevel, ...]
    superiors: tuple[SuperiorLevel, ...]
    problem_clocks: tuple[ProblemClock, ...]

    def line_of_work(self, code: str) -> LineOfWork | None:
        """The line of work with this code, if the rulebook has it."""
        return next((line for line in self.lines_of_work if line.code == code), None)

    def level(self, role: Role) -> Level:
        """The level of a role. Raises KeyError for SUPERIOR, whose level depends on whose superior it is."""
        return {rule.role: rule.level for rule in self.roles}[role]

    def level_above(self, below: Level) -> Level:
        """The level of a superior of one at `below`."""
        return {rule.below: rule.level for rule in self.superiors}[below]

    def problem_clock(self, severity: Severity) -> timedelta:
        """The time from the assignment of a problem to its deadline, where the assignment names none."""
        return {rule.severity: timedelta(hours=rule.hours) for rule in self.problem_clocks}[severity]


_Rule = Rulebook | LineOfWork | RoleLevel | SuperiorLevel | ProblemClock


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
    for at, line in enumerate(rulebook.lines_of_work):
        if line.code and not _CODE.fullmatch(line.code):
            message = f"{line.code!r} is no code; write capitals, digits and single _, such as ROAD_DUST"
            yield Contradiction(("lines_of_work", at, "code"), message)
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


def _blanks(rule: _Rule, path: tuple[str | int, ...] = ()) -> Iterator[Contradiction]:
    for name in (field.name for field in fields(rule)):
        value: object = getattr(rule, name)
        if isinstance(value, tuple):
            for at, below in enumerate(cast("tuple[_Rule, ...]", value)):
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
    return str(getattr(value, "value", value))
