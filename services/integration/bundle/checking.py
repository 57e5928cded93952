"""Checks a whole bundle before anything of it is loaded, and keeps what the load needs."""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model.facts import LONGEST_CHAIN
from services.integration.bundle.apart import EventsApart
from services.integration.bundle.columns import FILE, FILES, LINK_KINDS, File
from services.integration.bundle.faults import BundleError, Fault, Report
from services.integration.bundle.known import Known, Nothing
from services.integration.bundle.lives import PostOrganizations, Replay
from services.integration.bundle.reading import open_bundle
from services.integration.bundle.references import reference_faults
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Staging
from services.integration.bundle.tables import Progress, stage
from services.integration.bundle.values import BEGINNING_MICROS, OPEN_MICROS
from services.ledger.inspectors import collecting_seldom
from services.organization.rules import (
    Edge,
    Place,
    cycles,
    long_chains,
    overlaps,
    with_columns,
)

__all__ = ["Checked", "Progress", "check", "check_but_events", "no_progress"]

_BUT_EVENTS = tuple(file for file in FILES if file.name != "events")


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle as it was found. `digest`: of its contents. `fresh`: no record of its sources is known yet.

    `replay`: of its events, which are checked last. `shown`: files as the user knows them, by name.
    """

    report: Report
    digest: str
    source: str
    fresh: bool
    staging: Staging
    resolver: Resolver
    replay: Replay
    shown: Mapping[str, str]

    def take(self, part: Report) -> None:
        """Take a report of events, or of a part of them, into the report, in its order."""
        self.report.merge(_told(part, self.shown))
        self.report.sort(self.shown.get(file.name, file.name) for file in FILES)


def no_progress(_what: str, _more: int) -> None:
    """Tells nobody."""


@contextmanager
def check(
    path: Path, source: str = "bundle", known: Known | None = None, progress: Progress = no_progress
) -> Generator[Checked]:
    """Read and check the bundle at `path`; its rows stay available, on disk, until the context ends.

    Raises BundleError where it can't be read at all; everything else that is wrong is in the report.
    """
    with check_but_events(path, source, lambda: known or Nothing(), progress) as checked:
        checked.take(checked.replay.run())
        yield checked


@contextmanager
def check_but_events(
    path: Path, source: str, known: Callable[[], Known], progress: Progress = no_progress
) -> Generator[Checked]:
    """As `check`, without replaying the events. `known` is asked for once all is read."""
    if not source.strip() or source != source.strip() or not source.isprintable() or set(source) & set(":;#"):
        raise BundleError(f"{source!r} can't be the name of a source: no ':', ';', '#' and no space around it.")
    folder = Path(tempfile.mkdtemp(prefix="zeren-bundle-"))
    try:
        with ExitStack() as keep:
            keep.enter_context(collecting_seldom())
            bundle = open_bundle(path, keep)
            report = Report(source)
            report.extend(bundle.faults)
            shown = {table.name: table.shown for table in bundle.tables}
            apart = EventsApart.of(bundle, folder, source, keep)
            files = FILES if apart is None else _BUT_EVENTS
            staging = keep.enter_context(Staging(folder, files=files))
            for table in bundle.tables:
                if FILE[table.name] in files:
                    report.extend(_shown(stage(table, staging, source, progress), shown))
            if apart is not None:
                report.merge(_told(apart.report(progress), shown))
            staging.index()
            report.rows.update({table.name: staging.count(table.name) for table in bundle.tables})
            checks = _Checks(staging, known(), source, progress)
            report.extend(_shown(checks.run(), shown))
            replay = checks.replay()
            yield Checked(report, bundle.digest, source, checks.fresh, staging, checks.resolver, replay, shown)
    except sqlite3.OperationalError as error:
        raise BundleError(
            f"{folder}: the bundle can't be sorted there ({error}). Free some space, or set TMPDIR to another folder."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(part: Report, shown: Mapping[str, str]) -> Report:
    """A report with the names of files as the user knows them."""
    return Report(
        part.source,
        errors=list(_shown(iter(part.errors), shown)),
        error_count=part.error_count,
        by_file=Counter({shown.get(name, name): count for name, count in part.by_file.items()}),
    )


def _shown(faults: Iterator[Fault], shown: Mapping[str, str]) -> Iterator[Fault]:
    """The faults with the names of files as the user knows them."""
    return (
        Fault(shown.get(fault.file, fault.file), fault.row, fault.column, fault.value, fault.message)
        for fault in faults
    )


class _Checks:
    """What can be said once all rows are there."""

    def __init__(self, staging: Staging, known: Known, source: str, progress: Progress) -> None:
        self._staging = staging
        self._known = known
        self._progress = progress
        self.resolver = Resolver(staging, known, source)
        self.fresh = not known.has_records_of({source, *staging.other_sources()})

    def run(self) -> Iterator[Fault]:
        yield from self._repeated()
        for file in FILES:
            if file.name != "events":  # the replay reads them anyway
                yield from self._references(file)
            if not self.fresh:
                yield from self._taken(file)
        yield from self._structure()

    def replay(self) -> Replay:
        post_in = with_columns(self._links("PostIn"), self._columns("posts", "organization", "PostIn"))
        return Replay(self._staging, self.resolver, self._known, PostOrganizations(post_in), not self.fresh)

    def _repeated(self) -> Iterator[Fault]:
        for id_, file, row, first, first_row in self._staging.repeated_ids():
            yield Fault(
                file, row, "id", id_, f"is there already, in {first} row {first_row}; ids are unique over all files"
            )
        for file in FILES:
            if file.key != ("id",):
                for row, first_row in self._staging.repeated_keys(file):
                    message = f"says {', '.join(file.key)} again as row {first_row} does; keep one of them"
                    yield Fault(file.name, row, file.key[0], None, message)

    def _references(self, file: File) -> Iterator[Fault]:
        for rows in self._staging.batches(file.name):
            yield from reference_faults(file, rows, self.resolver)
            self._progress("check", len(rows))

    def _taken(self, file: File) -> Iterator[Fault]:
        """Rows whose id is that of a record of another kind."""
        if file.key != ("id",):
            return
        for rows in self._staging.batches(file.name):
            ids = {self.resolver.record(row[1]): row for row in rows if row[1] is not None}
            for id_, standing in self._known.standing(ids.keys()).items():
                row = ids[id_]
                label = file.label or (LINK_KINDS[row[2]].label if row[2] is not None else standing.label)
                if standing.label != label:
                    message = f"is the id of a record of kind {standing.label} already; give this row an id of its own"
                    yield Fault(file.name, row[0], "id", row[1], message)

    def _structure(self) -> Iterator[Fault]:
        part_of = with_columns(self._links("PartOf"), self._columns("organizations", "parent", "PartOf"))
        within_rows = self._links("Within")
        within = with_columns(within_rows, self._columns("areas", "parent", "Within"))
        subtasks = self._columns("tasks", "parent", "Task")
        for edges, what in ((part_of, "an organization"), (within, "an area"), (subtasks, "a task")):
            for cycle in cycles(edges):
                yield from _cycle_fault(cycle, what)
            yield from _chain_faults(edges)
        yield from self._moved_tasks(subtasks)
        for edges, kind in ((within_rows, "WITHIN"), (self._links("PostIn"), "POST_IN")):
            for earlier, later in overlaps(edges):
                yield from _overlap_fault(earlier, later, kind)
        yield from _chain_faults(self._reporting())

    def _moved_tasks(self, subtasks: list[Edge]) -> Iterator[Fault]:
        parents = {link.from_: link for link in self._known.links("Task")}
        for edge in subtasks:
            known = parents.get(edge.child)
            if known is not None and edge.place is not None and known.to != edge.parent:
                message = "a task's parent can't change; end this task and give the work to a new one"
                yield Fault(edge.place.file, edge.place.row, edge.place.column, None, message)

    def _links(self, label: str) -> list[Edge]:
        """The explicit links of a kind."""
        rows = (
            (row, id_, *rest)
            for row, id_, kind, *rest in self._staging.rows("links")
            if kind is not None and LINK_KINDS[kind].label == label
        )
        return self._stated(rows, "links", "to", label)

    def _reporting(self) -> list[Edge]:
        return self._stated(self._staging.rows("reporting"), "reporting", "reportsTo", "Reporting")

    def _stated(self, rows: Iterable[tuple[Any, ...]], file: str, column: str, label: str) -> list[Edge]:
        """The explicit rows of a kind, those of the bundle instead of what they correct."""
        record = self.resolver.record
        edges: list[Edge] = []
        ids: set[str] = set()
        for row, id_, from_, to, since, until, _ in rows:
            ids.add(record(id_ or ""))
            if None not in (from_, to, since):
                place = Place(file, row, column)
                edges.append(
                    Edge(record(from_), record(to), since, OPEN_MICROS if until is None else until, place, from_)
                )
        edges.extend(
            Edge(link.from_, link.to, link.since, link.until, None, link.shown)
            for link in self._known.links(label)
            if link.explicit and link.id not in ids
        )
        return edges

    def _columns(self, file: str, column: str, label: str) -> list[Edge]:
        """What the column says of all things, those of the bundle instead of what they correct."""
        record = self.resolver.record
        position = 1 + list(FILE[file].by_name).index(column)
        edges: dict[str, Edge | None] = {
            link.from_: Edge(link.from_, link.to, link.since, link.until, None, link.shown, explicit=False)
            for link in self._known.links(label)
            if not link.explicit
        }
        for row in self._staging.rows(file):
            if row[1] is not None:
                thing, value = record(row[1]), row[position]
                place = Place(file, row[0], column)
                edges[thing] = (
                    None
                    if value is None
                    else Edge(thing, record(value), BEGINNING_MICROS, OPEN_MICROS, place, row[1], explicit=False)
                )
        return [edge for edge in edges.values() if edge is not None]


def _cycle_fault(cycle: list[Edge], what: str) -> Iterator[Fault]:
    place = max((edge.place for edge in cycle if edge.place is not None), key=lambda place: place.row, default=None)
    if place is not None:
        way = " → ".join([edge.shown for edge in cycle] + [cycle[0].shown])
        yield Fault(place.file, place.row, place.column, None, f"makes a cycle, {what} can't be part of itself: {way}")


def _chain_faults(edges: list[Edge]) -> Iterator[Fault]:
    for chain in long_chains(edges):
        place = next((edge.place for edge in chain if edge.place is not None), None)
        if place is not None:
            way = " → ".join([edge.shown for edge in chain] + ["…"])
            message = f"makes a chain of more than {LONGEST_CHAIN} steps at one time: {way}"
            yield Fault(place.file, place.row, place.column, None, message)


def _overlap_fault(earlier: Edge, later: Edge, kind: str) -> Iterator[Fault]:
    place, other = later.place, earlier.place
    if place is None:
        place, other = earlier.place, None
    if place is not None:
        with_ = f"row {other.row}" if other is not None else "a row imported before"
        message = f"overlaps with {with_}: {later.shown} can have one {kind} at a time; end one before the other begins"
        yield Fault(place.file, place.row, "validFrom", None, message)
