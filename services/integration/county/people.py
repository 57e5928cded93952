"""Who held which post from when to when: appointments, moves, handovers, vacancies."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from services.integration.county.chance import chance
from services.integration.county.clock import DAY, minute, written
from services.integration.county.folder import Row
from services.integration.county.government import Post, Rank

_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_DIGITS = "一二三四五六七八九十"
_START = minute(2021, 1, 1)
_CAMPAIGN, _END = minute(2024, 10, 15), minute(2025, 1, 20)
STILL = 1 << 60

Tenure = tuple[int, int, str]
"""Begin and end in minutes (end exclusive), and the person."""


def invented_name(number: int) -> str:
    """A name that nobody bears: a heavenly stem, an earthly branch and a digit; 1,200 of them, then numbered."""
    series, number = divmod(number, 1200)
    name = _STEMS[number % 10] + _BRANCHES[number // 10 % 12] + _DIGITS[number // 120]
    return name if not series else f"{name}{series + 1}"


@dataclass(frozen=True)
class Roster:
    """`tenures`: post → its tenures by begin. `persons` and `memberships` are bundle rows."""

    tenures: dict[str, list[Tenure]] = field(default_factory=dict[str, list[Tenure]])
    persons: list[Row] = field(default_factory=list[Row])
    memberships: list[Row] = field(default_factory=list[Row])

    def holder(self, post: str, at: int) -> str:
        """Who held the post then, the one begun last of several; empty where nobody."""
        for begin, end, person in reversed(self.tenures.get(post, ())):
            if begin <= at < end:
                return person
        return ""


def appointed(posts: Sequence[Post], seed: int, told: Mapping[str, Sequence[Tenure]]) -> Roster:
    """Everyone who held any of the posts. `told` gives the tenures of some; their persons are added elsewhere."""
    draw = chance(seed, "people")
    roster, free = Roster(), {rank: deque[tuple[int, str]](maxlen=200) for rank in Rank}
    spans = [(*span, post) for post in posts if post.id not in told for span in _spans(draw, post.rank)]
    spans.sort(key=lambda span: (span[0], span[2].id))
    leavings: list[tuple[int, str, Rank]] = []
    for begin, end, post in spans:
        for left in sorted(leaving for leaving in leavings if leaving[0] <= begin):
            free[left[2]].append((left[0], left[1]))
        leavings = [leaving for leaving in leavings if leaving[0] > begin]
        person = _successor(draw, free[post.rank], begin) or _recruited(roster, post.rank)
        roster.tenures.setdefault(post.id, []).append((begin, end, person))
        if end < STILL:
            leavings.append((end, person, post.rank))
    for post, tenures in told.items():
        roster.tenures[post] = list(tenures)
    roster.memberships.extend(_memberships(roster, posts))
    return roster


def _spans(draw: Random, rank: Rank) -> Iterator[tuple[int, int]]:
    """The tenures of one post: in the campaign one in eleven stands empty for a while, one in twenty is held by two."""
    begin = _START + draw.randrange(0, 400) * DAY
    if draw.random() < 0.6:
        change = minute(2022, 9, 1) + draw.randrange(0, 500) * DAY
        yield begin, change
        begin = change
    change = draw.randrange(_CAMPAIGN, _END, DAY)
    fate, scarce = draw.random(), 0.25 if rank is Rank.LEADER else 1.0
    if fate < 0.06 * scarce:  # left, and nobody came
        yield begin, change
    elif fate < 0.09 * scarce:  # left, and somebody came weeks later
        yield begin, change
        yield change + draw.randrange(7, 40) * DAY, STILL
    elif fate < 0.12 * scarce:  # the successor came before the other left
        yield begin, change + draw.randrange(5, 30) * DAY
        yield change, STILL
    elif fate < 0.14 * scarce:  # two appointed, and nobody noticed
        yield begin, STILL
        yield change, STILL
    elif fate < 0.28:
        yield begin, change
        yield change, STILL
    else:
        yield begin, STILL


def _successor(draw: Random, free: deque[tuple[int, str]], begin: int) -> str:
    """Somebody of the rank who left another post in the sixty days before; empty where none is to be had."""
    while free and free[0][0] < begin - 60 * DAY:
        free.popleft()
    return free.popleft()[1] if free and draw.random() < 0.6 else ""


def _recruited(roster: Roster, rank: Rank) -> str:
    number = len(roster.persons)
    person = f"person-{number + 1:05}"
    name = f"网格员{number + 1:04}" if rank is Rank.GRID_WORKER else invented_name(number)
    roster.persons.append((person, name, f"100{number + 1:08}"))
    return person


def _memberships(roster: Roster, posts: Sequence[Post]) -> Iterator[Row]:
    for post in posts:
        for number, (begin, end, person) in enumerate(roster.tenures[post.id], 1):
            until = written(end) if end < STILL else ""
            yield (
                f"membership-{post.id}-{number}",
                person,
                post.id,
                written(begin),
                until,
                _appointment(begin, number, post),
            )


def _appointment(begin: int, number: int, post: Post) -> str:
    if post.rank is Rank.GRID_WORKER and number > 2:
        return "ASSUMED"
    office = {Rank.LEADER: "测任", Rank.OFFICER: "测人", Rank.GRID_WORKER: "测网"}[post.rank]
    return f"{office}〔{written(begin)[:4]}〕{begin // DAY % 60 + 1}号"
