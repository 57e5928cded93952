"""Signed notes (C2SP signed-note) with Ed25519: a text, and under it one line for each signature.

A key's name says whose it is; its id is the first four bytes of SHA-256(name, newline, algorithm, public key).
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = b"\x01"
"""Ed25519, as signed notes number it."""
ID_BYTES = 4
SIGNATURE_BYTES = 64
_MARK = "\u2014 "


class NoteRefused(Exception):
    """A note, or a key, that can't be used; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ALGORITHM + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """The key as one word: name+id+key, as other tools for notes write it."""
        return f"{self.name}+{self.id.hex()}+{_encoded(ALGORITHM + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises NoteRefused."""
        name, plus, rest = text.strip().partition("+")
        identity, more, encoded = rest.partition("+")
        if not (plus and more and name):
            raise NoteRefused(f"{text!r} is not a verifier key: it must be name+id+key")
        content = _decoded(encoded)
        if content[:1] != ALGORITHM or len(content) != 33:
            raise NoteRefused(f"the key {name} is not an Ed25519 key")
        key = cls(name, content[1:])
        if key.id.hex() != identity:
            raise NoteRefused(f"the key {name} has the id {key.id.hex()}, not {identity}")
        return key

    def signed(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key under its name. `seed`: 32 bytes."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def make(cls, name: str) -> Self:
        """A new key. Raises NoteRefused for a name that a note can't have."""
        if not name or "+" in name or any(part.isspace() for part in name):
            raise NoteRefused(f"{name!r} can't name a key: it may hold neither spaces nor +")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> VerifierKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw())

    def __str__(self) -> str:
        """The key as one word, to be kept secret."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{_encoded(ALGORITHM + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises NoteRefused; never with the key in the message."""
        *start, name, identity, encoded = text.strip().split("+", 4) if text.count("+") >= 4 else ("", "", "", "")
        if start != ["PRIVATE", "KEY"]:
            raise NoteRefused("this is not a signer key")
        content = _decoded(encoded)
        if content[:1] != ALGORITHM or len(content) != 33:
            raise NoteRefused(f"the signer key {name} is not an Ed25519 key")
        key = cls(name, content[1:])
        if key.verifier.id.hex() != identity:
            raise NoteRefused(f"the signer key {name} is damaged")
        return key

    def sign(self, text: str) -> str:
        """The signature's line for that text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{_MARK}{self.name} {_encoded(self.verifier.id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """`text` ends in a newline. `signatures`: (name, key id, signature), as they stand below it."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> Self:
        """Raises NoteRefused."""
        text, blank, below = note.rpartition("\n\n")
        lines = below.split("\n")
        if not (blank and text) or lines.pop() != "" or not lines:
            raise NoteRefused("a signed note is a text, an empty line, and at least one signature")
        return cls(text + "\n", tuple(map(_signature, lines)))

    def signers(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Those of `keys` that signed it. Raises NoteRefused for a signature that pretends to be of one of them."""
        known = {(key.name, key.id): key for key in keys}
        found: dict[VerifierKey, None] = {}
        for name, identity, signature in self.signatures:
            key = known.get((name, identity))
            if key is None:
                continue
            if not key.signed(self.text, signature):
                raise NoteRefused(f"the signature of {name} is not of this text")
            found[key] = None
        return tuple(found)


def signed(text: str, keys: Sequence[SignerKey]) -> str:
    """The note with that text, signed by each of the keys. Raises NoteRefused for a text that no note can have."""
    if not text.endswith("\n") or any(ord(char) < 32 and char != "\n" for char in text) or not keys:
        raise NoteRefused("a note's text is lines without control characters, and somebody signs it")
    return text + "\n" + "".join(key.sign(text) for key in keys)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space or not name:
        raise NoteRefused(f"{line!r} is not a signature's line")
    content = _decoded(encoded)
    if len(content) <= ID_BYTES:
        raise NoteRefused(f"the signature of {name} is too short")
    return name, content[:ID_BYTES], content[ID_BYTES:]


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NoteRefused(f"{text[:20]!r}… is not base64") from error
