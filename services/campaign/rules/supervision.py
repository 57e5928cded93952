"""Who may supervise, by which clocks, and what a rectification that was fed back must show: rules as data."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.model.enums import AuthorityLevel, Independence, OrganizationKind, Supervising, SupervisionStep
from services.campaign.rules.clocks import Clock, Unit


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Organizations of this kind may do this."""

    act: Supervising
    kind: OrganizationKind
    basis: str


@dataclass(frozen=True, slots=True)
class SupervisionClock:
    """How long there is for this step of supervision from when it falls to somebody."""

    step: SupervisionStep
    amount: int
    unit: Unit
    basis: str

    @property
    def clock(self) -> Clock:
        return Clock(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class RectificationRule:
    """What the rectification of a problem fed back from this level needs.

    `described`: evidence whose kind, sum and origin are told. `verified_by`: from what of the one who submitted it the
    one who verifies it must differ.
    """

    level: AuthorityLevel
    described: bool
    verified_by: Independence
    basis: str


def faults(
    supervisors: tuple[Supervisor, ...], clocks: tuple[SupervisionClock, ...]
) -> Iterator[tuple[str, int | None, str, str]]:
    """What they have wrong beside what each rule has: (section, position, field, message)."""
    for act in Supervising:
        if not any(rule.act is act for rule in supervisors):
            yield "supervisors", None, "", f"nobody could do {act}; name at least one kind of organization for it"
    for at, rule in enumerate(clocks):
        if rule.amount <= 0:
            yield "supervision_clocks", at, "amount", f"{rule.amount} {rule.unit} is no time; give 1 or more"
