"""A real Chromium, without a window, driven by the WebDriver protocol (W3C) through chromedriver."""

import base64
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 120.0  # of a slow machine that has other tests to run too
POLL = 0.05
OPTIONS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,900",
    "--disable-background-networking", "--disable-component-update", "--no-first-run",
]  # fmt: skip


def installed() -> bool:
    """Whether this machine has Chromium and its driver."""
    return shutil.which("chromedriver") is not None and shutil.which("chromium") is not None


class Browser:
    """One window."""

    def __init__(self, session: httpx.Client) -> None:
        self._session = session

    def open(self, url: str) -> None:
        self._ask("POST", "url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """What the JavaScript returns."""
        return self._ask("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def until(self, condition: str, what: str) -> Any:
        """The first truthy value of the JavaScript expression; fails after PATIENCE seconds."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := self.run(f"return {condition}"):
                return value
            time.sleep(POLL)
        raise AssertionError(f"not seen within {PATIENCE:.0f} s: {what}\n{self.log()}")

    def log(self) -> list[dict[str, Any]]:
        """What the browser's console has said since it was asked last: refused resources and errors too."""
        return self._ask("POST", "se/log", {"type": "browser"})

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._ask("GET", "screenshot"))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._session.request(method, path, json=body)
        value = answer.json()["value"]
        if answer.is_error:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return value


@contextmanager
def browser() -> Generator[Browser]:
    """A browser with an empty profile; it ends with the context."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="zeren-browser-", ignore_cleanup_errors=True) as profile:
        driver = subprocess.Popen(
            [str(shutil.which("chromedriver")), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
                _wait_for(client)
                made = client.post("/session", json={"capabilities": {"alwaysMatch": _capabilities(Path(profile))}})
                session = f"/session/{made.raise_for_status().json()['value']['sessionId']}"
                client.base_url = httpx.URL(f"http://127.0.0.1:{port}{session}/")
                try:
                    yield Browser(client)
                finally:
                    client.delete(f"http://127.0.0.1:{port}{session}")
        finally:
            driver.terminate()
            driver.wait(10)


def _capabilities(profile: Path) -> dict[str, Any]:
    return {
        "goog:chromeOptions": {"args": [*OPTIONS, f"--user-data-dir={profile}"], "binary": shutil.which("chromium")},
        "goog:loggingPrefs": {"browser": "ALL"},
    }


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if client.get("/status").json()["value"]["ready"]:
                return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
        time.sleep(POLL)
