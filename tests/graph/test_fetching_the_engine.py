"""Fetching jars: from a small repository on a socket of its own, that can misbehave."""

import errno
import hashlib
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graph.local import ChecksumMismatch, DiskFull, FetchFailed, Silent
from graph.local.artifacts import LOCK, ROOTS, Artifact, read_lock
from graph.local.fetch import discard_damaged, ensure_jars
from graph.local.lock import write_lock

CONTENT = {f"org.example:jar-{number}:1.0": bytes([number]) * (1000 + number * 700_000) for number in range(6)}
JARS = tuple(
    Artifact(coordinate, len(content), hashlib.sha256(content).hexdigest()) for coordinate, content in CONTENT.items()
)


@dataclass
class Repository:
    """What it serves, how it behaves, and what it was asked."""

    address: str = ""
    resumes: bool = True
    status: int = 200
    cut_after: int | None = None
    files: dict[str, bytes] = field(
        default_factory=lambda: {f"/{jar.path}": CONTENT[jar.coordinate] for jar in JARS},
    )
    asked: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])


@pytest.fixture
def repository() -> Generator[Repository]:
    behaviour = Repository()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            behaviour.asked.append((self.path, wanted))
            content = behaviour.files.get(self.path)
            status = behaviour.status if content is not None else 404
            content = content if status == 200 and content is not None else b""
            if wanted and behaviour.resumes and status == 200:
                status, content = 206, content[int(re.findall(r"\d+", wanted)[0]) :]
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            cut, behaviour.cut_after = behaviour.cut_after, None
            self.wfile.write(content[:cut])
            if cut is not None:
                self.close_connection = True

        def log_request(self, code: object = "-", size: object = "-") -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is meant here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        behaviour.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield behaviour
        server.shutdown()
        thread.join()


class Watched(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []
        self.expected = 0
        self.advanced = 0
        self.lock = threading.Lock()

    def say(self, message: str) -> None:
        self.said.append(message)

    def expect(self, size: int) -> None:
        self.expected += size

    def advance(self, size: int) -> None:
        with self.lock:
            self.advanced += size


def fetch(repository: Repository, cache: Path, progress: Silent | None = None) -> tuple[Path, ...]:
    return ensure_jars(artifacts=JARS, cache=cache, base=repository.address, progress=progress)


def test_jars_arrive_whole_in_class_path_order_and_once(repository: Repository, tmp_path: Path) -> None:
    progress = Watched()
    jars = fetch(repository, tmp_path, progress)
    assert [jar.read_bytes() for jar in jars] == list(CONTENT.values())
    assert progress.expected == progress.advanced == sum(map(len, CONTENT.values()))
    assert fetch(repository, tmp_path) == jars
    assert len(repository.asked) == len(JARS)
    assert not list(tmp_path.rglob("*.part"))


class Part(NamedTuple):
    """What an earlier fetch left of the last jar."""

    content: bytes
    ranges: list[str | None]


LAST = JARS[-1]
WHOLE = CONTENT[LAST.coordinate]


@pytest.mark.parametrize("resumes", [True, False], ids=["resumable", "not resumable"])
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(Part(WHOLE[:1234], ["bytes=1234-"]), id="a piece"),
        pytest.param(Part(WHOLE, []), id="all of it"),
        pytest.param(Part(b"", [None]), id="nothing yet"),
        pytest.param(Part(b"x" * 10, ["bytes=10-", None]), id="a damaged piece"),
        pytest.param(Part(WHOLE + b"more", [None]), id="too much"),
    ],
)
def test_what_had_arrived_is_not_fetched_again(
    repository: Repository, tmp_path: Path, part: Part, resumes: bool
) -> None:
    repository.resumes = resumes
    file = tmp_path / "jars" / f"{LAST.path}.part"
    file.parent.mkdir(parents=True)
    file.write_bytes(part.content)
    progress = Watched()
    jars = fetch(repository, tmp_path, progress)
    assert jars[-1].read_bytes() == WHOLE
    asked = [wanted for path, wanted in repository.asked if path == f"/{LAST.path}"]
    assert asked == (part.ranges if resumes else part.ranges[:1])
    assert progress.expected == progress.advanced


