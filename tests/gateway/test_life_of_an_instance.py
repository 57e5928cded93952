"""`zeren up` on an engine of its own: the demonstration, a second start beside it, and two ways to stop."""

import json
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from graph import local
from tests.gateway.conftest import SECONDS, ZEREN, Zeren, fails, surroundings, zeren_with

pytestmark = pytest.mark.timeout(900)


def started(home: Path, process: subprocess.Popen[str]) -> str:
    """The address of the instance, once it serves."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        try:
            if url := json.loads((home / "server.json").read_text("utf-8"))["url"]:
                return url
        except (OSError, ValueError):
            pass
        time.sleep(0.05)
    raise AssertionError("zeren up did not serve in time")


def test_the_demonstration_from_nothing_to_nothing(alone: Zeren, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = alone("up", "--demo", "--once", "--port", "0")
    assert done.returncode == 0, done.stderr
    for word in ("责任追溯", "20241216-DEMO", "属地", "空缺 VACANT", "重叠 OVERLAPPING", "/explorer#token="):
        assert word in done.stdout
    assert "运行中 running" in done.stdout
    assert local.status(home).state is local.State.STOPPED
    assert not (home / "server.json").exists()
    assert not (home / "connection.json").exists()

    began = time.monotonic()
    process = subprocess.Popen(
        [ZEREN, "up", "--demo", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=surroundings(ZEREN_HOME=str(home)),
    )  # fmt: skip
    try:
        url = started(home, process)
        print(f"second start: {time.monotonic() - began:.1f} s")  # noqa: T201 - seen with -s
        _is_whole(alone, home, url)
        _holds_its_home(alone, tmp_path, home, url)
        assert alone("down").stdout.startswith("Stopped zeren in")
        output = process.communicate(timeout=SECONDS)[0]
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "导入" in output
    assert "生成 made" not in output
    assert local.status(home).state is local.State.STOPPED
    assert alone("status").returncode == 1


def _is_whole(zeren: Zeren, home: Path, url: str) -> None:
    for path in ("healthz", "readyz", "metrics", "explorer"):
        assert httpx.get(f"{url}/{path}").status_code == 200, path
    assert (home / "connection.json").stat().st_mode & 0o777 == 0o600
    shown = json.loads(zeren("status", "--json").stdout)
    assert shown["running"] is True
    assert shown["url"] == url
    assert shown["records"]["problems"] == 2_002
    assert {entry["source"] for entry in shown["imports"]} == {"county", "speech"}
    pids = json.loads((home / "connection.json").read_text("utf-8"))["pids"]
    assert shown["pids"] == {"server": pids["zeren"], "engine": pids["neo4j"]}

    token = zeren("token", "--role", "discipline").stdout.splitlines()[-1]
    told = json.loads(zeren("trace", "county:demo-problem", "--json").stdout)
    documents = {each["name"]: each for each in httpx.get(f"{url}/explorer/documents").json()}
    body = {"query": documents["Trace"]["text"], "variables": json.loads(documents["Trace"]["variables"])}
    asked = httpx.post(f"{url}/graphql", json=body, headers={"authorization": f"Bearer {token}"}).json()
    assert asked["data"]["trace"]["lines"] == told["data"]["trace"]["lines"]
    assert httpx.post(f"{url}/graphql", json=body).status_code == 401


def _holds_its_home(zeren: Zeren, tmp_path: Path, home: Path, url: str) -> None:
    fails(zeren("up", "--port", "0"), 1, "zeren already runs in the home", url, "zeren down")
    beside = zeren_with(surroundings(ZEREN_HOME=str(tmp_path / "beside")), tmp_path)
    done = beside("up", "--once", "--port", "0")
    assert done.returncode == 0, done.stderr
    assert local.status(home).state is local.State.RUNNING


def test_an_interrupted_start_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = subprocess.Popen(
        [ZEREN, "up", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=surroundings(ZEREN_HOME=str(home)),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )  # fmt: skip
    try:
        deadline = time.monotonic() + SECONDS
        while local.status(home).engine is None and time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=SECONDS)[0]
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert "Stopped." in output
    assert local.status(home).state is local.State.STOPPED
