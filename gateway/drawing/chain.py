"""The picture of a chain: the answer of Trace.graphql in, the text of an SVG file out, and nothing else asked.

Columns are the lines of responsibility, bands its levels, each card one hop, in the order of the answer. It is made to
be printed: dark on white, gaps told by word and frame as well as by colour, in fonts that a reader's system has.
"""

from collections import Counter
from itertools import accumulate
from xml.etree import ElementTree

from gateway.drawing import account
from gateway.drawing.account import Section, account_of
from gateway.drawing.cards import LEADING, Card, card_of, empty_card
from gateway.drawing.layout import GUTTER, MARGIN, Box, Placed, laid_out, spine
from gateway.drawing.lettering import broken, legible, width
from gateway.wording import EMPTY, ENGLISH, Row, minute_of
from graph.model.enums import Gap, Level, LineKind

FONTS = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'WenQuanYi Micro Hei','SimHei',sans-serif"
)
STYLE = f"""
text{{font-family:{FONTS};fill:#1b1f24}}
.title{{font-weight:700}}
.about,.legend,.english,.role,.dates,.basis,.nothing{{fill:#4a525c}}
.gaps,.missing,.late{{fill:#b00020;font-weight:700}}
.heading{{fill:#1f3a5f}}
.heading-text{{fill:#fff;font-weight:700}}
.heading-text .english{{fill:#dbe4ee;font-weight:400}}
.subject{{fill:#fff;stroke:#1f3a5f;stroke-width:1.5}}
.band{{fill:#f4f6f8}}
.level{{font-weight:700}}
.hop{{fill:#fff;stroke:#8a94a0}}
.gap{{fill:#fdeef0;stroke:#b00020;stroke-width:2;stroke-dasharray:6 3}}
.empty{{fill:none;stroke:#8a94a0;stroke-dasharray:3 3}}
.capacity{{fill:#1f3a5f;font-weight:700}}
.post,.holder{{fill:#1b1f24}}
.holder{{font-weight:700}}
.backdated{{fill:#8a4b00;font-weight:700}}
.arrow{{fill:none;stroke:#1f3a5f;stroke-width:1.5}}
.head{{fill:#1f3a5f}}
@media print{{svg{{width:100vw;height:100vh}}}}
"""
LEGEND = (
    "箭头：同一条线上更高一级的责任 arrows: the next level of responsibility on the same line",
    "红色虚线框：责任缺口 red and dashed: a gap in responsibility",
    "上级：同一条线上某岗位的上级岗位 superior: a post that another post of the line reports to",
)
FOOT = 84
TITLE_WIDTH = 1040
"""What fits into the narrowest picture, that of five columns."""


def drawing_of(trace: Row, title: str) -> str:
    """The SVG of an answer's `trace` under `title`, which names the subject. The same answer gives the same text."""
    kinds = [LineKind(line["kind"]) for line in trace["lines"]]
    found = {Level(hop["level"]) for line in trace["lines"] for hop in line["hops"]}
    levels = [level for level in Level if level in found] or [Level.DIRECT]
    lines = [_cells(kind, line["hops"], levels) for kind, line in zip(kinds, trace["lines"], strict=True)]
    head = _head(trace, title)
    top = head[-1][3] + 52
    sections = account_of(trace)
    layout = laid_out(lines, top, FOOT + sum(section.height for section in sections))
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {layout.width} {layout.height}",
            "width": str(layout.width),
            "height": str(layout.height),
            "role": "img",
            "lang": "zh-CN",
        },
    )
    ElementTree.SubElement(root, "style").text = STYLE
    ElementTree.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#fff"})
    subject = Box(MARGIN, MARGIN, layout.width - 2 * MARGIN, head[-1][3] + 14 - MARGIN)
    _rect(root, "subject", subject, 6)
    for kind, text, size, y in head:
        _text(root, kind, (text,), size, MARGIN + 16, y)
    for level, band in zip(levels, layout.bands, strict=True):
        _band(root, level, band)
    _trunk(root, subject, layout.headings)
    for kind, box in zip(kinds, layout.headings, strict=True):
        _heading(root, kind, box)
    for line, heading in enumerate(layout.headings):
        _arrows(root, heading, layout.cells[line])
    for placed in layout.cards:
        _card(root, placed, kinds[placed.line], levels[placed.level])
    y = layout.bands[-1].bottom
    for section in sections:
        _section(root, section, y)
        y += section.height
    for number, text in enumerate(LEGEND):
        _text(root, "legend", (text,), 11, MARGIN, layout.height - FOOT + 26 + 17 * number)
    for element in root:
        element.tail = "\n"  # a line each, for who compares two of them
    return ElementTree.tostring(root, "unicode") + "\n"


def _cells(kind: LineKind, hops: list[Row], levels: list[Level]) -> list[list[Card]]:
    cells = [[card_of(hop, kind) for hop in hops if hop["level"] == level.value] for level in levels]
    if not hops:
        cells[0].append(empty_card(EMPTY[kind]))
    return cells


