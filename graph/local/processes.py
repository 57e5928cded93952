"""Processes of this machine: which are ours, and how to end them."""

from pathlib import Path

import psutil

from graph.local.server import build_argument, home_argument


def find_engine(folder: Path, recorded: int | None = None) -> psutil.Process | None:
    """Return the live process that runs the engine of `folder` or builds its store, or None.

    The `recorded` pid is looked at first.
    It is known by its command line, so neither a lost record nor a pid given to another process misleads.
    """
    if recorded is not None:
        try:
            process = psutil.Process(recorded)
        except psutil.NoSuchProcess:
            pass
        else:
            if _runs(process, folder):
                return process
    return next((process for process in psutil.process_iter() if _runs(process, folder)), None)


def _runs(process: psutil.Process, folder: Path) -> bool:
    try:
        known_by = {home_argument(folder), build_argument(folder)}
        return not known_by.isdisjoint(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def is_alive(pid: int, started: float) -> bool:
    """Tell whether the process that had `pid` and began at `started` (epoch seconds) still lives."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def end(process: psutil.Process, patience: float) -> bool:
    """Ask `process` to end, and after `patience` seconds make it. Returns False when it had to be made."""
    try:
        process.terminate()
        process.wait(patience)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(patience)
        return False
    return True
