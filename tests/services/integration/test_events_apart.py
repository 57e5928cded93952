"""The events of a large bundle are read in a process of their own: nothing else about the check is different."""

import multiprocessing
from collections import Counter
from pathlib import Path

import pytest

from services.integration.bundle import apart
from services.integration.bundle.checking import Checked, check
from services.integration.bundle.faults import BundleError
from services.integration.bundle.staging import APART, Staged
from services.ledger.inspectors import InspectorLost
from tests.services.integration.bundles import SMALL, changed, text, write

EVENTS = text(SMALL["events"])
SPOILT = {
    "good": EVENTS,
    "a cell": EVENTS.replace("REGISTER,", "REGISTERED?,", 1),
    "a row": f"{EVENTS},,,,,,,,,,,,,,,,,,,,,,,,x\n",
    "a column": EVENTS.replace("problem", "problm", 1),
    "an id again": EVENTS + EVENTS.splitlines()[-1] + "\n",
    "an id of another table": EVENTS.replace("\ne1,", "\nli,", 1),
    "a quotation mark": f'{EVENTS}"e9\n',
    "not UTF-8": EVENTS,
}


def seen(checked: Checked) -> object:
    staging = checked.staging
    return (
        checked.report.as_json(),
        checked.digest,
        {name: list(staging.rows(name)) for name in SMALL},
        list(staging.events()),
        list(staging.repeated_ids()),
        list(staging.histories(1)) if checked.report.ok else None,
        [(bounds, staging.problem_count(bounds)) for bounds in staging.stretches(1)],
    )


@pytest.mark.parametrize("name", SPOILT)
def test_the_check_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    tables = SMALL if name == "good" else changed(persons=("王五", ""))
    bundle = write(tmp_path / "bundle", tables | {"events": SPOILT[name]})
    if name == "not UTF-8":
        (bundle / "events.csv").write_bytes(EVENTS.encode() + "e9,扬尘\n".encode("gb18030"))
    told = Counter[str](), Counter[str]()
    with check(bundle, progress=lambda what, more: told[0].update({what: more})) as one:
        assert not (one.staging.path.parent / APART).exists()
        expected = seen(one)
    monkeypatch.setattr(apart, "LARGE", 0)
    with check(bundle, progress=lambda what, more: told[1].update({what: more})) as other:
        assert (other.staging.path.parent / APART).exists()
        assert seen(other) == expected
        with Staged(other.staging.path) as staged:
            assert list(staged.events()) == list(other.staging.events())
    assert told[0] == told[1]


def test_a_process_that_is_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LARGE", 0)

    def kill(*_: object) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(InspectorLost), check(write(tmp_path / "bundle", SMALL), progress=kill):
        pass


def test_what_the_process_runs_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LARGE", 0)
    started = apart.EventsApart.__init__

    def elsewhere(self: apart.EventsApart, shown: str, file: Path, folder: Path, source: str) -> None:
        started(self, shown, file, folder / "gone", source)

    monkeypatch.setattr(apart.EventsApart, "__init__", elsewhere)
    with pytest.raises(BundleError, match="can't be sorted"), check(write(tmp_path / "bundle", SMALL)):
        pass


def test_nothing_is_left_running_when_the_check_ends_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LARGE", 0)

    def give_up(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), check(write(tmp_path / "bundle", SMALL), progress=give_up):
        pass
    assert not multiprocessing.active_children()
