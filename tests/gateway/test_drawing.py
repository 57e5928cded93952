"""The picture of a chain: everything of the answer is in it, once and legibly, and nothing lies on anything else."""

import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.drawing import drawing_of
from gateway.drawing.cards import INNER, WIDTH
from gateway.drawing.lettering import broken, legible, width
from graph.model.enums import Capacity, Gap, Level, LineKind, Role, Term

DOCUMENTS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
Row = dict[str, Any]

names = st.text(max_size=40) | st.text("县住建局大气污染防治股股长（1）《》，ABCabc 019", min_size=1, max_size=60)
records = st.fixed_dictionaries({"id": st.just("x"), "name": names})
instants = st.sampled_from(
    ["1900-01-01T00:00:00+08:00", "2024-12-14T08:00:00+08:00", "2024-02-29T23:59:59.999999+08:00"]
)
clauses = st.fixed_dictionaries(
    {"label": names, "start": st.none() | st.just(12), "end": st.just(40)},
)
bases = st.fixed_dictionaries({"title": names | st.just("ASSUMED"), "clause": st.none() | clauses})


def of(terms: type[Term]) -> st.SearchStrategy[str]:
    return st.sampled_from([term.value for term in terms])


hops = st.fixed_dictionaries(
    {
        "level": of(Level),
        "role": st.none() | of(Role),
        "organization": st.none() | records,
        "post": st.none() | st.fixed_dictionaries({"id": st.just("x"), "title": names}),
        "area": st.none() | records,
        "holder": st.none() | records,
        "capacity": st.none() | of(Capacity),
        "gap": st.none() | of(Gap),
        "validFrom": st.none() | instants,
        "validTo": st.none() | instants,
        "recordedAt": instants,
        "backdated": st.booleans(),
        "basis": st.none() | bases,
    }
)
traces = st.tuples(*(st.lists(hops, max_size=7) for _ in LineKind)).map(
    lambda lines: {
        "asOf": "2024-12-16T09:20:00+08:00",
        "knownAt": "2026-11-24T20:00:00+08:00",
        "rulebook": {"version": "winter-2024.1"},
        "custody": [],
        "exculpatory": [],
        "lines": [{"kind": kind.value, "hops": found} for kind, found in zip(LineKind, lines, strict=True)],
    }
)


def hop(**given: Any) -> Row:
    absent = ("role", "organization", "post", "area", "holder", "capacity", "gap", "validFrom", "validTo", "basis")
    return (
        {"level": "DIRECT", "recordedAt": "2024-12-14T08:00:00+08:00", "backdated": False}
        | dict.fromkeys(absent)
        | given
    )


def trace(**lines: list[Row]) -> Row:
    return {
        "asOf": "2024-12-16T09:20:00+08:00",
        "knownAt": "2026-11-24T20:00:00+08:00",
        "rulebook": {"version": "winter-2024.1"},
        "custody": [],
        "exculpatory": [],
        "lines": [{"kind": kind.value, "hops": lines.get(kind.value, [])} for kind in LineKind],
    }


def parsed(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)  # noqa: S314 - written here a moment ago


def size_of(drawing: str) -> tuple[int, int]:
    _, _, wide, high = (int(length) for length in parsed(drawing).get("viewBox", "").split())
    return wide, high


def shown(drawing: str, *kinds: str) -> list[str]:
    """The texts of these classes, whole, in the order of the drawing."""
    texts = parsed(drawing).iter(f"{SVG}text")
    return ["".join(text.itertext()) for text in texts if text.get("class") in kinds]


