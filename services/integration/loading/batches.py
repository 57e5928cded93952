"""Turns staged rows into rows for the graph, batch by batch; what stands already as it is said is left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph import ledger
from graph.model.enums import EventKind
from graph.model.identity import record_id, version_id
from graph.model.instants import OPEN
from services.integration.bundle.columns import FILE, File
from services.integration.bundle.faults import Report
from services.integration.bundle.lives import Replay
from services.integration.bundle.references import digest_of, references_in, said_in
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Bounds, Row, Staging
from services.integration.bundle.values import instant_of, split
from services.integration.loading import nodes
from services.integration.loading.nodes import FactRow, Present, Recorder, Refs, Rows, Said, Statement
from services.oversight.rules import Life, begin, dump, falls_due_at, load

ENTITY_FILES = (
    "organizations", "posts", "persons", "areas", "sites",
    "directives", "clauses", "campaigns", "tasks", "targets", "observations",
)  # fmt: skip
FACT_FILES = ("reporting", "memberships", "regulations", "responsibilities", "links")
NAMES = "names"
"""Facts too, and of problems as well: so they come after these."""

_PROBLEMS, _EVENTS = FILE["problems"], FILE["events"]
_EVENT_COLUMN = {column.name: position for position, column in enumerate(_EVENTS.columns, start=1)}
_PROBLEM_COLUMN = {column.name: position for position, column in enumerate(_PROBLEMS.columns, start=1)}
_ROWS = 5_000
_KEPT = ("recordedAt", "changedAt", "status", "dueAt", "fallsDueAt", "verifiedAt", "assignedToId", "life")
"""What a correction of a problem's row leaves as it is."""


Stated = tuple[FactRow, File | None, Row]
"""A fact with the row that states it; no file where it stands for a column."""


@dataclass(frozen=True, slots=True)
class ProblemRows:
    """A problem's row (None: it is in the database), its state after its events (None: no new ones), its events.

    `position`: of the event that the state was worked out from, 0 for none; a problem that has gone on is not written.
    """

    reference: str
    row: Row | None
    life: Life | None
    position: int | None
    events: Sequence[Row]


