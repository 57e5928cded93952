"""Opens a bundle, a folder, a .zip or an .xlsx, as tables of text with the row numbers that a spreadsheet shows."""

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from python_calamine import CalamineError, PasswordError

from services.integration.bundle.columns import FILE, FILES
from services.integration.bundle.faults import BundleError, Fault
from services.integration.bundle.workbook import SheetCell, open_workbook, text_of_cell

DESCRIPTOR = "datapackage.json"
_LONGEST_LINE = 1 << 20  # characters; longer is not a line of a table but a file of another kind
_CHUNK = 1 << 20

Rows = Iterator[tuple[int, list[str]]]
"""(row number, cells), the header first."""


class TableError(Exception):
    """A table can't be read further: at `row`, because of `message`."""

    def __init__(self, row: int | None, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.message = message


@dataclass(frozen=True, slots=True)
class Table:
    """One file or sheet. `shown`: its name as the user knows it. `rows` raises TableError where it breaks off.

    `file`: where it lies by itself, on disk.
    """

    name: str
    shown: str
    rows: Callable[[], Rows]
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """`digest`: SHA-256 over the names and bytes of its tables. `faults`: of the bundle as a whole."""

    tables: tuple[Table, ...]
    digest: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in the folder or archive, by its path from the bundle's root."""

    path: str
    open: Callable[[], IO[bytes]]
    file: Path | None = None


def open_bundle(path: Path, keep: ExitStack) -> Bundle:
    """The bundle at `path`; what must stay open while it is read goes into `keep`. Raises BundleError."""
    if not path.exists():
        raise BundleError(f"{path}: there is no such file or folder. Give the path of a bundle.")
    try:
        if path.is_dir():
            return _of_members(_folder(path))
        match path.suffix.lower():
            case ".zip":
                return _of_members(_archive(path, keep))
            case ".xlsx":
                return _of_workbook(path)
            case _:
                raise BundleError(f"{path}: a bundle is a folder of CSV files, a .zip of one, or an .xlsx.")
    except OSError as error:
        raise BundleError(f"{path}: can't be read: {error.strerror or error}.") from error


def _folder(path: Path) -> list[_Member]:
    root = path.resolve()
    found = (file for file in sorted(path.rglob("*")) if file.is_file() and file.resolve().is_relative_to(root))
    return [_of_file(file, file.relative_to(path).as_posix()) for file in found]


def _of_file(file: Path, path: str) -> _Member:
    return _Member(path, lambda: file.open("rb"), file)


def table_of_file(name: str, shown: str, file: Path) -> Table:
    """A table of a bundle that was opened before, by the file where it lies."""
    return _table(name, _of_file(file, shown))


def _archive(path: Path, keep: ExitStack) -> list[_Member]:
    try:
        archive = keep.enter_context(zipfile.ZipFile(path))
    except zipfile.BadZipFile as error:
        raise BundleError(f"{path}: is not a whole .zip file ({error}). Make or fetch it again.") from error
    infos = [info for info in archive.infolist() if not info.is_dir()]
    for info in infos:
        name = PurePosixPath(info.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in info.filename:
            raise BundleError(f"{path}: holds {info.filename!r}, which leads out of the archive. Nothing was read.")
        if info.flag_bits & 1:
            raise BundleError(f"{path}: is protected by a password. Make it without one.")
    names = [info.filename.replace("\\", "/") for info in infos if not info.filename.startswith("__MACOSX/")]
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    top = f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""  # the whole folder was packed
    return [_Member(name.removeprefix(top), lambda name=name: archive.open(name)) for name in sorted(names)]


def _of_members(members: list[_Member]) -> Bundle:
    by_path = {member.path: member for member in members}
    faults: list[Fault] = []
    paths: dict[str, str] = {}
    hashes: dict[str, str] = {}
    if DESCRIPTOR in by_path:
        paths, hashes = _described(by_path, faults)
    else:
        for member in members:
            if "/" not in member.path and member.path.lower().endswith(".csv"):
                _place(member.path, member.path.removesuffix(".csv"), paths, faults)
    digest = hashlib.sha256()
    for name, path in sorted(paths.items()):
        try:
            sha256 = _sha256(by_path[path])
        except (zipfile.BadZipFile, zlib.error, OSError) as error:
            faults.append(Fault(path, None, None, None, f"is damaged: {error}. Make or fetch the bundle again."))
            continue
        if hashes.get(name) not in (None, sha256):
            message = f"is not the file that {DESCRIPTOR} describes: its SHA-256 is {sha256}"
            faults.append(Fault(path, None, None, None, message))
        digest.update(f"{name}\x00{sha256}\n".encode())
    if not paths and not faults:
        faults.append(Fault("", None, None, None, f"holds no table. A bundle has some of {_known()}."))
    tables = tuple(_table(file.name, by_path[paths[file.name]]) for file in FILES if file.name in paths)
    return Bundle(tables, digest.hexdigest(), tuple(faults))


def _table(name: str, member: _Member) -> Table:
    return Table(name, member.path, lambda: _csv_rows(member), member.file)


def _known() -> str:
    return ", ".join(f"{name}.csv" for name in FILE)


def _place(shown: str, name: str, paths: dict[str, str], faults: list[Fault]) -> None:
    if name in FILE:
        paths[name] = shown
        return
    near = get_close_matches(name.lower(), FILE, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    faults.append(Fault(shown, None, None, None, f"is not a table of a bundle: {meant}They are {_known()}."))


def _described(by_path: dict[str, _Member], faults: list[Fault]) -> tuple[dict[str, str], dict[str, str]]:
    """Paths and SHA-256 sums by table, as the descriptor gives them."""

    def wrong(message: str, value: str | None = None) -> None:
        faults.append(Fault(DESCRIPTOR, None, None, value, message))

    paths: dict[str, str] = {}
    hashes: dict[str, str] = {}
    try:
        with by_path[DESCRIPTOR].open() as file:
            descriptor: Any = json.loads(file.read(_LONGEST_LINE * 8).decode("utf-8-sig"))
        resources = cast("list[dict[str, Any]]", descriptor["resources"])
        entries = [(str(resource["name"]), resource["path"], resource.get("hash")) for resource in resources]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        wrong("is not a Data Package descriptor: a JSON object with `resources`, each with `name` and `path`")
        return paths, hashes
    for name, path, sha256 in entries:
        if not isinstance(path, str) or path not in by_path:
            wrong("is not a file of this bundle; give the path of one, from the bundle's folder", str(path))
        elif name in paths:
            wrong("is described twice", name)
        else:
            _place(path, name, paths, faults)
            if isinstance(sha256, str) and sha256.startswith("sha256:"):
                hashes[name] = sha256.removeprefix("sha256:").lower()
    for name in FILE:
        if f"{name}.csv" in by_path and name not in paths:
            wrong("lies in the bundle but is not described; add it to `resources` or take it out", f"{name}.csv")
    return paths, hashes


def _sha256(member: _Member) -> str:
    digest = hashlib.sha256()
    with member.open() as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _csv_rows(member: _Member) -> Rows:
    row = 0
    try:
        with member.open() as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            for cells in csv.reader(_lines(text), strict=True):
                row += 1
                if cells:
                    yield row, cells
    except UnicodeDecodeError as error:
        raise TableError(row + 1, _encoding_message(member, error)) from error
    except csv.Error as error:
        raise TableError(row + 1, _csv_message(str(error))) from error
    except (zipfile.BadZipFile, zlib.error, OSError) as error:
        raise TableError(row + 1, f"the file is damaged here: {error}. Make or fetch the bundle again.") from error


def _lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise csv.Error("a line longer than a million characters")
        yield line


def _csv_message(error: str) -> str:
    if "field larger" in error:
        return f"a cell longer than {csv.field_size_limit():,} characters; is a quotation mark never closed?"
    if "unexpected end of data" in error:
        return "a quotation mark is opened and never closed"
    if "expected after" in error:
        return 'a quotation mark inside of a quoted cell must be doubled: ""'
    return f"is not CSV: {error}"


def _encoding_message(member: _Member, error: UnicodeDecodeError) -> str:
    with member.open() as file:
        start = file.read(_CHUNK)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        guess = "UTF-16"
    else:
        try:
            start.decode("gb18030")
            guess = "GB18030 (GBK)"
        except UnicodeDecodeError as cut:
            guess = "GB18030 (GBK)" if cut.start >= len(start) - 4 else "another encoding"
    byte = error.object[error.start]
    return f"is not UTF-8 near here (byte 0x{byte:02x}); it looks like {guess}. Save it as CSV UTF-8."


def _of_workbook(path: Path) -> Bundle:
    try:
        sheets = open_workbook(path)
    except PasswordError as error:
        raise BundleError(f"{path}: is protected by a password. Save it without one.") from error
    except (CalamineError, zipfile.BadZipFile) as error:
        raise BundleError(f"{path}: is not a whole .xlsx workbook ({error}). Save or fetch it again.") from error
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    faults: list[Fault] = []
    paths: dict[str, str] = {}
    for name in sheets:
        _place(name, name, paths, faults)
    if not paths and not faults:
        faults.append(Fault("", None, None, None, f"has no sheet. A bundle has some of {', '.join(FILE)}."))
    tables = tuple(
        Table(file.name, file.name, lambda rows=sheets[file.name]: _sheet_rows(rows()))
        for file in FILES
        if file.name in paths
    )
    return Bundle(tables, digest, tuple(faults))


def _sheet_rows(rows: Iterator[list[SheetCell]]) -> Rows:
    row = 0
    width = 0
    try:
        for cells in rows:
            row += 1
            texts = [text_of_cell(cell) for cell in cells]
            while len(texts) > width and not texts[-1]:
                texts.pop()  # a sheet's grid goes on beyond the table
            width = width or len(texts)
            if any(texts):
                yield row, texts
    except CalamineError as error:
        raise TableError(row + 1, f"the workbook is damaged here: {error}. Save or fetch it again.") from error