def test_a_connection_that_ends_early_is_taken_up_where_it_ended(repository: Repository, tmp_path: Path) -> None:
    repository.cut_after = 500
    jars = fetch(repository, tmp_path)
    assert [jar.read_bytes() for jar in jars] == list(CONTENT.values())
    assert len(repository.asked) == len(JARS) + 1


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        pytest.param({"status": 503}, FetchFailed, "answered 503", id="server error"),
        pytest.param({"files": {}}, FetchFailed, "does not have", id="not there"),
        pytest.param({"address": "http://127.0.0.1:9"}, FetchFailed, "ZEREN_MAVEN_REPOSITORY", id="no network"),
        pytest.param(
            {"files": {f"/{jar.path}": b"x" * jar.size for jar in JARS}},
            ChecksumMismatch,
            "is not what zeren was built with",
            id="other content",
        ),
    ],
)
def test_a_repository_that_fails_is_named_with_what_to_do(
    repository: Repository, tmp_path: Path, change: dict[str, Any], error: type[FetchFailed], told: str
) -> None:
    for name, value in change.items():
        setattr(repository, name, value)
    with pytest.raises(error, match=told) as raised:
        fetch(repository, tmp_path)
    assert "org.example:jar-" in str(raised.value)
    assert repository.address in str(raised.value)
    assert not list(tmp_path.rglob("*.jar"))


def test_a_disk_with_too_little_room_is_told_before_fetching(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearly_full = shutil.disk_usage(tmp_path)._replace(free=5 << 20)

    def usage(_: object) -> object:
        return nearly_full

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with pytest.raises(DiskFull, match=r"10 MB are needed, 5 MB are free.*ZEREN_CACHE"):
        fetch(repository, tmp_path)
    assert repository.asked == []


def test_a_disk_that_fills_up_while_fetching_is_told(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_room)
    with pytest.raises(DiskFull, match="ZEREN_CACHE"):
        fetch(repository, tmp_path)


def test_a_cache_that_cannot_be_written_is_told(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(FetchFailed, match="choose another with ZEREN_CACHE"):
        fetch(repository, tmp_path / "cache")


def test_two_processes_share_one_cache(repository: Repository, tmp_path: Path) -> None:
    write_lock(list(JARS), tmp_path / "lock")
    script = (
        "import sys; from pathlib import Path; from graph.local.artifacts import read_lock;"
        "from graph.local.fetch import ensure_jars; lock, cache, base = sys.argv[1:];"
        "ensure_jars(artifacts=read_lock(Path(lock)), cache=Path(cache), base=base)"
    )
    line = [sys.executable, "-c", script, str(tmp_path / "lock"), str(tmp_path), repository.address]
    both = [subprocess.Popen(line) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert set(Counter(path for path, _ in repository.asked).values()) == {1}
    assert [jar.read_bytes() for jar in fetch(repository, tmp_path)] == list(CONTENT.values())


def test_damaged_jars_are_found_and_removed(repository: Repository, tmp_path: Path) -> None:
    jars = fetch(repository, tmp_path)
    jars[2].write_bytes(b"x" * JARS[2].size)
    assert discard_damaged(artifacts=JARS, cache=tmp_path) == [JARS[2].coordinate]
    assert fetch(repository, tmp_path)[2].read_bytes() == CONTENT[JARS[2].coordinate]


def test_the_lock_pins_every_jar_and_names_no_address() -> None:
    pinned = read_lock()
    assert tuple(artifact.coordinate for artifact in pinned[:2]) == ROOTS
    assert len({artifact.path for artifact in pinned}) == len(pinned) > 200
    assert all(re.fullmatch(r"[0-9a-f]{64}", artifact.sha256) and artifact.size > 0 for artifact in pinned)
    assert "://" not in LOCK.read_text("utf-8")
