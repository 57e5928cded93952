"""The three places where checkpoints are kept, by their one interface."""

import subprocess
from pathlib import Path

import httpx
import pytest

from services.ledger.anchors import (
    SEPARATOR,
    Anchor,
    AnchorFailed,
    FileAnchor,
    GitAnchor,
    HttpAnchor,
    anchors_of,
)


def web_service() -> httpx.MockTransport:
    """The other end of HTTP anchoring, as its documentation asks for it."""
    kept: dict[int, str] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            kept.setdefault(int(request.headers["X-Log-Size"]), request.content.decode())
            return httpx.Response(201)
        return httpx.Response(200, text=SEPARATOR.join(kept[size] for size in sorted(kept)))

    return httpx.MockTransport(answer)


def repository(folder: Path) -> Path:
    for arguments in (["init", "-q"], ["config", "user.name", "tester"], ["config", "user.email", "tester@localhost"]):
        subprocess.run(["git", "-C", folder, *arguments], check=True)  # noqa: S607 - the developer's own git
    return folder


@pytest.mark.parametrize("kind", ["file", "git", "http"])
async def test_what_is_kept_comes_back(kind: str, tmp_path: Path) -> None:
    anchor: Anchor
    match kind:
        case "file":
            anchor = FileAnchor(tmp_path / "anchors")
        case "git":
            anchor = GitAnchor(repository(tmp_path))
        case _:
            anchor = HttpAnchor("https://anchor.example/zeren", web_service())
    assert list(await anchor.kept()) == []
    for size in (10, 9, 10):
        await anchor.keep(size, f"log\n{size}\n\n\u2014 k AAAA\n")
    assert list(await anchor.kept()) == ["log\n9\n\n\u2014 k AAAA\n", "log\n10\n\n\u2014 k AAAA\n"]


async def test_a_place_that_fails_says_which(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    down = HttpAnchor("https://anchor.example/", httpx.MockTransport(lambda _: httpx.Response(503)))
    for anchor in (FileAnchor(tmp_path / "taken"), GitAnchor(tmp_path / "none"), down):
        with pytest.raises(AnchorFailed, match=r"taken|none|anchor"):
            await anchor.keep(1, "note")


def test_places_are_named_by_the_environment(tmp_path: Path) -> None:
    assert anchors_of(tmp_path, {}) == (FileAnchor(tmp_path / "anchors"),)
    named = {"ZEREN_ANCHOR": f"https://anchor.example/ git+{tmp_path} {tmp_path}/elsewhere"}
    assert anchors_of(tmp_path, named) == (
        HttpAnchor("https://anchor.example/"),
        GitAnchor(tmp_path),
        FileAnchor(tmp_path / "elsewhere"),
    )