def _head(trace: Row, title: str) -> list[tuple[str, str, int, int]]:
    """What is written above the columns: class, text, size and baseline of each line."""
    when = f"时点 as of {minute_of(trace['asOf'])}　已知 known at {minute_of(trace['knownAt'])}（北京时间 UTC+8）"
    gaps = Counter(Gap(hop["gap"]) for line in trace["lines"] for hop in line["hops"] if hop["gap"])
    told = "，".join(f"{gap.zh} {gap.value} {gaps[gap]}" for gap in Gap if gaps[gap])
    said = [
        *(("title", line, 22) for line in broken(legible(f"责任追溯 {title}"), 22, TITLE_WIDTH)),
        ("about", f"{when}　规则 rules {trace['rulebook']['version']}", 13),
        ("gaps", f"责任缺口 gaps：{told}", 14) if told else ("about", "无责任缺口 no gaps", 14),
    ]
    baselines = accumulate((round(size * 1.2) + 8 for _, _, size in said), initial=MARGIN)
    return [(*line, baseline) for line, baseline in zip(said, list(baselines)[1:], strict=True)]


def _band(root: ElementTree.Element, level: Level, band: Box) -> None:
    _rect(root, "band", band, 6)
    x = MARGIN + 12
    _text(root, "level", (level.zh[:2], level.zh[2:]), 16, x, band.y + 30)
    _text(root, "english", (level.value.lower(),), 11, x, band.y + 70)


def _heading(root: ElementTree.Element, kind: LineKind, box: Box) -> None:
    _rect(root, "heading", box, 6)
    text = ElementTree.SubElement(
        root, "text", {"class": "heading-text", "x": str(box.middle), "y": str(box.y + 26), "text-anchor": "middle"}
    )
    text.set("font-size", "16")
    text.text = f"{kind.zh} "
    ElementTree.SubElement(text, "tspan", {"class": "english", "font-size": "12"}).text = ENGLISH[kind]


def _trunk(root: ElementTree.Element, subject: Box, headings: tuple[Box, ...]) -> None:
    """From what the trace is of to each of its lines."""
    fork = (subject.bottom + headings[0].y - 9) // 2
    path = f"M{subject.middle} {subject.bottom}V{fork}M{spine(headings[0])} {fork}H{spine(headings[-1])}"
    ends = "".join(f"M{spine(box)} {fork}V{box.y - 7}" for box in headings)
    ElementTree.SubElement(root, "path", {"class": "arrow", "d": path + ends})
    for box in headings:
        _point(root, spine(box), box.y)


def _arrows(root: ElementTree.Element, heading: Box, cells: tuple[Box | None, ...]) -> None:
    above = heading
    for cell in cells:
        if cell is None:
            continue
        start = above.bottom + (0 if above is heading else 4)
        ElementTree.SubElement(root, "path", {"class": "arrow", "d": f"M{spine(heading)} {start}V{cell.y - 7}"})
        _point(root, spine(heading), cell.y)
        above = cell


def _point(root: ElementTree.Element, x: int, y: int) -> None:
    ElementTree.SubElement(root, "path", {"class": "head", "d": f"M{x} {y}l-5 -9h10z"})


def _card(root: ElementTree.Element, placed: Placed, kind: LineKind, level: Level) -> None:
    group = ElementTree.SubElement(root, "g", {"data-line": kind.value, "data-level": level.value})
    _rect(group, placed.card.kind, placed.box, 4)
    for text in placed.card.texts:
        y = placed.box.y + text.top + text.size
        _text(group, text.kind, text.lines, text.size, placed.box.x + text.left, y)


def _section(root: ElementTree.Element, section: Section, y: int) -> None:
    _text(root, "level", (section.title,), 16, MARGIN + 12, y + 32)
    beside = MARGIN + 12 + round(width(section.title, 16)) + 8
    _text(root, "english", (section.english,), 11, beside, y + 32)
    y += account.HEADING
    for entry in section.entries:
        for lines, place in zip(entry.parts, account.PLACES, strict=True):
            x = MARGIN + GUTTER + place
            _text(root, "late" if entry.late else "account", lines, account.SIZE, x, y + account.SIZE)
        y += entry.height


def _rect(parent: ElementTree.Element, kind: str, box: Box, radius: int) -> None:
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": radius}
    ElementTree.SubElement(parent, "rect", {"class": kind, **{name: str(value) for name, value in place.items()}})


def _text(parent: ElementTree.Element, kind: str, lines: tuple[str, ...], size: int, x: int, y: int) -> None:
    """One text element, a tspan for each line where there are several; `y` is the first baseline."""
    text = ElementTree.SubElement(parent, "text", {"class": kind, "x": str(x), "y": str(y), "font-size": str(size)})
    if len(lines) == 1:
        text.text = lines[0]
        return
    for number, line in enumerate(lines):
        place = {"x": str(x), "y": str(y + number * round(size * LEADING))}
        ElementTree.SubElement(text, "tspan", place).text = line
