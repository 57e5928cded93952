"""Node packages for tests and benchmarks alone: installed as locked, once for each lock, outside the repository."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

HERE = Path(__file__).parent
PINNED = ("package.json", "package-lock.json")
INSTALL = ("ci", "--ignore-scripts", "--omit=optional", "--omit=peer", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_SECONDS = 900
READY = ".ready"


class NodeMissing(Exception):
    """There is no Node, or none of the version needed; the message says what to do."""


class InstallFailed(Exception):
    """npm could not install what the lock names."""


def node() -> str:
    """The path of Node. Raises NodeMissing."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        raise NodeMissing("Node 20 or newer with npm is not on the PATH; install it to run the federation tests")
    return found


def packages(home: Path | None = None, lock: Path = HERE) -> Path:
    """The folder that holds `node_modules` as the folder `lock` has them locked; installs them at a first use.

    Raises NodeMissing or InstallFailed.
    """
    node()
    home = home or _home(lock)
    folder = home / _pinned(lock)
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "installing.lock"):
        if not (folder / READY).is_file():
            # What an older lock installed is of no more use, and is large.
            for old in (entry for entry in home.iterdir() if entry.is_dir()):
                shutil.rmtree(old)
            _install(folder, lock)
            (folder / READY).touch()
    return folder


def are_there(lock: Path) -> bool:
    """Whether `packages` would install nothing."""
    return (_home(lock) / _pinned(lock) / READY).is_file()


def _home(lock: Path) -> Path:
    return user_cache_path("zeren") / lock.name


def _pinned(lock: Path) -> str:
    return hashlib.sha256(b"".join((lock / name).read_bytes() for name in PINNED)).hexdigest()[:16]


def _install(folder: Path, lock: Path) -> None:
    folder.mkdir()
    for name in PINNED:
        shutil.copyfile(lock / name, folder / name)
    done = subprocess.run(
        ["npm", *INSTALL],  # noqa: S607 - the npm of whoever runs the tests
        cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise InstallFailed(f"npm could not install the packages of {lock.name}:\n{done.stderr.strip()}")


def environment(**more: str) -> dict[str, str]:
    """What a Node process of ours needs of its surroundings, and nothing that would make it call home."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "NODE_ENV": "production", **more}
