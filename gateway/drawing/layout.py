"""Where everything of a chain goes: a column for each line, a band for each level, in it the cards in their order.

A line with many hops gets several cards side by side; how many is chosen so that the whole comes out largest on a sheet
of A3 or A4, upright or across. All lengths are whole pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from gateway.drawing.cards import WIDTH, Card

MARGIN = 24
GUTTER = 84
"""Left of the columns, for the names of the levels."""
HEADING = 40
BETWEEN_CARDS = 8
BETWEEN_LINES = 22
BETWEEN_BANDS = 30
PADDING = 12
"""Of a band, above and below its cards."""

LOWEST = 64
"""The least that a band's cards are given, so that the name of its level fits."""

Cells = Sequence[Sequence[Card]]
"""One line: its cards at each level that is drawn."""


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Placed:
    """`line` and `level` count from 0."""

    card: Card
    box: Box
    line: int
    level: int


@dataclass(frozen=True, slots=True)
class Layout:
    headings: tuple[Box, ...]
    bands: tuple[Box, ...]
    cells: tuple[tuple[Box | None, ...], ...]
    """By line and level: what the cards there take up, None where there are none."""
    cards: tuple[Placed, ...]
    width: int
    height: int


def spine(column: Box) -> int:
    """Where a column's arrows run: through its first cards, which every row has."""
    return column.x + WIDTH // 2


def laid_out(lines: Sequence[Cells], top: int, bottom: int) -> Layout:
    """The layout of `lines`, each with the same number of levels, below `top` pixels of heading and above `bottom`."""
    drawings = (_placed(lines, abreast, top, bottom) for abreast in _ways(lines))
    return min(drawings, key=lambda layout: (_smallness(layout), layout.width))


def _smallness(layout: Layout) -> float:
    """Sheet lengths per pixel are one over this: the larger, the smaller it is printed."""
    wide, high, root = layout.width, layout.height, 2**0.5
    return min(max(wide / root, high), max(wide, high / root))


def _ways(lines: Sequence[Cells]) -> Iterator[tuple[int, ...]]:
    """How many cards stand abreast in each line: first one, then one more wherever the picture is highest."""
    abreast = [1] * len(lines)
    yield tuple(abreast)
    while True:
        heights = [sum(_height(cell, n) for cell in cells) for cells, n in zip(lines, abreast, strict=True)]
        highest = max(range(len(lines)), key=lambda line: heights[line])
        if abreast[highest] >= max(map(len, lines[highest]), default=0):
            return
        abreast[highest] += 1
        yield tuple(abreast)


def _rows(cell: Sequence[Card], abreast: int) -> list[Sequence[Card]]:
    return [cell[start : start + abreast] for start in range(0, len(cell), abreast)]


def _height(cell: Sequence[Card], abreast: int) -> int:
    rows = _rows(cell, abreast)
    return sum(max(card.height for card in row) for row in rows) + BETWEEN_CARDS * max(0, len(rows) - 1)


def _placed(lines: Sequence[Cells], abreast: Sequence[int], top: int, bottom: int) -> Layout:
    widths = [n * WIDTH + (n - 1) * BETWEEN_CARDS for n in abreast]
    lefts = list(accumulate((width + BETWEEN_LINES for width in widths), initial=MARGIN + GUTTER))
    right = lefts.pop() - BETWEEN_LINES + PADDING
    levels = range(len(lines[0]))
    highs = [
        max(LOWEST, *(_height(cells[level], n) for cells, n in zip(lines, abreast, strict=True))) for level in levels
    ]
    first = top + HEADING + BETWEEN_BANDS
    tops = list(accumulate((high + 2 * PADDING + BETWEEN_BANDS for high in highs), initial=first))
    end = tops.pop() - BETWEEN_BANDS
    placed: list[Placed] = []
    cells: list[tuple[Box | None, ...]] = []
    for line, (left, width, n) in enumerate(zip(lefts, widths, abreast, strict=True)):
        taken: list[Box | None] = []
        for level in levels:
            y = tops[level] + PADDING
            taken.append(Box(left, y, width, _height(lines[line][level], n)) if lines[line][level] else None)
            for row in _rows(lines[line][level], n):
                for place, card in enumerate(row):
                    box = Box(left + place * (WIDTH + BETWEEN_CARDS), y, WIDTH, card.height)
                    placed.append(Placed(card, box, line, level))
                y += max(card.height for card in row) + BETWEEN_CARDS
        cells.append(tuple(taken))
    return Layout(
        headings=tuple(Box(left, top, width, HEADING) for left, width in zip(lefts, widths, strict=True)),
        bands=tuple(Box(MARGIN, y, right - MARGIN, high + 2 * PADDING) for y, high in zip(tops, highs, strict=True)),
        cells=tuple(cells),
        cards=tuple(placed),
        width=right + MARGIN,
        height=end + bottom,
    )
