"""Where checkpoints are kept outside the database: whoever rewrites it does not reach them there.

ZEREN_ANCHOR names one or more places, separated by spaces: a folder, `git+` and a repository's folder, or an http(s)
address. Without it they go to `<home>/anchors`.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

HTTP_SECONDS = 10.0
SEPARATOR = "\n\x1e\n"
"""Between notes, where several are sent as one text: a record separator on a line of its own."""


class AnchorFailed(Exception):
    """The place does not keep the checkpoint, or can't be read; the message says which and why."""


class Anchor(Protocol):
    """A place that keeps what it was given."""

    async def keep(self, size: int, note: str) -> None:
        """Keep the checkpoint of a log of that size; keeping it again changes nothing. Raises AnchorFailed."""
        ...

    async def kept(self) -> Sequence[str]:
        """All checkpoints that were given to it, the shortest log first. Raises AnchorFailed."""
        ...


@dataclass(frozen=True, slots=True)
class FileAnchor:
    """A folder, with a file for each checkpoint: best on another disk or machine."""

    folder: Path

    async def keep(self, size: int, note: str) -> None:
        await asyncio.to_thread(self._keep, size, note)

    def _keep(self, size: int, note: str) -> None:
        path = self.folder / f"{size:012}.note"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except OSError as error:
            if path.exists():
                return  # of two checkpoints of one size the first is as good
            raise AnchorFailed(f"{path}: can't be written ({error.strerror})") from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())

    async def kept(self) -> Sequence[str]:
        return await asyncio.to_thread(self._kept)

    def _kept(self) -> Sequence[str]:
        try:
            return [path.read_text("utf-8") for path in sorted(self.folder.glob("*.note"))]
        except (OSError, UnicodeDecodeError) as error:
            raise AnchorFailed(f"{self.folder}: the anchored checkpoints can't be read ({error})") from error


@dataclass(frozen=True, slots=True)
class GitAnchor:
    """A git repository, to be pushed where others see it: a commit for each checkpoint."""

    repository: Path

    async def keep(self, size: int, note: str) -> None:
        name = f"{size:012}.note"
        await FileAnchor(self.repository).keep(size, note)
        await self._git("add", "--", name)
        if await self._git("status", "--porcelain", "--", name):
            await self._git("commit", "--quiet", "--message", f"Checkpoint of {size} events", "--", name)

    async def kept(self) -> Sequence[str]:
        names = await self._git("ls-tree", "--name-only", "HEAD") if await self._git("rev-list", "-n1", "--all") else ""
        notes = sorted(name for name in names.splitlines() if name.endswith(".note"))
        return [await self._git("show", f"HEAD:{name}") for name in notes]

    async def _git(self, *arguments: str) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                "git",
                "-C",
                str(self.repository),
                *arguments,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise AnchorFailed(f"git can't be run ({error.strerror})") from error
        said, complaint = await process.communicate()
        if process.returncode:
            raise AnchorFailed(f"git in {self.repository}: {complaint.decode(errors='replace').strip()}")
        return said.decode()


@dataclass(frozen=True, slots=True)
class HttpAnchor:
    """A web service: it keeps what is sent to it by POST, and answers a GET with all, a record separator between."""

    address: str
    transport: httpx.AsyncBaseTransport | None = None

    async def keep(self, size: int, note: str) -> None:
        headers = {"Content-Type": "text/plain; charset=utf-8", "X-Log-Size": str(size)}
        await self._ask("POST", note, headers)

    async def kept(self) -> Sequence[str]:
        return [note for note in (await self._ask("GET", None, {})).split(SEPARATOR) if note.strip()]

    async def _ask(self, method: str, content: str | None, headers: dict[str, str]) -> str:
        try:
            async with httpx.AsyncClient(timeout=HTTP_SECONDS, transport=self.transport) as client:
                answer = await client.request(method, self.address, content=content, headers=headers)
                answer.raise_for_status()
                return answer.text
        except httpx.HTTPError as error:
            raise AnchorFailed(f"{self.address}: {error}") from error


def anchors_of(home: Path, environment: Mapping[str, str]) -> tuple[Anchor, ...]:
    """The places that ZEREN_ANCHOR names."""
    named = environment.get("ZEREN_ANCHOR", "").split()
    return tuple(map(_anchor, named)) if named else (FileAnchor(home / "anchors"),)


def _anchor(named: str) -> Anchor:
    if named.startswith(("http://", "https://")):
        return HttpAnchor(named)
    if named.startswith("git+"):
        return GitAnchor(Path(named.removeprefix("git+")).expanduser())
    return FileAnchor(Path(named).expanduser())
