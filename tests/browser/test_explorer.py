"""The API explorer as a person sees it: in Chromium, with a token from the link, on data that was imported."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Browser, browser, installed
from tests.database import DatabaseConnection
from tests.gateway.conftest import ZEREN, named, surroundings, zeren_with
from tests.services.integration.bundles import SMALL, changed, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not installed(), reason="chromium and chromedriver are not installed"),
]
RESULT = "document.querySelector('.result-window')?.innerText"


@pytest.fixture
def link(clean_database: DatabaseConnection, tmp_path: Path) -> Generator[str]:
    """The link that `zeren up` prints, on a database with one problem named as the demonstration's."""
    environment = surroundings(ZEREN_HOME=str(tmp_path / "home"), **named(clean_database))
    zeren = zeren_with(environment, tmp_path)
    zeren("migrate")
    loaded = zeren("import", write(tmp_path / "county", _county()), "--source", "county")
    assert loaded.returncode == 0, loaded.stdout
    process = subprocess.Popen([ZEREN, "up", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout
        yield next(line.strip() for line in process.stdout if "/explorer#token=" in line)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _county() -> dict[str, str]:
    demonstration = {"problems": ("p1,ZG-1", "demo-problem,ZG-1")}
    return changed(**demonstration) | {"events": SMALL["events"].replace(",p1,", ",demo-problem,")}


@pytest.fixture
def window() -> Generator[Browser]:
    with browser() as opened:
        yield opened


def test_the_trace_is_there_to_run(link: str, window: Browser) -> None:
    window.open(link)
    window.until("document.querySelector('.graphiql-execute-button')", "the button that runs the document")

    assert "token" not in window.run("return location.href"), "the token stays in the address"
    assert window.run("return localStorage.length") == 0
    assert window.run("return document.documentElement.lang") == "zh-CN"
    assert window.run("return document.querySelector('h1').innerText") == "责任 · 接口浏览器"
    assert "discipline" in window.run("return document.querySelector('[role=status]').innerText")
    assert window.run("return document.querySelector('.CodeMirror').CodeMirror.getValue()").count("query Trace(") == 1

    window.run("document.querySelector('.graphiql-execute-button').click()")
    window.until(f"{RESULT}?.includes('TERRITORIAL')", "the trace")

    window.run("[...document.querySelectorAll('header button')].at(-1).click()")
    window.until("document.querySelector('h1').innerText === 'zeren · API explorer'", "the page in English")
    _everything_came_from_here(window, link)
    if folder := os.environ.get("ZEREN_PICTURES"):
        (Path(folder) / "explorer.png").write_bytes(window.picture())


def test_without_a_token_it_says_what_to_do(link: str, window: Browser) -> None:
    window.open(link.partition("#")[0])
    window.until("document.querySelector('[role=status]')?.innerText.includes('zeren token')", "how to get a token")
    window.run("document.querySelector('.graphiql-execute-button').click()")
    window.until(f"{RESULT}?.includes('UNAUTHENTICATED')", "the refusal")


def _everything_came_from_here(window: Browser, link: str) -> None:
    asked: list[str] = window.run("return performance.getEntriesByType('resource').map(({ name }) => name)")
    assert asked
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(link).netloc}
    assert [entry for entry in window.log() if entry["level"] == "SEVERE"] == []