class Batches:
    """The rows of a checked bundle, ready to be written. `rows`: makes an empty batch of them."""

    def __init__(
        self,
        staging: Staging,
        resolver: Resolver,
        recorder: Recorder,
        titles: Mapping[str, str],
        rows: Callable[[], Rows],
    ) -> None:
        self._staging = staging
        self._resolver = resolver
        self._recorder = recorder
        self._titles = titles
        self._rows = rows

    def kinds(self, present: Mapping[str, Present]) -> Rows:
        """The kinds of site; they are in no bundle and in every graph."""
        rows = self._rows()
        for kind, id_ in nodes.site_kinds().items():
            if id_ not in present:
                source, source_id = nodes.site_kind(kind)
                properties = {"id": id_, "source": source, "sourceId": source_id, "kind": kind}
                rows.create(Statement("SiteKind", id_, {**properties, "recordedAt": OPEN, "changedAt": OPEN}))
        return rows

    def lines_of_work(self) -> dict[str, Statement]:
        """By record id, those that tasks name."""
        found: dict[str, Statement] = {}
        names = list(FILE["tasks"].by_name)
        campaign_at, code_at = 1 + names.index("campaign"), 1 + names.index("lineOfWork")
        for row in self._staging.rows("tasks"):
            campaign, code = row[campaign_at], row[code_at]
            source, source_id = nodes.line_of_work(campaign, code, self._resolver)
            id_ = record_id(source, source_id)
            if id_ not in found:
                properties = {"id": id_, "source": source, "sourceId": source_id, "recordedAt": OPEN, "changedAt": OPEN}
                properties |= {"code": code, "title": self._titles.get(code, code)}
                out = (("LINE_IN", "Campaign", self._resolver.record(campaign)),)
                found[id_] = Statement("LineOfWork", id_, properties, out=out)
        return found

    def rows_of(self, file: File) -> Iterator[list[Row]]:
        """The staged rows, in batches whose references are looked up."""
        for rows in self._staging.batches(file.name, size=_ROWS):
            self._resolver.load(references_in(file, rows))
            yield list(rows)

    def ids(self, file: File, rows: list[Row]) -> list[str]:
        """The record ids of the rows."""
        return [self._resolver.record(nodes.reference_of(file, row, self._resolver)) for row in rows]

    def entities(self, file: File, rows: list[Row], present: Mapping[str, Present]) -> Rows:
        """The new and changed entities among the rows."""
        found = self._rows()
        resolver = self._resolver
        for row in rows:
            reference = nodes.reference_of(file, row, resolver)
            id_ = resolver.record(reference)
            there = present.get(id_)
            said = said_in(file, row, resolver)
            digest = digest_of(said)
            if there is not None and (there.digest == digest or there.pending):
                continue
            event = self._recorder.recorded(file, row, id_, reference, there)
            properties = self._state(reference, digest, there, event) | nodes.attributes(file, row)
            out = nodes.references(file, said)
            if file.name == "tasks":
                out = (*out, self._line_of(row))
                parent = row[1 + list(file.by_name).index("parent")]
                if parent is not None:
                    pair = {"id": id_, "parent": resolver.record(str(parent))}
                    (found.subtasks if there is None else found.changed_subtasks).append(pair)
            elif file.name == "observations":
                properties["station"] = resolver.record(str(row[1]))
            self._add(found, Statement(file.label, id_, properties, out=out, events=((event, ()),)), there)
        return found

    def facts(self, facts: list[Stated], present: Mapping[str, Present]) -> Rows:
        """The new facts, and new versions of those that say something else."""
        found = self._rows()
        resolver = self._resolver
        for fact, file, row in facts:
            first = resolver.record(fact.reference)
            there = present.get(first)
            if there is not None and (there.digest == fact.digest or there.pending):
                continue
            version = 1 if there is None else there.version + 1
            id_ = version_id(first, version)
            properties = nodes.identity(fact.reference, resolver)
            properties |= {"id": id_, "supersededAt": OPEN, "digest": fact.digest, **fact.properties}
            event = None
            into: Refs = ((self._relationship(fact.label), *fact.from_),)
            out: Refs = () if fact.to is None else ((f"{self._relationship(fact.label)}_TO", *fact.to),)
            if fact.clause is not None:
                out = (*out, ("BASED_ON", "Clause", fact.clause))
            if file is not None:
                event = self._recorder.recorded(file, row, first, fact.reference, there)
                properties |= {"position": event["position"], "hash": event["hash"]}
            if there is None:
                found.create(Statement(fact.label, id_, properties, into, out, () if event is None else ((event, ()),)))
            else:
                found.create(Statement(fact.label, id_, properties, into, out))
                if event is not None:
                    found.create(Statement("Event", event["id"], event, out=(("EVENT_OF", fact.label, first),)))
                old = version_id(first, there.version)
                found.corrections.append({"id": id_, "old": old, "first": first, "version": version})
            found.records += 1
        return found

    def problems(self) -> Iterator[list[ProblemRows]]:
        """Problems with their events, so many at once that their rows make a batch."""
        for histories in self._staging.histories(_ROWS):
            lives = self._staging.lives(histories[0].problem, histories[-1].problem)
            found = ((history, lives.get(history.problem)) for history in histories)
            yield [
                ProblemRows(problem, row, *((None, None) if kept is None else (load(kept[0]), kept[1])), events)
                for (problem, row, events), kept in found
                if row is not None or kept is not None
            ]

    def replayed(self, replay: Replay, bounds: Bounds, report: Report) -> Iterator[list[ProblemRows]]:
        """As `problems`, of those within the bounds, whose events are replayed now; what is wrong is reported."""
        for histories in self._staging.histories(_ROWS, bounds):
            begun = [
                (problem, None if row is None else row[_PROBLEM_COLUMN["discoveredAt"]], events)
                for problem, row, events in histories
            ]
            lives = replay.lives(begun, report)
            yield [
                ProblemRows(problem, row, *lives.get(problem, (None, None)), events)
                for problem, row, events in histories
            ]

    def problem_ids(self, problems: list[ProblemRows]) -> list[str]:
        """The record ids of the problems and of their events."""
        record = self._resolver.record
        return [record(p.reference) for p in problems] + [record(str(row[1])) for p in problems for row in p.events]

    def lives(
        self, problems: list[ProblemRows], present: Mapping[str, Present], states: Mapping[str, dict[str, Any]]
    ) -> Rows:
        """The new problems, what is new of known ones, and their new events. `states`: the properties of known ones."""
        found = self._rows()
        for problem in problems:
            id_ = self._resolver.record(problem.reference)
            there = present.get(id_)
            if there is None:
                self._new_problem(found, problem, id_)
            elif not there.pending:
                self._known_problem(found, problem, id_, there, states[id_], present)
        return found

    def _new_problem(self, found: Rows, problem: ProblemRows, id_: str) -> None:
        row, resolver = problem.row, self._resolver
        if row is None:
            return
        discovered_at = instant_of(int(row[_PROBLEM_COLUMN["discoveredAt"]] or 0))
        life = problem.life or begin(discovered_at)
        source, source_id = split(problem.reference, resolver.source)
        said = said_in(_PROBLEMS, row, resolver)
        entry = ledger.Entry(
            id=record_id(source, f"{source_id}#1"),
            subject=id_,
            position=1,
            kind=EventKind.REPORTED.value,
            at=discovered_at,
            actor=said[_PROBLEM_COLUMN["reportedBy"]],
            row=nodes.row_texts(_PROBLEMS, row, resolver),
        )
        event = nodes.event_properties(entry, None, source, f"{source_id}#1")
        by: Refs = () if entry.actor is None else (("DONE_BY", "Person", entry.actor),)
        position, hash_, events = self._events(problem, id_, 1, event["hash"], {})
        properties = self._problem_state(problem.reference, row, said) | life_properties(life)
        properties |= {"recordedAt": OPEN, "changedAt": OPEN, "position": position, "hash": hash_}
        out = (*nodes.references(_PROBLEMS, said), *_assigned(life))
        found.create(Statement("Problem", id_, properties, out=out, events=((event, by), *events)))
        found.records += 1 + len(events)

    def _known_problem(
        self,
        found: Rows,
        problem: ProblemRows,
        id_: str,
        there: Present,
        state: dict[str, Any],
        present: Mapping[str, Present],
    ) -> None:
        row, resolver = problem.row, self._resolver
        said = None if row is None else said_in(_PROBLEMS, row, resolver)
        position, hash_ = there.position, there.hash
        events: list[Said] = []
        properties = {name: value for name, value in state["properties"].items() if name != "importing"}
        out: Refs = tuple((kind, label, other) for kind, label, other in state["refs"])
        if row is not None and said is not None and digest_of(said) != there.digest:
            event = self._recorder.recorded(_PROBLEMS, row, id_, problem.reference, there)
            events.append((event, ()))
            position, hash_ = event["position"], event["hash"]
            kept = {name: properties.get(name) for name in _KEPT}
            properties = self._problem_state(problem.reference, row, said) | kept
            out = (*nodes.references(_PROBLEMS, said), *(ref for ref in out if ref[0] == "ASSIGNED_TO"))
        position, hash_, appended = self._events(problem, id_, position, hash_, present)
        events += appended
        if not events:
            return
        worked_out_from = there.position
        if appended and problem.life is not None:
            worked_out_from = problem.position or 0
            properties |= life_properties(problem.life)
            out = (*(ref for ref in out if ref[0] != "ASSIGNED_TO"), *_assigned(problem.life))
        properties |= {"position": position, "hash": hash_}
        found.create(Statement("Problem", id_, properties, out=out), changes=True)
        found.held.append({"id": id_, "position": worked_out_from})
        for event, refs in events:
            found.create(Statement("Event", event["id"], event, out=(("EVENT_OF", "Problem", id_), *refs)))
        found.records += len(events)

    def _events(
        self, problem: ProblemRows, id_: str, position: int, hash_: str | None, present: Mapping[str, Present]
    ) -> tuple[int, str | None, list[Said]]:
        resolver = self._resolver
        events: list[Said] = []
        for row in problem.events:
            said = said_in(_EVENTS, row, resolver)
            _, event_id, _, at, action, actor, post, to, due_at, evidence, note = said
            if event_id in present:
                continue
            position += 1
            entry = ledger.Entry(
                id=event_id,
                subject=id_,
                position=position,
                kind=action,
                at=instant_of(at),
                actor=actor,
                post=post,
                to_organization=to,
                due_at=None if due_at is None else instant_of(due_at),
                evidence=() if evidence is None else tuple(evidence.split(";")),
                note=note,
            )
            properties = nodes.event_properties(entry, hash_, *split(str(row[1]), resolver.source), digest_of(said))
            hash_ = properties["hash"]
            out: list[tuple[str, str, str]] = []
            if actor is not None:
                out.append(("DONE_BY", "Person", actor))
            if post is not None:
                out.append(("DONE_AS", "Post", post))
            if to is not None:
                out.append(("PASSED_TO", "Organization", to))
            events.append((properties, out))
        return position, hash_, events

    def _state(self, reference: str, digest: str, there: Present | None, event: dict[str, Any]) -> dict[str, Any]:
        properties = nodes.identity(reference, self._resolver)
        if there is not None:
            properties["recordedAt"] = there.recorded_at
        return properties | {
            "changedAt": OPEN,
            "digest": digest,
            "position": event["position"],
            "hash": event["hash"],
        }

    def _problem_state(self, reference: str, row: Row, said: list[Any]) -> dict[str, Any]:
        return {
            **nodes.identity(reference, self._resolver),
            **nodes.attributes(_PROBLEMS, row),
            "digest": digest_of(said),
            "siteId": said[_PROBLEM_COLUMN["site"]] or "",
            "taskId": said[_PROBLEM_COLUMN["task"]] or "",
            "reportedById": said[_PROBLEM_COLUMN["reportedBy"]] or "",
        }

    def _line_of(self, row: Row) -> tuple[str, str, str]:
        names = list(FILE["tasks"].by_name)
        campaign, code = (str(row[1 + names.index(name)]) for name in ("campaign", "lineOfWork"))
        return "IN_LINE", "LineOfWork", record_id(*nodes.line_of_work(campaign, code, self._resolver))

    def _add(self, found: Rows, statement: Statement, there: Present | None) -> None:
        found.records += 1
        if there is None:
            found.create(statement)
            return
        ((event, _),) = statement.events
        bare = Statement(statement.label, statement.id, statement.properties, out=statement.out)
        found.create(bare, changes=True)
        found.create(Statement("Event", event["id"], event, out=(("EVENT_OF", statement.label, statement.id),)))

    @staticmethod
    def _relationship(label: str) -> str:
        return nodes.MODEL.fact(label).relationship


def life_properties(life: Life) -> dict[str, Any]:
    """The properties of a problem that its life sets."""
    return {
        "status": life.status.value,
        "dueAt": life.due_at or OPEN,
        "fallsDueAt": falls_due_at(life),
        "verifiedAt": life.verified_at,
        "assignedToId": life.assigned_to or "",
        "life": dump(life),
    }


def _assigned(life: Life) -> Refs:
    return () if life.assigned_to is None else (("ASSIGNED_TO", "Organization", life.assigned_to),)
