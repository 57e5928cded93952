"""Signed notes and checkpoints, against the published example and against forgeries."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.checkpoints import Checkpoint, Trust
from services.ledger.keyring import SIGNER_FILE, Keyring, KeyringRefused, trusted_key
from services.ledger.notes import Note, NoteRefused, SignerKey, VerifierKey, signed

# The example of golang.org/x/mod/sumdb/note, which the format comes from.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_published_example() -> None:
    key = VerifierKey.parse(PETER)
    assert str(key) == PETER
    assert Note.parse(PETERS_NOTE).signers([key]) == (key,)
    with pytest.raises(NoteRefused, match="not of this text"):
        Note.parse(PETERS_NOTE.replace("answer", "riddle")).signers([key])


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_what_is_signed_is_known_by_its_key_alone(text: str) -> None:
    key, other = SignerKey.make("one"), SignerKey.make("two")
    note = Note.parse(signed(f"{text}\n", [key]))
    assert note.text == f"{text}\n"
    assert note.signers([other.verifier, key.verifier]) == (key.verifier,)
    assert note.signers([other.verifier]) == ()
    assert SignerKey.parse(str(key)) == key


@pytest.mark.parametrize("note", ["", "text\n", "text\n\n", "text\n\nsignature\n", "text\n\n\u2014 name !\n", "\n\n"])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteRefused):
        Note.parse(note)


@pytest.mark.parametrize("key", ["", "a+b", "a+00000000+AAAA", PETER.replace("c74f", "c74e")])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(NoteRefused):
        VerifierKey.parse(key)


def test_a_key_keeps_its_secret() -> None:
    key = SignerKey.make("mine")
    assert str(key.seed) not in repr(key)
    with pytest.raises(NoteRefused, match="neither spaces"):
        SignerKey.make("a b")


def test_a_checkpoint_says_what_was_signed() -> None:
    key = SignerKey.make("zeren")
    checkpoint = Checkpoint("zeren/00", 17, b"r" * 32, AT)
    note = checkpoint.sign([key])
    assert note.startswith("zeren/00\n17\ncnJycnJy")
    assert Trust([key.verifier]).open(note) == checkpoint
    with pytest.raises(NoteRefused, match="none of the trusted keys"):
        Trust([SignerKey.make("zeren").verifier]).open(note)


@pytest.mark.parametrize("text", ["", "o\n", "o\n01\nAAAA\n", "o\n1\nAAAA\ntime 2026-01-01T00:00Z\n", "o\n1\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused, match="no checkpoint"):
        Checkpoint.parse(text)


def test_trust_passes_from_key_to_key(tmp_path: Path) -> None:
    first = Keyring.open(tmp_path)
    assert (tmp_path / SIGNER_FILE).stat().st_mode & 0o777 == 0o600
    root = trusted_key(tmp_path)
    assert root is not None
    assert root == first.signer.verifier
    turning = first.rotate()
    assert Keyring.open(tmp_path) == turning
    assert turning.successor is not None
    with pytest.raises(KeyringRefused, match="waits already"):
        turning.rotate()
    before = Checkpoint(first.origin, 1, b"1" * 32, AT).sign([turning.signer])
    turn = Checkpoint(first.origin, 2, b"2" * 32, AT, turning.successor.verifier).sign([turning.signer])
    second = turning.handed_over()
    after = Checkpoint(first.origin, 3, b"3" * 32, AT).sign([second.signer])
    assert second.origin == first.origin
    trust = Trust([root])
    assert [trust.open(note).size for note in (before, turn, after)] == [1, 2, 3]
    with pytest.raises(NoteRefused):
        Trust([root]).open(after)


def test_a_damaged_keyring_says_what_to_do(tmp_path: Path) -> None:
    Keyring.open(tmp_path)
    (tmp_path / SIGNER_FILE).write_text("PRIVATE+KEY+zeren+00000000+AAAA\n")
    with pytest.raises(KeyringRefused, match="Bring the file back"):
        Keyring.open(tmp_path)
