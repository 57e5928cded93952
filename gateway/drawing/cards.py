"""A hop as a card: what is written on it, line under line, and how high that makes it."""

from dataclasses import dataclass

from gateway.drawing.lettering import broken, legible, width
from gateway.wording import NOBODY, Row, basis_of, day_of, interval_of
from graph.model.enums import Capacity, Gap, LineKind, Role, Term

WIDTH = 184
PADDING = 10
INNER = WIDTH - 2 * PADDING
LEADING = 1.36


@dataclass(frozen=True, slots=True)
class Text:
    """One thing that is said, over as many lines as it needs; `top` and `left` are from the card's corner."""

    kind: str
    lines: tuple[str, ...]
    size: int
    top: int
    left: int = PADDING

    @property
    def line_height(self) -> int:
        return round(self.size * LEADING)

    @property
    def bottom(self) -> int:
        return self.top + self.line_height * len(self.lines)


@dataclass(frozen=True, slots=True)
class Card:
    """`kind` is the class of its frame: hop, gap or empty."""

    kind: str
    texts: tuple[Text, ...]

    @property
    def height(self) -> int:
        return self.texts[-1].bottom + PADDING - 2


def card_of(hop: Row, line: LineKind) -> Card:
    """The card of a hop of the answer: where, which post, who or which gap, in which role, since when, on what."""
    gap = Gap(hop["gap"]) if hop["gap"] else None
    said: list[tuple[str, str, int]] = []
    if hop["capacity"]:
        said.append(("capacity", f"〔{named(Capacity(hop['capacity']))}〕", 11))
    places = [hop[place]["name"] for place in ("area", "organization") if hop[place]]
    said += [("place", place, 12) for place in dict.fromkeys(places)]
    if not places and not hop["post"]:
        said += [("place", text, 12) for text in NOBODY[line].split(" ", 1)]
    if hop["post"]:
        said.append(("post", hop["post"]["title"], 13))
    if hop["holder"]:
        said.append(("holder", hop["holder"]["name"], 17))
    if gap:
        said.append(("missing", f"{gap.zh} {gap.value}", 15))
    if hop["role"]:
        said.append(("role", named(Role(hop["role"])), 11))
    if hop["validFrom"]:
        said.append(("dates", interval_of(hop["validFrom"], hop["validTo"]), 11))
        said.append(("basis", f"依据 {basis_of(hop['basis'])}", 11))
    if hop["backdated"]:
        said.append(("backdated", f"事后补录 backdated：录入 {day_of(hop['recordedAt'])}", 11))
    return Card("gap" if gap else "hop", _set(said))


def empty_card(text: str) -> Card:
    """The card that stands in a line without hops and says why."""
    return Card("empty", _set([("nothing", part, 12) for part in text.split(" ", 1)]))


def named(term: Term) -> str:
    """A term in Chinese with its English: 网格员 grid worker."""
    return f"{term.zh} {term.value.lower().replace('_', ' ')}"


def _set(said: list[tuple[str, str, int]]) -> tuple[Text, ...]:
    texts: list[Text] = []
    top = PADDING - 3
    for kind, text, size in said:
        beside = _beside(texts[-1], text, size) if kind == "role" and texts else None
        made = beside or Text(kind, broken(legible(text), size, INNER), size, top)
        top = max(top, made.bottom)
        texts.append(made)
    return tuple(texts)


def _beside(name: Text, text: str, size: int) -> Text | None:
    """The role on the same baseline after the holder or the gap, where there is room for it."""
    left = PADDING + round(width(name.lines[-1], name.size)) + 8
    if name.kind not in ("holder", "missing") or left + width(text, size) > WIDTH - PADDING:
        return None
    return Text("role", (text,), size, name.bottom - round(size * LEADING) - (name.size - size) // 3, left)
