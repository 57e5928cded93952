"""Is the ledger what it was? Every event against its body, its chain and its relationships; all of them against the
tree, and the tree against signed checkpoints, also those that were kept elsewhere.

Pure: what was inspected in, the first fault out. Where events come from is in `services.ledger.reading` and `backup`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from graph.ledger import text_of
from graph.merkle import Growth, Tile
from services.ledger.checkpoints import Checkpoint, Trust
from services.ledger.inspection import Fault, Row, Stretch, missing, too_early
from services.ledger.notes import NoteRefused


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

    def events(self, found: Stretch) -> None:
        """The next numbered events. Raises Fault."""
        if found.first is not None:
            if found.first != self.size:
                raise missing(self.size, found.first, found.event)
            if found.since < self._recorded:
                raise too_early(f"Event {found.event} (number {found.first})", found.event)
            self._recorded = found.until
        self._join(found)
        self._grow(found.leaves)
        if found.fault is not None:
            raise found.fault

    def waiting(self, found: Stretch) -> None:
        """Events without a number yet. Raises Fault."""
        self._join(found)
        self.unnumbered += found.events
        if found.fault is not None:
            raise found.fault

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

    def _join(self, found: Stretch) -> None:
        for subject, link in found.links.items():
            link.check(subject, self._ends.get(subject))
            self._ends[subject] = link.end

    # ---- the tree ----

    def _grow(self, leaves: Sequence[bytes]) -> None:
        whole = self.size + len(leaves)
        low = 0
        for stop in (*sorted(size for size in self._roots if self.size < size < whole), whole):
            high = low + stop - self.size
            for tile, content in self._growth.add(leaves[low:high]).items():
                self._tiles[tile] = sha256(content).digest()
            low, self.size = high, self._growth.size
            self._compare()

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


def _short(instant: datetime) -> str:
    """As the database writes it: as few digits as it takes."""
    return f"{text_of(instant)[:-1].rstrip('0').rstrip('.')}Z"


def _unsigned(note: str) -> Checkpoint:
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")


def _size(note: str) -> int:
    line = note.split("\n", 2)[1:2]
    return int(line[0]) if line and line[0].isdigit() else 0
