"""Checkpoints (C2SP tlog-checkpoint): how long the log was, and the root of its tree then, signed.

The text of the note: origin, size, root in base64; then two lines of ours, `time` and, where the key changes, `key`
with the one that follows. A reader who trusts the old key learns the new one from it.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from graph.ledger import text_of
from graph.merkle import HASH_BYTES
from services.ledger.notes import Note, NoteRefused, SignerKey, VerifierKey, signed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`origin`: which log. `successor`: the key that signs from now on, where this checkpoint hands over to it."""

    origin: str
    size: int
    root: bytes
    signed_at: datetime
    successor: VerifierKey | None = None

    @property
    def text(self) -> str:
        root = base64.b64encode(self.root).decode()
        lines = [self.origin, str(self.size), root, f"time {text_of(self.signed_at)}"]
        if self.successor is not None:
            lines.append(f"key {self.successor}")
        return "".join(f"{line}\n" for line in lines)

    def sign(self, keys: Sequence[SignerKey]) -> str:
        """The signed note."""
        return signed(self.text, keys)

    def handing_over(self, successor: VerifierKey) -> "Checkpoint":
        return replace(self, successor=successor)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises NoteRefused."""
        origin, size, root, *more = [*text.split("\n"), "", "", ""]
        said = dict(line.split(" ", 1) for line in more if " " in line)
        if not origin or not (size.isascii() and size.isdigit()) or (size[0] == "0" and size != "0"):
            raise NoteRefused("the note is no checkpoint: it must begin with origin, size and root")
        try:
            content = base64.b64decode(root, validate=True)
            signed_at = datetime.fromisoformat(said["time"])
        except (binascii.Error, ValueError, KeyError) as error:
            raise NoteRefused("the note is no checkpoint of a ledger: its root or its time can't be read") from error
        if len(content) != HASH_BYTES or signed_at.tzinfo is None:
            raise NoteRefused("the note is no checkpoint of a ledger: its root or its time can't be read")
        successor = VerifierKey.parse(said["key"]) if "key" in said else None
        return cls(origin, int(size), content, signed_at, successor)


class Trust:
    """The keys that are trusted: those given, and those that a trusted one has handed over to."""

    def __init__(self, keys: Iterable[VerifierKey]) -> None:
        self.keys = dict.fromkeys(keys)

    def open(self, note: str) -> Checkpoint:
        """The checkpoint, if a trusted key signed it. Notes are opened in the order of their size.

        Raises NoteRefused.
        """
        parsed = Note.parse(note)
        if not parsed.signers(self.keys):
            names = ", ".join(f"{name}+{identity.hex()}" for name, identity, _ in parsed.signatures)
            raise NoteRefused(f"none of the trusted keys signed it (signed by {names})")
        checkpoint = Checkpoint.parse(parsed.text)
        if checkpoint.successor is not None:
            self.keys[checkpoint.successor] = None
        return checkpoint
