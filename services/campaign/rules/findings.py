"""What counts as a breach, as data: which facts are noticed (`FindingKind`), how grave it is, and whom it concerns.

What each kind looks at is code of the accountability room; how long, how often and after which event is said here, so
that another notice may add a breach by a rule alone. Which of the four figures a rule gives depends on its kind:

- a silence of a problem (NOT_ACKNOWLEDGED, NOT_ACTED_ON): `minutes` after `event`, by night and day, and no `awaited`;
- a step skipped (STEP_SKIPPED): `event` came, and `awaited` had not come before;
- CONTRADICTED: the same was found at the same site within `minutes` of the closing, or it was reopened;
- PASSED_ON: returned or assigned anew `count` times.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from graph.model.enums import Concerned, EventKind, FindingKind, FindingSubject, Level, Severity


@dataclass(frozen=True, slots=True)
class FindingRule:
    """One rule. `up_to`: the highest level of those concerned. `line_of_work`: None where it is for all of them."""

    code: str
    kind: FindingKind
    about: FindingSubject
    severity: Severity
    concerned: Concerned
    up_to: Level
    zh: str
    en: str
    basis: str
    event: EventKind | None = None
    awaited: EventKind | None = None
    minutes: int | None = None
    count: int | None = None
    line_of_work: str | None = None


_P, _I = FindingSubject.PROBLEM, FindingSubject.INSTRUCTION
_SILENCE = frozenset({"event", "awaited", "minutes"})

FIGURES: Mapping[tuple[FindingKind, FindingSubject], frozenset[str]] = MappingProxyType(
    {
        (FindingKind.NOT_ACKNOWLEDGED, _I): frozenset[str](),
        (FindingKind.NOT_ACKNOWLEDGED, _P): _SILENCE,
        (FindingKind.ANSWERED_LATE, _I): frozenset[str](),
        (FindingKind.NOT_ACTED_ON, _I): frozenset[str](),
        (FindingKind.NOT_ACTED_ON, _P): _SILENCE,
        (FindingKind.OVERDUE, _P): frozenset[str](),
        (FindingKind.INCOMPLETE, _P): frozenset[str](),
        (FindingKind.FALSE_RECTIFICATION, _P): frozenset[str](),
        (FindingKind.CONTRADICTED, _P): frozenset({"minutes"}),
        (FindingKind.PASSED_ON, _P): frozenset({"count"}),
        (FindingKind.WITHOUT_SUBSTANCE, _P): frozenset[str](),
        (FindingKind.WITHOUT_SUBSTANCE, _I): frozenset[str](),
        (FindingKind.NOTHING_DONE, _P): frozenset[str](),
        (FindingKind.NOTHING_DONE, _I): frozenset[str](),
        (FindingKind.WRONGLY_DONE, _P): frozenset[str](),
        (FindingKind.WRONGLY_DONE, _I): frozenset[str](),
        (FindingKind.STEP_SKIPPED, _P): frozenset({"event", "awaited"}),
        (FindingKind.STEP_SKIPPED, _I): frozenset({"event", "awaited"}),
        (FindingKind.RESPONSIBILITY_GAP, _P): frozenset[str](),
    }
)
"""What can be noticed about what, and the figures that a rule of it gives; all others it leaves out."""


def faults(rules: Sequence[FindingRule], lines_of_work: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    """(position, field, message) of all that is wrong with a rule by itself."""
    for at, rule in enumerate(rules):
        figures = FIGURES.get((rule.kind, rule.about))
        if figures is None:
            about = " or ".join(subject for kind, subject in FIGURES if kind is rule.kind)
            yield at, "about", f"{rule.kind} is not noticed about {rule.about}; give {about}"
            continue
        for name in ("event", "awaited", "minutes", "count"):
            given: object = getattr(rule, name)
            if given is None and name in figures:
                yield at, "kind", f"{rule.kind} about {rule.about} needs {name}; give it"
            elif given is not None and name not in figures:
                yield at, name, f"is of no use to {rule.kind} about {rule.about}; remove it"
            elif isinstance(given, int) and given <= 0:
                yield at, name, f"{given} {name} is none; give 1 or more"
        if rule.line_of_work is not None and rule.line_of_work not in lines_of_work:
            message = f"{rule.line_of_work!r} is none of the lines of work above; name one of them, or none for all"
            yield at, "line_of_work", message
