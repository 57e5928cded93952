"""The keys of an instance's ledger, in `<home>/keys`: what signs, for the owner only, and what all may check with."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from services.ledger.notes import NoteRefused, SignerKey, VerifierKey

SIGNER_FILE = "ledger.key"
"""One signer key on each line; the last one signs, one before it still hands over."""
VERIFIER_FILE = "ledger.pub"
"""The first key of this ledger: trust in all others comes from it."""
NAME = "zeren"


class KeyringRefused(Exception):
    """The keys can't be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """`signer` signs checkpoints. `successor`: the key that is to follow it, from the next checkpoint on."""

    folder: Path
    signer: SignerKey
    successor: SignerKey | None = None

    @property
    def origin(self) -> str:
        """Names the log: `zeren/` and the id of its first key, so that no two instances share one."""
        return f"{NAME}/{self.root.id.hex()}"

    @property
    def root(self) -> VerifierKey:
        return _verifier(self.folder)

    @classmethod
    def open(cls, folder: Path) -> "Keyring":
        """The keys in that folder, made now if there are none; any number of processes may do so at once.

        Raises KeyringRefused.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / SIGNER_FILE
            if not path.exists():
                _made_once(path, f"{SignerKey.make(NAME)}\n", 0o600)
            keys = [SignerKey.parse(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
            if not keys or len(keys) > 2:
                raise NoteRefused("it must hold one key, or two while one hands over to the other")
            if not (folder / VERIFIER_FILE).exists():
                _made_once(folder / VERIFIER_FILE, f"{keys[0].verifier}\n", 0o644)
        except OSError as error:
            raise KeyringRefused(f"{folder}: the ledger's keys can't be kept there ({error.strerror})") from error
        except (NoteRefused, UnicodeDecodeError) as error:
            raise KeyringRefused(
                f"{folder / SIGNER_FILE}: {error}. Bring the file back from where you keep a copy of it; the ledger "
                "goes on under another key only if the present one hands over."
            ) from error
        return cls(folder, keys[0], keys[1] if len(keys) == 2 else None)

    def rotate(self) -> "Keyring":
        """Make the key that is to follow; the next checkpoint hands over to it. Raises KeyringRefused."""
        if self.successor is not None:
            raise KeyringRefused("A new key waits already: it takes over with the next checkpoint.")
        made = SignerKey.make(NAME)
        self._write(self.signer, made)
        return Keyring(self.folder, self.signer, made)

    def handed_over(self) -> "Keyring":
        """After the checkpoint that names the successor is kept: the old key is forgotten."""
        if self.successor is None:
            return self
        self._write(self.successor)
        return Keyring(self.folder, self.successor)

    def _write(self, *keys: SignerKey) -> None:
        path = self.folder / SIGNER_FILE
        draft = _draft(path, "".join(f"{key}\n" for key in keys), 0o600)
        draft.replace(path)


def trusted_key(folder: Path) -> VerifierKey | None:
    """The first key of the ledger whose keys are in that folder; None where it has none. Raises KeyringRefused."""
    return _verifier(folder) if (folder / VERIFIER_FILE).exists() else None


def _verifier(folder: Path) -> VerifierKey:
    path = folder / VERIFIER_FILE
    try:
        return VerifierKey.parse(path.read_text("utf-8"))
    except (OSError, NoteRefused, UnicodeDecodeError) as error:
        raise KeyringRefused(f"{path}: can't be used as the ledger's first key ({error})") from error


def _made_once(path: Path, text: str, mode: int) -> None:
    """Write a file if it is not there; of several makers at once one wins."""
    draft = _draft(path, text, mode)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, text: str, mode: int) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
