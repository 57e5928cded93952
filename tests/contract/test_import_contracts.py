"""The import contracts hold, and each catches what it is there for: a violation planted in a copy of the source."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "services", "graph", "schema")

# contract → where a line is added, and the line
VIOLATIONS = {
    "Data goes one way: gateway > services > schema > graph": [
        ("graph/compile/tree.py", "import schema.pagination"),
        ("schema/pagination.py", "import services.hosting.app"),
        ("services/hosting/app.py", "import gateway"),
        ("graph/session.py", "def later():\n    import services"),
    ],
    "In a room: app > schema > resolvers | commands > types > rules": [
        ("services/oversight/rules/life.py", "import services.oversight.types"),
        ("services/oversight/types.py", "import services.oversight.resolvers"),
        ("services/oversight/resolvers.py", "import services.oversight.commands"),
        ("services/oversight/commands.py", "import services.oversight.schema"),
        ("services/oversight/schema.py", "import services.oversight.app"),
    ],
    "Rooms know of each other only types (which meet lazily), rules and the rulebook": [
        ("services/accountability/resolvers.py", "import services.oversight.commands"),
        ("services/campaign/types.py", "from services.accountability.resolvers import *"),
    ],
    "Rooms stand on their hosting, never the other way round": [
        ("services/hosting/context.py", "import services.campaign.types"),
    ],
    "Only graph.session imports neo4j": [
        ("graph/queries/__init__.py", "import neo4j"),
        ("services/oversight/commands.py", "from neo4j import AsyncSession"),
        ("gateway/__init__.py", "def later():\n    import neo4j.exceptions"),
    ],
    "The graph knows nothing of GraphQL servers or HTTP": [
        ("graph/compile/tree.py", "import strawberry"),
        ("graph/session.py", "from fastapi import FastAPI"),
    ],
    "Rules and the graph's model are pure": [
        ("services/oversight/rules/life.py", "import pydantic"),
        ("services/campaign/rules/rulebook.py", "import os"),
        ("services/organization/rules.py", "from time import time"),
        ("graph/model/__init__.py", "import graph.session"),
        ("graph/model/__init__.py", "from pathlib import Path"),
    ],
}


def verdicts(source: Path) -> dict[str, str]:
    """What lint-imports says of each contract in `source`: KEPT or BROKEN."""
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=source, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    said: dict[str, str] = {}
    for line in run.stdout.splitlines():
        for verdict in ("KEPT", "BROKEN"):
            name, found, _ = line.partition(f" {verdict}")
            if found:
                said[name] = verdict
    assert said, run.stdout + run.stderr
    return said


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all that the contracts look at, with every room's six files there even where one is not written yet."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    (tmp_path / "tests/contract").mkdir(parents=True)
    shutil.copy(ROOT / "tests/contract/purity.py", tmp_path / "tests/contract")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file in ("app", "schema", "types", "resolvers", "commands", "rules"):
        for room in ("oversight", "accountability"):
            if not (tmp_path / f"services/{room}/{file}").is_dir():
                (tmp_path / f"services/{room}/{file}.py").touch()
    return tmp_path


def contracts() -> list[str]:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return [contract["name"] for contract in configured]


def test_every_contract_has_its_planted_violations() -> None:
    assert contracts() == list(VIOLATIONS)


def test_the_contracts_hold() -> None:
    assert verdicts(ROOT) == dict.fromkeys(contracts(), "KEPT")


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [(contract, file, line) for contract, planted in VIOLATIONS.items() for file, line in planted],
)
def test_a_planted_violation_is_caught(copy: Path, contract: str, file: str, line: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    assert verdicts(copy)[contract] == "BROKEN"
