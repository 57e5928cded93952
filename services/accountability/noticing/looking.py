"""Looking at subjects: what the rules notice in them as of an instant, beside what was noticed in them before."""

from asyncio import sleep
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from graph.compile.roots import Moment
from graph.compile.visibility import Viewer
from graph.model.enums import Concerned, FindingKind, Level
from graph.model.instants import OPEN
from graph.queries import noticing as queries
from graph.queries import trace as walk
from graph.queries.trace import FACTS_ONLY, Asked
from graph.session import Database
from services.accountability.noticing.observing import problem_of, received_of
from services.accountability.reading import facts_of
from services.accountability.rules import Facts, Hop, concerned
from services.accountability.rules.noticing import Noticed, Problem, Received, next_look, notice, summary
from services.campaign.rules import Rulebook

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class New:
    """A finding to be written. `about`: the record whose events it rests on; `subject`: what it is shown as about."""

    noticed: Noticed
    key: str
    generation: int
    about: str
    subject: str
    summary: str
    hops: tuple[Hop, ...]

    @property
    def source_id(self) -> str:
        return f"finding/{self.key}" + (f"/{self.generation}" if self.generation > 1 else "")


class Look:
    """What the rules notice in some subjects as of an instant, beside what was noticed in them before."""

    def __init__(self, rulebook: Rulebook, at: datetime) -> None:
        self._rulebook = rulebook
        self.at = at
        self.new: list[New] = []
        self.gone: list[Row] = []
        self.agenda: list[Row] = []
        self.latest = at

    @classmethod
    async def of(
        cls, database: Database, rulebook: Rulebook, subjects: Sequence[str], known_at: datetime, at: datetime
    ) -> "Look":
        look = cls(rulebook, at)
        rows = await database.read(queries.FACTS, {"subjects": list(subjects), "known": known_at, "open": OPEN})
        begun = [Asked(row["id"], None, known_at) for row in rows if row["problem"]]
        near = dict(zip((one.subject for one in begun), await _traces(database, begun, at), strict=True))
        fresh: list[tuple[Row, Noticed, str, int]] = []
        for row in rows:
            facts = problem_of(row, near[row["id"]], known_at, rulebook) if row["problem"] else received_of(row)
            fresh += look._compared(row, facts)
            await sleep(0)  # requests go between
        # Not known yet, or taken back: what happens to it will be in the log.
        unknown = set(subjects) - {row["id"] for row in rows}
        look.agenda += [{"subject": one, "at": OPEN} for one in sorted(unknown)]
        asked = [Asked(row["subject"], noticed.at, known_at) for row, noticed, _, _ in fresh]
        moments = await _traces(database, asked, at)
        for (row, noticed, key, generation), facts in zip(fresh, moments, strict=True):
            hops = _concerned(noticed, facts, rulebook)
            names = await _names(database, noticed)
            said = summary(noticed, names)
            look.new.append(New(noticed, key, generation, row["id"], row["subject"], said, hops))
        return look

    def _compared(self, row: Row, facts: Problem | Received) -> list[tuple[Row, Noticed, str, int]]:
        rules = self._rulebook.findings
        noticed = {_key(one, row["id"]): one for one in notice(facts, rules, self.at)}
        known: list[Row] = row["findings"]
        standing = {one["key"] for one in known if one["stands"]}
        self.gone += [
            one
            for one in known
            if one["stands"]
            and one["key"] not in noticed
            and one["version"] == self._rulebook.version
            and one["at"] <= self.at
        ]
        self.latest = max([self.latest, *(one["recordedAt"] for one in known)])
        following = next_look(facts, rules, self.at)
        self.agenda.append({"subject": row["id"], "at": following or OPEN})
        return [
            (row, one, key, 1 + sum(before["key"] == key for before in known))
            for key, one in noticed.items()
            if key not in standing
        ]


async def _traces(database: Database, asked: Sequence[Asked], now: datetime) -> list[Facts]:
    if not asked:
        return []
    statement = walk.traces(asked, FACTS_ONLY, Moment(now), Viewer())
    (row,) = await database.read(statement.cypher, statement.parameters)
    return [facts_of(found["facts"]) for found in row["data"]]


async def _names(database: Database, noticed: Noticed) -> Mapping[str, str]:
    """What the organizations were called that are named in the summary."""
    ids = sorted({hand.organization for hand in noticed.hands})
    if not ids:
        return {}
    rows = await database.read(queries.NAMES, {"ids": ids, "at": noticed.at, "open": OPEN})
    return {row["id"]: row["name"] for row in rows}


def _key(noticed: Noticed, about: str) -> str:
    return sha256(" ".join((noticed.rule.code, about, *noticed.events)).encode()).hexdigest()[:32]


def _concerned(noticed: Noticed, facts: Facts, rulebook: Rulebook) -> tuple[Hop, ...]:
    """Whom a finding concerns, by the trace at its moment; where nobody stands there, the organizations alone."""
    rule = noticed.rule
    actor = noticed.actor
    if rule.concerned is Concerned.ACTOR and actor is not None:
        return (Hop(Level.DIRECT, 0, organization=actor.organization, post=actor.post, holder=actor.person),)
    if facts.instruction is not None:
        own = [link for link in facts.task_links if link.from_ in noticed.holders]
        facts = replace(facts, task_links=own)
    everybody = rule.concerned is Concerned.TRACE
    hops = concerned(facts, None if everybody else noticed.holders, rule.up_to, rulebook)
    if rule.kind is FindingKind.RESPONSIBILITY_GAP:
        hops = tuple(hop for hop in hops if hop.gap is not None)
    told = {hop.organization for hop in hops}
    return hops or tuple(Hop(Level.DIRECT, 0, organization=one) for one in noticed.holders if one not in told)
