"""Bring the engine's jars into the user's cache: in parallel, resumable, verified against `neo4j.lock`."""

import hashlib
import os
import shutil
import ssl
import threading
from collections.abc import Generator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from graph.local.artifacts import Artifact, cache_folder, read_lock, sha256_of
from graph.local.errors import ChecksumMismatch, DiskFull, FetchFailed, is_disk_full
from graph.local.progress import Progress, Silent

if TYPE_CHECKING:
    import requests

THREADS = 8
ATTEMPTS = 4
CHUNK = 1 << 18
CONNECT_SECONDS, READ_SECONDS = 10, 30


def repository() -> str:
    """Return the base address of the Maven repository: `ZEREN_MAVEN_REPOSITORY`, else the one jgo knows."""
    if chosen := os.environ.get("ZEREN_MAVEN_REPOSITORY"):
        return chosen.rstrip("/")
    from jgo import constants  # takes long to import, and is seldom needed

    return constants.MAVEN_CENTRAL_URL


def ensure_jars(
    *,
    artifacts: tuple[Artifact, ...] | None = None,
    cache: Path | None = None,
    base: str | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Return the engine's jars in class-path order, fetching into `cache` from `base` what is missing.

    A jar gets its name only after its checksum was right, so a jar that is there is whole. Of several processes
    with one cache, one fetches and the others wait. What had arrived before an interruption is not fetched again.

    Raises `FetchFailed` (no network, an answer other than the jar), `ChecksumMismatch`, `DiskFull`.
    """
    artifacts = read_lock() if artifacts is None else artifacts
    folder = (cache or cache_folder()) / "jars"
    progress = progress or Silent()
    if _missing(folder, artifacts):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(folder, progress):
                if missing := _missing(folder, artifacts):
                    _Fetch(folder, base or repository(), progress).run(missing)
        except OSError as error:
            if is_disk_full(error):
                raise DiskFull(folder) from error
            raise FetchFailed(
                f"The engine's jars can't be put into {folder}: {error}. Make the folder writable, "
                "or choose another with ZEREN_CACHE."
            ) from error
    return tuple(folder / artifact.path for artifact in artifacts)


def discard_damaged(*, artifacts: tuple[Artifact, ...] | None = None, cache: Path | None = None) -> list[str]:
    """Remove cached jars whose content is not what the lock pins, and return their coordinates."""
    folder = (cache or cache_folder()) / "jars"
    damaged = [
        artifact
        for artifact in (read_lock() if artifacts is None else artifacts)
        if (folder / artifact.path).exists() and sha256_of(folder / artifact.path) != artifact.sha256
    ]
    for artifact in damaged:
        (folder / artifact.path).unlink(missing_ok=True)
    return [artifact.coordinate for artifact in damaged]


def _missing(folder: Path, artifacts: tuple[Artifact, ...]) -> list[Artifact]:
    def present(artifact: Artifact) -> bool:
        try:
            return (folder / artifact.path).stat().st_size == artifact.size
        except (FileNotFoundError, NotADirectoryError):
            return False

    return [artifact for artifact in artifacts if not present(artifact)]


@contextmanager
def _alone(folder: Path, progress: Progress) -> Generator[None]:
    """Wait until no other process fetches into `folder`; the lock falls with its holder, however that one ends."""
    lock = FileLock(folder / ".fetching")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say(f"Another zeren is fetching the engine into {folder}; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


class _Fetch:
    """One run over the missing jars; the first failure ends it."""

    def __init__(self, folder: Path, base: str, progress: Progress) -> None:
        self.folder = folder
        self.base = base
        self.progress = progress
        self.stopped = threading.Event()
        self.local = threading.local()

    def run(self, missing: list[Artifact]) -> None:
        arrived = sum(part.stat().st_size for artifact in missing if (part := self.part(artifact)).exists())
        needed = sum(artifact.size for artifact in missing)
        free = shutil.disk_usage(self.folder).free
        if free < needed - arrived:
            raise DiskFull(self.folder, needed - arrived, free)
        self.progress.say(f"Fetching Neo4j: {len(missing)} jars, {needed / 1e6:.0f} MB")
        self.progress.expect(needed)
        # The largest first: a big jar that starts last would be waited for alone.
        queue = sorted(missing, key=lambda artifact: artifact.size, reverse=True)
        with ThreadPoolExecutor(THREADS, "fetch") as threads:
            jobs = [threads.submit(self.fetch, artifact) for artifact in queue]
            try:
                done, _ = wait(jobs, return_when=FIRST_EXCEPTION)
                for job in done:
                    job.result()
            finally:
                self.stopped.set()
                threads.shutdown(cancel_futures=True)

    def part(self, artifact: Artifact) -> Path:
        return self.folder / f"{artifact.path}.part"

    def session(self) -> "requests.Session":
        if not hasattr(self.local, "session"):
            import requests

            self.local.session = requests.Session()
            self.local.session.verify = _certificates()
        return self.local.session

    def fetch(self, artifact: Artifact) -> None:
        from requests import RequestException

        address = f"{self.base}/{artifact.path}"
        self.part(artifact).parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.receive(artifact, address)
            except (RequestException, _Incomplete) as error:
                if attempt == ATTEMPTS and not self.stopped.is_set():
                    raise FetchFailed(
                        f"{artifact.coordinate} could not be fetched from {address}: {_reason(error)}. "
                        "Check the network; where the internet is closed, set ZEREN_MAVEN_REPOSITORY to a mirror. "
                        "What has arrived is kept; starting again goes on from there."
                    ) from error
            else:
                return
            if self.stopped.wait(0.5 * attempt):
                return

    def receive(self, artifact: Artifact, address: str) -> None:
        part = self.part(artifact)
        digest = hashlib.sha256()
        arrived = kept = 0
        if part.exists():
            with part.open("rb") as earlier:
                while block := earlier.read(CHUNK):
                    digest.update(block)
                    arrived += len(block)
            kept = arrived
            self.progress.advance(kept)
        try:
            if arrived < artifact.size:
                headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={arrived}-"} if arrived else {})
                timeout = (CONNECT_SECONDS, READ_SECONDS)
                with self.session().get(address, headers=headers, stream=True, timeout=timeout) as answer:
                    if answer.status_code == 404:
                        raise FetchFailed(
                            f"The repository does not have {artifact.coordinate} ({address}). "
                            "Set ZEREN_MAVEN_REPOSITORY to a mirror that does."
                        )
                    answer.raise_for_status()
                    if arrived and answer.status_code != 206:  # the repository can't resume: from the start
                        self.progress.advance(-arrived)
                        digest, arrived, kept = hashlib.sha256(), 0, 0
                    with part.open("ab" if arrived else "wb") as content:
                        for block in answer.iter_content(CHUNK):
                            if self.stopped.is_set():
                                return
                            content.write(block)
                            digest.update(block)
                            arrived += len(block)
                            self.progress.advance(len(block))
            if arrived < artifact.size:
                raise _Incomplete(f"the connection ended after {arrived} of {artifact.size} bytes")
        except BaseException:
            self.progress.advance(-arrived)
            raise
        if digest.hexdigest() != artifact.sha256:
            part.unlink()
            if kept:
                self.progress.advance(-arrived)
                raise _Incomplete("what was kept of an earlier fetch is damaged")
            raise ChecksumMismatch(
                f"{artifact.coordinate} from {address} is not what zeren was built with: SHA-256 "
                f"{digest.hexdigest()} instead of {artifact.sha256}. It was thrown away. "
                "Use another mirror (ZEREN_MAVEN_REPOSITORY), and tell whoever runs this one."
            )
        part.replace(self.folder / artifact.path)


class _Incomplete(Exception):
    """The answer ended early; what arrived is kept."""


def _certificates() -> str | bool:
    """The system's, so that a proxy that the county trusts is trusted here; else those that requests brings."""
    system = ssl.get_default_verify_paths()
    return system.cafile or system.capath or True


def _reason(error: Exception) -> str:
    """Say in a few words why a request failed: the innermost cause, without the library's wrapping."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the repository answered {response.status_code} {response.reason}"
    while error.__cause__ or error.__context__:
        cause = error.__cause__ or error.__context__
        if not isinstance(cause, Exception):
            break
        error = cause
    return str(error) or type(error).__name__
