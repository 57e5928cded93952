"""Is the ledger what it was? Every event against its body, its chain and its relationships; all of them against the
tree, and the tree against signed checkpoints, also those that were kept elsewhere.

Pure: rows in, the first fault out. Where rows come from is in `services.ledger.reading`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from graph.ledger import leaf_of
from graph.merkle import Growth, Tile, leaf_hash
from graph.model.identity import record_id
from services.ledger.checkpoints import Checkpoint, Trust
from services.ledger.notes import NoteRefused

Row = Sequence[Any]
"""As graph.queries.evidence has it: COLUMNS, number of properties, outgoing relationships."""

OPEN_TEXT = "9999-01-01T00:00:00Z"


class Fault(Exception):
    """The first thing found wrong. `event`: the id of the event that it is about, if it is about one."""

    def __init__(self, message: str, event: str | None = None) -> None:
        super().__init__(message)
        self.event = event


@dataclass(frozen=True, slots=True)
class Signed:
    """A note, and where it is kept. `shown`: what the database says of it (size, root, time), None elsewhere."""

    note: str
    where: str
    shown: tuple[int, str, str] | None = None


@dataclass
class Verification:
    """`trust`: the keys to go by; None checks no signature, and then the tree proves nothing."""

    trust: Trust | None
    size: int = 0
    unnumbered: int = 0
    checkpoints: int = 0
    anchored: int = 0
    """Events below the longest checkpoint that is kept outside the database."""
    _ends: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    _growth: Growth = field(default_factory=Growth)
    _tiles: dict[Tile, bytes] = field(default_factory=dict[Tile, bytes])
    _roots: dict[int, list[tuple[Checkpoint, str]]] = field(default_factory=dict[int, list[tuple[Checkpoint, str]]])
    _recorded: str = ""
    _agreed: int = 0

    def expect(self, notes: Iterable[Signed]) -> None:
        """Checkpoints that the log must agree with. To be called before its events are. Raises Fault."""
        opened = sorted(((_size(kept.note), kept) for kept in notes), key=lambda item: (item[0], item[1].shown is None))
        for _, kept in opened:
            try:
                checkpoint = _unsigned(kept.note) if self.trust is None else self.trust.open(kept.note)
            except NoteRefused as error:
                raise Fault(f"The checkpoint in {kept.where} can't be trusted: {error}.") from error
            if kept.shown is not None:
                said = (checkpoint.size, checkpoint.root.hex(), _short(checkpoint.signed_at))
                if kept.shown != said:
                    raise Fault(f"The checkpoint of {checkpoint.size} events is shown with what its note does not say.")
            else:
                self.anchored = max(self.anchored, checkpoint.size)
            self._roots.setdefault(checkpoint.size, []).append((checkpoint, kept.where))
            self.checkpoints += 1
        if len({checkpoint.origin for found in self._roots.values() for checkpoint, _ in found}) > 1:
            raise Fault("The checkpoints are of several logs: their first lines differ.")
        self._compare()

    def events(self, rows: Sequence[Row]) -> None:
        """The next numbered events. Raises Fault."""
        stops = sorted(size for size in self._roots if self.size < size <= self.size + len(rows))
        low = 0
        for stop in (*stops, self.size + len(rows)):
            some = rows[low : low + stop - self.size]
            low += len(some)
            self._append(some)
            if stop in self._roots:
                self._compare()

    def waiting(self, rows: Iterable[Row]) -> None:
        """Events without a number yet. Raises Fault."""
        for row in rows:
            self._check(row)
            self.unnumbered += 1

    def heads(self, rows: Iterable[Row]) -> None:
        """Where subjects say that their chains end; all at once, after all events. Raises Fault."""
        said: dict[str, tuple[int, str]] = {}
        for id_, position, hash_ in rows:
            subject = id_.partition("~")[0]
            if subject not in said or said[subject][0] < position:
                said[subject] = position, hash_
        for subject, end in said.items():
            found = self._ends.get(subject)
            if found != end:
                last = "none" if found is None else f"event {found[0]}"
                raise Fault(f"Record {subject} says that its chain ends with event {end[0]}; the last found is {last}.")

    def tiles(self, rows: Iterable[Row]) -> None:
        """The stored tree; after all events. Raises Fault."""
        left = dict(self._tiles)
        for level, number, hashes in rows:
            if left.pop(Tile(level, number), None) != sha256(bytes(hashes)).digest():
                raise Fault(f"Tile {level}/{number} of the tree does not hold the hashes of its events.")
        if left:
            raise Fault(f"Tile {min(left).level}/{min(left).number} of the tree is missing.")

    def end(self, size: int, events: int) -> None:
        """`size`: what the log says of itself; `events`: how many there are in all. Raises Fault."""
        for longest in sorted(self._roots, reverse=True):
            if longest > self.size:
                where = self._roots[longest][0][1]
                raise Fault(
                    f"The log ends after {self.size} events, but the checkpoint in {where} was signed over {longest}: "
                    f"{longest - self.size} events at its end were removed."
                )
        if size != self.size:
            raise Fault(f"The log says that it has {size} events, and {self.size} are there.")
        if events != self.size + self.unnumbered:
            raise Fault(f"There are {events} events; {self.size} have a number and {self.unnumbered} wait for one.")

    # ---- one event ----

    def _append(self, rows: Sequence[Row]) -> None:
        leaves: list[bytes] = []
        for row in rows:
            if row[14] != self.size + len(leaves):
                missing = self.size + len(leaves)
                raise Fault(f"Event number {missing} of the log is missing; next comes {row[14]} ({row[0]}).", row[0])
            self._check(row)
            leaves.append(leaf_hash(leaf_of_row(row)))
            if row[12] < self._recorded and _instant(row[12]) < _instant(self._recorded):
                raise Fault(f"{_called(row)} was recorded before the event in front of it in the log.", row[0])
            self._recorded = row[12]
        for tile, content in self._growth.add(leaves).items():
            self._tiles[tile] = sha256(content).digest()
        self.size = self._growth.size

    def _check(self, row: Row) -> None:
        (
            id_,
            source,
            source_id,
            kind,
            at,
            position,
            data,
            hash_,
            previous,
            evidence,
            note,
            due,
            _,
            _,
            _,
            count,
            refs,
        ) = row
        if sha256(data.encode()).hexdigest() != hash_:
            raise Fault(f"{_called(row)}: its body does not have its hash; one of the two was changed.", id_)
        body = orjson.loads(data)
        said = body.get
        if (
            said("id") != id_
            or said("kind") != kind
            or _trimmed(said("at")) != at
            or said("position") != position
            or said("previousHash") != previous
            or said("note") != note
            or (said("evidence") or []) != (evidence or [])
            or (_trimmed(said("dueAt")) or OPEN_TEXT) != (due or OPEN_TEXT)
        ):
            raise Fault(f"{_called(row)}: {_difference(row, body)}", id_)
        if record_id(source, source_id) != id_:
            raise Fault(f"{_called(row)}: its source and sourceId are not those that its id is made of.", id_)
        if count != 15 - row[:15].count(None):
            raise Fault(f"{_called(row)}: it has a property that no event has.", id_)
        subject = body["subject"]
        expected = {("EVENT_OF", subject)}
        if "actor" in body:
            expected.add(("DONE_BY", body["actor"]))
        if "post" in body:
            expected.add(("DONE_AS", body["post"]))
        if "toOrganization" in body:
            expected.add(("PASSED_TO", body["toOrganization"]))
        if len(refs) != len(expected) or {(kind, record) for kind, record in refs} != expected:
            raise Fault(f"{_called(row)}: {_difference_of_refs(refs, sorted(expected))}", id_)
        before = self._ends.get(subject)
        if (before or (0, None)) != (position - 1, previous):
            last = "none" if before is None else f"event {before[0]}"
            raise Fault(
                f"{_called(row)} says that it is event {position} of record {subject}, and before it comes {last}: the "
                "chain is broken there.",
                id_,
            )
        self._ends[subject] = position, hash_

    # ---- the tree ----

    def _compare(self) -> None:
        for checkpoint, where in self._roots.get(self.size, ()):
            if self._growth.root() != checkpoint.root:
                raise Fault(
                    f"The first {self.size} events do not have the root that the checkpoint in {where} signed at "
                    f"{checkpoint.signed_at.isoformat()}: one of those from number {self._agreed} to {self.size - 1} "
                    "was changed, or their order, and hashes made anew."
                )
        if self.size in self._roots:
            self._agreed = self.size


def leaf_of_row(row: Row) -> bytes:
    return leaf_of(row[7], _instant(row[12]), row[13])


def _called(row: Row) -> str:
    number = "without a number" if row[14] is None else f"number {row[14]}"
    return f"Event {row[0]} ({number}, {row[3]})"


def _difference(row: Row, body: dict[str, Any]) -> str:
    names = ("id", "kind", "at", "position", "previousHash", "note", "evidence", "dueAt")
    shown = (row[0], row[3], row[4], row[5], row[8], row[10], row[9] or None, None if row[11] == OPEN_TEXT else row[11])
    for name, value in zip(names, shown, strict=True):
        said = body.get(name)
        if (_trimmed(said) if name in ("at", "dueAt") else said) != value:
            return f"its {name} is {value!r}, but its body says {said!r}."
    return "it is not what its body says."


def _difference_of_refs(found: Sequence[Any], expected: Sequence[tuple[str, str]]) -> str:
    there = [(kind, record) for kind, record in found]
    for kind, record in expected:
        if (kind, record) not in there:
            return f"its body says {kind} {record}, and no such relationship goes out from it."
    more = next((ref for ref in there if ref not in expected), there[0])
    return f"a relationship {more[0]} to {more[1]} goes out from it of which its body says nothing."


def _trimmed(text: str | None) -> str | None:
    """An instant of a body (always six digits) as the database writes it (as few as it takes)."""
    return None if text is None else f"{text[:-1].rstrip('0').rstrip('.')}Z"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _short(instant: datetime) -> str:
    return _trimmed(f"{instant.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z") or ""


def _unsigned(note: str) -> Checkpoint:
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")


def _size(note: str) -> int:
    line = note.split("\n", 2)[1:2]
    return int(line[0]) if line and line[0].isdigit() else 0
