"""The oracle's reading of custody, and of what speaks for a person."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tests.oracle.lives import Life
from tests.oracle.reading import Reading
from tests.oracle.records import Fact, Happening

CHANGES_HANDS = {
    "REGISTER", "ASSIGN", "ACCEPT", "RETURN", "REFUSE_RETURN", "SUBMIT", "REOPEN", "SUSPEND", "RESUME", "CLOSE",
    "REJECT",
}  # fmt: skip
REASONS = (
    "REPORTED", "ESCALATED", "REPORTED_EARLIER", "EXTENSION_GRANTED", "RETURN_UPHELD", "HELD_BRIEFLY", "ACTED_IN_TIME",
)  # fmt: skip


class Hands(NamedTuple):
    organization: str | None = None
    post: str | None = None
    person: str | None = None
    clock_runs: bool = True


class Matter:
    """One problem, as far as was known."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.known_at = reading, reading.known_at
        own = reading.subject.known(self.known_at)
        self.discovered: datetime = own["discovered"]
        self.clock = own["clock"]
        self.site = reading.site
        everything = list(reading.county.of(reading.subject.id, self.known_at))
        self.report = [event for event in everything if event.kind == "REPORTED"]
        self.events = [event for event in everything if event.kind != "REPORTED"]

    # ---- custody ----

    def custody(self) -> list[dict[str, Any]]:
        instants = {self.discovered, self.end(), *(event.at for event in self.events)}
        for fact in self.reading.county.facts:
            if fact.kind == "MEMBERSHIP" and fact.is_known(self.known_at):
                instants |= {fact.since, fact.until}
        inside = sorted(at for at in instants if self.discovered <= at <= self.end())
        found: list[dict[str, Any]] = []
        begun_by: list[int] = []
        for start, until in pairwise(inside):
            count = sum(event.at <= start for event in self.events)
            hands = self.hands(self.events[:count])
            changing = [n for n in range(count) if self.is_a_change(self.events[n])]
            action = changing[-1] if changing else -1
            holder = self.holder(hands, start)
            if found and begun_by[-1] == action and found[-1]["holder"] == self.reading.named(holder):
                found[-1]["until"] = until
                continue
            reason = "DISCOVERED"
            if found:
                reason = "HANDOVER" if begun_by[-1] == action else self.events[action].kind
            found.append({"from": start, "until": until, "reason": reason, "hands": hands})
            found[-1]["holder"] = self.reading.named(holder)
            begun_by.append(action)
        return [self.shown(interval) for interval in found]

    def end(self) -> datetime:
        if self.life(self.events).status in ("CLOSED", "REJECTED"):
            return [event.at for event in self.events if event.kind in ("CLOSE", "REJECT")][-1]
        return max(self.known_at, self.discovered)

    def is_a_change(self, event: Happening) -> bool:
        return event.kind in CHANGES_HANDS and (event.kind not in ("REGISTER", "ACCEPT") or event.post is not None)

    def hands(self, events: Sequence[Happening]) -> Hands:
        registering = next((self.home(event) for event in self.events if event.kind == "REGISTER"), None)
        if not events:
            return Hands(registering)
        before, event = events[:-1], events[-1]
        assignment = max((n for n, e in enumerate(events) if e.kind == "ASSIGN"), default=-1)
        match event.kind:
            case "REGISTER" | "ACCEPT" if event.post:
                return Hands(self.hands(before).organization, event.post, event.person)
            case "ASSIGN" | "REFUSE_RETURN":
                return Hands(events[assignment].to)
            case "RETURN" | "SUBMIT":
                own = self.home(events[assignment])
                return Hands(own or self.hands(events[:assignment]).organization or registering)
            case "REOPEN":
                return self.hands(before_last("SUBMIT", events))
            case "RESUME":
                return self.hands(before_last("SUSPEND", events))
            case "SUSPEND":
                return self.hands(before)._replace(clock_runs=False)
            case "CLOSE" | "REJECT":
                return Hands(clock_runs=False)
            case _:
                return self.hands(before)

    def home(self, event: Happening) -> str | None:
        """The organization of the acting post, at that time."""
        if event.post is None:
            return None
        return Reading(self.reading.county, self.reading.subject.id, event.at, self.known_at).home(event.post)

    def holder(self, hands: Hands, at: datetime) -> str | None:
        held = [fact for fact in self.memberships(post=hands.post) if fact.holds(at)]
        if hands.person in [fact.from_ for fact in held]:
            return hands.person
        last = max((fact.since for fact in held), default=None)
        return min(((f.source_id, f.from_) for f in held if f.since == last), default=(None, None))[1]

    def memberships(self, post: str | None, person: str | None = None) -> list[Fact]:
        every = [f for f in self.reading.county.facts if f.kind == "MEMBERSHIP" and f.is_known(self.known_at)]
        return [fact for fact in every if fact.to == post and person in (None, fact.from_)]

    def shown(self, interval: dict[str, Any]) -> dict[str, Any]:
        hands: Hands = interval["hands"]
        until: datetime = interval["until"]
        started = sum(event.at <= interval["from"] for event in self.events)
        ended = [n for n in range(started, len(self.events)) if self.events[n].at >= until]
        ending = [n for n in ended if self.events[n].at == until and self.is_a_change(self.events[n])]
        so_far = self.events[: ending[0]] if ending else [event for event in self.events if event.at <= until]
        due = self.life(so_far).due
        return {
            "from": interval["from"],
            "until": until,
            "organization": self.reading.named(hands.organization),
            "post": self.reading.named(hands.post, "title"),
            "holder": interval["holder"],
            "reason": interval["reason"],
            "late": hands.clock_runs and due is not None and until > due,
        }

    def life(self, events: Sequence[Happening]) -> Life:
        life = Life(self.discovered, self.clock)
        for event in events:
            life.step(event)
        return life

    # ---- what speaks for a person ----

    def exculpatory(self, lines: list[dict[str, Any]], custody: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for person in dict.fromkeys(h["holder"]["id"] for line in lines for h in line["hops"] if h["holder"]):
            own = self.of_events(person) + self.of_brief_tenure(person, lines) + self.of_acting(person, custody)
            for reason in REASONS:
                found += [
                    {"holder": self.reading.named(person), "reason": reason, "event": event, "membership": membership}
                    for its, event, membership in own
                    if its == reason
                ]
        return found

    def of_events(self, person: str) -> list[tuple[str, Any, Any]]:
        found = [("REPORTED", shown_event(event), None) for event in self.report if event.person == person]
        for n, event in enumerate(self.events):
            before = self.life(self.events[:n])
            if event.kind == "ESCALATE" and event.person == person and not before.has_run_out(event.at):
                found.append(("ESCALATED", shown_event(event), None))
            if event.kind == "GRANT_EXTENSION" and before.request and before.request.person == person:
                found.append(("EXTENSION_GRANTED", shown_event(before.request), None))
            if event.kind == "UPHOLD_RETURN":
                returned = [e for e in self.events[:n] if e.kind == "RETURN"][-1]
                if returned.person == person:
                    found.append(("RETURN_UPHELD", shown_event(returned), None))
        return found + self.of_earlier(person)

    def of_earlier(self, person: str) -> list[tuple[str, Any, Any]]:
        found: list[tuple[str, Any, Any]] = []
        for other in self.reading.county.things.values():
            if other.kind != "Problem" or other.recorded_at > self.known_at or self.site is None:
                continue
            own = other.known(self.known_at)
            if own["site"] != self.site or own["discovered"] >= self.discovered or own["reporter"] != person:
                continue
            events = list(self.reading.county.of(other.id, self.known_at))
            judged = [e.kind for e in events if e.at <= self.discovered and e.kind in ("VERIFY", "REOPEN")]
            if judged[-1:] != ["VERIFY"]:
                found += [("REPORTED_EARLIER", shown_event(e), None) for e in events if e.kind == "REPORTED"]
        return sorted(found, key=lambda item: (item[1]["at"], item[1]["id"]))

    def of_brief_tenure(self, person: str, lines: list[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
        clock = None
        for n, event in enumerate(self.events):
            due = self.life(self.events[: n + 1]).due
            if event.kind == "ASSIGN" and due is not None:
                clock = due - event.at
        if clock is None:
            return []
        found: dict[str, tuple[str, Any, Any]] = {}
        for hop in (hop for line in lines for hop in line["hops"]):
            if hop["holder"] and hop["holder"]["id"] == person:
                since = self.held_since(person, hop["post"]["id"], hop["membership"]["validFrom"])
                if self.reading.at - since < clock:
                    id_ = hop["membership"]["id"]
                    found[id_] = ("HELD_BRIEFLY", None, {"id": id_})
        return list(found.values())

    def held_since(self, person: str, post: str, since: datetime) -> datetime:
        for fact in self.memberships(post, person):
            if fact.since < since <= fact.until:
                return self.held_since(person, post, fact.since)
        return since

    def of_acting(self, person: str, custody: list[dict[str, Any]]) -> list[tuple[str, Any, Any]]:
        if any(interval["late"] and interval["holder"] == self.reading.named(person) for interval in custody):
            return []
        acted: list[Happening] = []
        for n, event in enumerate(self.events):
            before = self.life(self.events[:n])
            if event.person != person:
                continue
            if before.has_run_out(event.at):
                return []
            if before.due is not None and before.status not in ("SUSPENDED", "CLOSED", "REJECTED"):
                acted.append(event)
        return [("ACTED_IN_TIME", shown_event(acted[-1]), None)] if acted else []


def before_last(kind: str, events: Sequence[Happening]) -> Sequence[Happening]:
    last = max(n for n, event in enumerate(events) if event.kind == kind)
    return events[:last]


def shown_event(event: Happening) -> dict[str, Any]:
    return {"id": event.id, "at": event.at, "kind": event.kind}


def merits(reading: Reading, lines: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Custody and exculpatory of a problem."""
    matter = Matter(reading)
    custody = matter.custody()
    return custody, matter.exculpatory(lines, custody)
