"""The row of the trace's statement, as the rules read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from graph.model.enums import Capacity, EventKind, Role
from graph.model.instants import BEGINNING
from services.accountability.rules import Earlier, Event, Facts, History, Link, Record, Side, Version, area_of
from services.accountability.rules.near import Near
from services.oversight.rules import load

Row = dict[str, Any]

_ENDS = ("places", "areas", "organizations", "posts", "persons")
"""Where the row has the records between which facts stand."""


def facts_of(data: Row) -> Facts:
    """What held near the subject at the instant."""
    ids = _ids(data)
    subject, within = data["subject"], _links(data["within"], ids)
    return Facts(
        recorded_at=subject["recordedAt"],
        area=area_of(subject["site"], within) or subject["ownArea"],
        site=subject["site"],
        site_kind=subject["siteKind"],
        task=subject["task"],
        instruction=subject["instruction"],
        area_kinds=_kinds(data["areas"]),
        organization_kinds=_kinds(data["organizations"]),
        within=within,
        subtasks=_links(data["subtasks"], ids),
        task_links=_links(data["taskLinks"], ids),
        governs=_links(data["governs"], ids),
        operates=_links(data["operates"], ids),
        post_in=_links(data["postings"], ids),
        part_of=_links(data["parents"], ids),
        responsibilities=_records(data["answering"], ids),
        regulations=_records(data["regulations"], ids),
        heads=_records(data["heading"], ids),
        reporting=_records(data["reporting"], ids),
        memberships=_records(data["memberships"], ids),
    )


def side_of(data: Row, as_of: datetime, known_at: datetime) -> Side:
    """A trace to be compared with another; its row is to have the versions."""
    versions: defaultdict[str, list[Version]] = defaultdict(list)
    for row in data["versions"]:
        instants = (row[name] for name in ("validFrom", "validTo", "recordedAt", "supersededAt"))
        versions[row["of"]].append(Version(row["id"], *instants))
    return Side(facts_of(data), data["subject"]["ownArea"], as_of, known_at, versions)


def history_of(data: Row, facts: Facts, known_at: datetime) -> History | None:
    """What happened to the problem; None where the subject is none. `facts`: those of the same row."""
    subject, ids = data["subject"], _ids(data)
    if subject["discoveredAt"] is None:
        return None
    return History(
        discovered_at=subject["discoveredAt"],
        known_at=known_at,
        clock=load(subject["life"]).clock if subject["life"] else None,
        events=_events(data["events"], data["homes"], ids),
        tenures=(*facts.memberships, *_records(data["tenures"], ids)),
        earlier=tuple(
            Earlier(reporter, _events(rows, (), ids))
            for (_, reporter), rows in groupby(data["earlier"], itemgetter("problem", "reportedBy"))
        ),
    )


def near_of(data: Row) -> Near:
    """What lies near the subjects of a page."""
    return Near({**data["near"], **{name: data[name] for name in ("governs", "duties") if name in data}})


def _events(rows: Iterable[Row], homes: Iterable[Row], ids: Mapping[str, str]) -> tuple[Event, ...]:
    def id_of(key: str | None) -> str | None:
        return None if key is None else ids[key]

    home: dict[str, str] = {}
    for row in sorted(homes, key=lambda row: (not row["explicit"], ids[row["organization"]])):
        home.setdefault(row["event"], ids[row["organization"]])
    return tuple(
        Event(
            row["id"],
            EventKind(row["kind"]),
            row["at"],
            id_of(row["person"]),
            id_of(row["post"]),
            home.get(row["id"]),
            id_of(row["to"]),
            row["dueAt"],
        )
        for row in rows
    )


def _kinds(rows: Iterable[Row]) -> dict[str, str]:
    return {row["id"]: row["shown"]["kind"] for row in rows}


def _ids(data: Row) -> Mapping[str, str]:
    """The ids of the ends of facts, by what the server called the nodes."""
    return {row["key"]: row["id"] for name in _ENDS for row in data[name]}


def _links(rows: Iterable[Row], ids: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(
            ids[r["from"]],
            ids[r["to"]],
            r.get("explicit", True),
            _capacity(r),
            r.get("sourceId", ""),
            r.get("validFrom", BEGINNING),
            r.get("id", ""),
        )
        for r in rows
    )


def _records(rows: Iterable[Row], ids: Mapping[str, str]) -> tuple[Record, ...]:
    return tuple(
        Record(
            r["id"],
            r["sourceId"],
            ids[r["from"]],
            ids[r["to"]],
            r["validFrom"],
            r["validTo"],
            r["recordedAt"],
            r.get("explicit", True),
            Role(r["role"]) if "role" in r else None,
            _capacity(r),
        )
        for r in rows
    )


def _capacity(row: Row) -> Capacity | None:
    return Capacity(row["capacity"]) if "capacity" in row else None
