"""How a record gets its id."""

import base64
import hashlib

_BYTES = (
    13  # 104 bits, of which base32 shows the first 100: a collision among 10 million records has odds of 4 in 10^17
)
_CHARACTERS = 20


def record_id(source: str, source_id: str) -> str:
    """The id of the record that `source` calls `source_id`: 20 characters of lower-case base32.

    The same pair gives the same id for ever, so an import can name both ends of a relationship without asking the
    database, and uniqueness of the id makes the pair unique over all kinds of record.
    """
    digest = hashlib.sha256(f"{source}\x00{source_id}".encode()).digest()
    return base64.b32encode(digest[:_BYTES])[:_CHARACTERS].decode("ascii").lower()


def version_id(first_id: str, version: int) -> str:
    """The id of the version-th version (1, 2, …) of a fact whose first version has `first_id`."""
    return first_id if version == 1 else f"{first_id}~{version}"