def boxes(drawing: str) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of every card."""
    rects = [group.find(f"{SVG}rect") for group in parsed(drawing).iter(f"{SVG}g")]
    found = [
        tuple(int(rect.get(name, "")) for name in ("x", "y", "width", "height")) for rect in rects if rect is not None
    ]
    return [(x, y, x + w, y + h) for x, y, w, h in found]


@settings(max_examples=25, deadline=None)
@given(traces, names)
def test_everything_is_there_once_and_nothing_overlaps(trace: Row, title: str) -> None:
    drawing = drawing_of(trace, title)
    answered = [hop for line in trace["lines"] for hop in line["hops"]]
    for kind, said in {
        "holder": [legible(hop["holder"]["name"]) for hop in answered if hop["holder"]],
        "post": [legible(hop["post"]["title"]) for hop in answered if hop["post"]],
        "missing": [f"{Gap(hop['gap']).zh} {hop['gap']}" for hop in answered if hop["gap"]],
        "role": [f"{Role(hop['role']).zh} {hop['role'].lower().replace('_', ' ')}" for hop in answered if hop["role"]],
    }.items():
        assert Counter(shown(drawing, kind)) == Counter(said), kind
    cards = boxes(drawing)
    assert len(cards) == len(answered) + sum(not line["hops"] for line in trace["lines"])
    for (left, top, right, bottom), (x, y, end, foot) in itertools.combinations(cards, 2):
        assert right <= x or end <= left or bottom <= y or foot <= top
    assert drawing == drawing_of(trace, title)


@settings(max_examples=25, deadline=None)
@given(traces)
def test_cards_and_what_is_written_on_them_lie_within_the_picture(trace: Row) -> None:
    drawing = drawing_of(trace, "示例")
    wide, high = size_of(drawing)
    for group in parsed(drawing).iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        left, top, across, down = (int(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        assert min(left, top) >= 0
        assert left + across <= wide
        assert top + down <= high
        for text in group.iter(f"{SVG}text"):
            size = int(text.get("font-size", ""))
            for line in list(text) or [text]:
                assert top + size <= int(line.get("y", "")) <= top + down
                begins = int(line.get("x", ""))
                assert left < begins
                assert begins + width((line.text or "").rstrip(), size) <= left + WIDTH


@given(names, st.sampled_from([11, 13, 17]))
def test_broken_text_is_the_same_text_in_lines_that_fit(text: str, size: int) -> None:
    lines = broken(text, size, INNER)
    assert "".join(lines) == text
    assert all(width(line.rstrip(), size) <= INNER for line in lines)


def test_a_line_does_not_begin_with_what_closes_the_one_before() -> None:
    lines = broken("《测试县网格化监管实施方案（试行）》，第三条", 11, INNER)
    assert len(lines) > 1
    assert not any(line[0] in "》），" for line in lines)


def test_a_gap_says_what_is_missing_in_words_and_by_its_frame() -> None:
    drawing = drawing_of(trace(INDUSTRY=[hop(gap="UNASSIGNED")]), "示例")
    assert shown(drawing, "missing") == ["未落实 UNASSIGNED"]
    assert shown(drawing, "place") == ["无监管单位", "no organization regulates it"]
    assert shown(drawing, "gaps") == ["责任缺口 gaps：未落实 UNASSIGNED 1"]
    assert 'class="gap"' in drawing


def test_a_card_tells_dates_basis_and_that_it_was_recorded_late() -> None:
    drawing = drawing_of(
        trace(
            TASK=[
                hop(
                    capacity="LEAD", role="SUPERVISOR", holder={"id": "p", "name": "丁寅九"},
                    validFrom="2024-11-01T00:00:00+08:00", validTo="2024-12-31T00:00:00+08:00",
                    recordedAt="2024-12-20T00:00:00+08:00", backdated=True,
                    basis={"title": "攻坚讲话", "clause": {"label": "二（三）", "start": 120, "end": 168}},
                )
            ]
        ),
        "示例",
    )  # fmt: skip
    assert shown(drawing, "capacity", "dates", "basis", "backdated") == [
        "〔牵头 lead〕",
        "2024-11-01 至 2024-12-31",
        "依据 《攻坚讲话》二（三） 第 120–168 字",
        "事后补录 backdated：录入 2024-12-20",
    ]


def test_lines_without_hops_say_why() -> None:
    drawing = drawing_of(trace(), "示例")
    assert shown(drawing, "nothing")[:2] == ["不在任何辖区", "in no area"]
    assert len(boxes(drawing)) == len(LineKind)


def test_eight_organizations_stand_abreast_and_the_picture_keeps_the_shape_of_a_sheet() -> None:
    chain = [("SUPERVISORY", "SUPERVISOR"), ("LEADERSHIP", "LEADER"), ("LEADERSHIP", "HEAD")]
    many = [
        hop(level=level, role=role, capacity="RESPONSIBLE", organization={"id": "o", "name": f"第{number}街道办事处"})
        for number in range(8)
        for level, role in chain
    ]
    drawing = drawing_of(trace(TASK=many), "示例")
    wide, high = size_of(drawing)
    assert len({left for left, *_ in boxes(drawing)}) > len(LineKind)
    assert 0.6 < high / wide < 1.6


def test_below_it_stands_whose_hands_it_was_in_and_what_speaks_for_whom() -> None:
    hands = {
        "from": "2024-12-16T09:20:00+08:00",
        "until": "2024-12-16T10:00:00+08:00",
        "organization": {"name": "县住建局"},
        "post": {"title": "监管员（1）"},
        "holder": {"name": "示例监管员二"},
        "reason": "ACCEPT",
        "late": True,
    }
    nobody = hands | {
        "until": None,
        "organization": None,
        "post": None,
        "holder": None,
        "reason": "CLOSE",
        "late": False,
    }
    ground = {"holder": {"name": "示例网格员二"}, "reason": "HELD_BRIEFLY", "event": None}
    drawing = drawing_of(trace() | {"custody": [hands, nobody], "exculpatory": [ground]}, "示例")
    assert shown(drawing, "late") == [
        "2024-12-16 09:20 至 2024-12-16 10:00",
        "签收 超期 late",
        "县住建局 监管员（1） 示例监管员二",
    ]
    assert shown(drawing, "account") == [
        "2024-12-16 09:20 至 今",
        "结案",
        "无人 nobody",
        "任职 membership",
        "任职时间短于办理时限",
        "示例网格员二",
    ]
    lowest = max(int(text.get("y", "")) for text in parsed(drawing).iter(f"{SVG}text"))
    assert lowest < size_of(drawing)[1]


def test_it_brings_no_font_and_no_script_and_asks_for_nothing() -> None:
    drawing = drawing_of(trace(), '<script>alert(1)</script> & "')
    assert [element.tag for element in parsed(drawing).iter() if "script" in element.tag] == []
    assert "url(" not in drawing
    assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


def test_the_picture_in_the_documents_is_that_of_the_answer_beside_it() -> None:
    answer = json.loads((DOCUMENTS / "trace.json").read_text("utf-8"))
    drawing = drawing_of(answer["data"]["trace"], "20241216-DEMO 示例广场工地扬尘严重")
    assert drawing == (DOCUMENTS / "trace.svg").read_text("utf-8"), "run: make demo ONCE=1 && make picture"
