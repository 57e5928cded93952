"""Writes a bundle: the same rows give the same bytes, in whichever order they come."""

import csv
import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.integration.bundle.columns import FILES, File
from services.integration.bundle.datapackage import descriptor
from services.integration.bundle.faults import BundleError
from services.integration.bundle.reading import DESCRIPTOR

_FETCH = 5_000
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class BundleWriter:
    """Takes rows as texts in the declared order of columns, and sorts them on disk by their keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._db = sqlite3.connect(folder / "rows.sqlite", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            self._db.execute(f"PRAGMA {pragma}")
        for file in FILES:
            cells = ", ".join(f"c{position}" for position in range(len(file.columns)))
            self._db.execute(f'CREATE TABLE "{file.name}" (key, place INTEGER, {cells})')
        self._db.execute("BEGIN")

    def add(self, file: File, rows: Sequence[tuple[str, int, Sequence[str]]]) -> None:
        """Rows with (text, number) by which they are ordered."""
        marks = ", ".join("?" * (2 + len(file.columns)))
        self._db.executemany(
            f'INSERT INTO "{file.name}" VALUES ({marks})',  # noqa: S608 - names from the declaration
            [(key, place, *cells) for key, place, cells in rows],
        )

    def finish(self) -> dict[str, int]:
        """Write the files that have rows, and the descriptor. Returns rows by table."""
        counts: dict[str, int] = {}
        written: dict[str, tuple[int, str]] = {}
        for file in FILES:
            cursor = self._db.execute(f'SELECT * FROM "{file.name}" ORDER BY key, place')  # noqa: S608 - as above
            rows = cursor.fetchmany(_FETCH)
            if not rows:
                continue
            path = self._folder / f"{file.name}.csv"
            counts[file.name] = 0
            with path.open("w", encoding="utf-8", newline="") as text:
                table = csv.writer(text, lineterminator="\r\n")
                table.writerow(file.by_name)
                while rows:
                    table.writerows(row[2:] for row in rows)
                    counts[file.name] += len(rows)
                    rows = cursor.fetchmany(_FETCH)
            with path.open("rb") as content:
                written[file.name] = path.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest()
        text = json.dumps(descriptor(written), ensure_ascii=False, indent=2)
        (self._folder / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8", newline="\n")
        self.close()
        (self._folder / "rows.sqlite").unlink()
        return counts

    def close(self) -> None:
        """Close what sorts the rows."""
        self._db.close()


@contextmanager
def bundle_writer(path: Path) -> Generator[BundleWriter]:
    """A writer whose files are at `path`, a new folder or .zip, when the context ends well. Raises BundleError."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise BundleError(f"{path}: is there already. Give a new path, or take it away first.")
    packs = path.suffix.lower() == ".zip"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise BundleError(f"{path}: can't be written: {error.strerror}.") from error
    try:
        writer = BundleWriter(folder)
        try:
            yield writer
        finally:
            writer.close()
        folder.chmod(0o755)
        if packs:
            _pack(folder, path)
        else:
            folder.rename(path)
    except (OSError, sqlite3.OperationalError) as error:
        raise BundleError(f"{path}: can't be written: {error}. Is the disk full?") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, path: Path) -> None:
    partial = folder / "bundle.zip"
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(file for file in folder.iterdir() if file != partial):
            info = zipfile.ZipInfo(file.name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with file.open("rb") as content, archive.open(info, "w", force_zip64=True) as member:
                shutil.copyfileobj(content, member, 1 << 20)
    partial.rename(path)
