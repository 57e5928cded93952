"""How wide text comes out, and where a line of it breaks, without asking a font.

Widths are estimates on the wide side in units of the font size: an ideograph takes one, a Latin letter about half.
"""

import re
from unicodedata import category, combining, east_asian_width

_WIDE = {"W", "F", "A"}
_NARROW = frozenset("ilj.,:;'|!()[]{} ")
_BROAD = frozenset("mwMW@%")

# What may stand alone on a line: a Latin word or one ideograph, with the punctuation that must not part from it.
_PIECE = re.compile(r"\s+|[（《〔“【]*(?:[!-~]+|\S)[，。；：、）》〕”】！？…]*\s*")


def width(text: str, size: float) -> float:
    """The width of `text` at font size `size`, in the unit of `size`."""
    return size * sum(map(_em, text))


def _em(letter: str) -> float:
    if combining(letter):
        return 0.0
    if east_asian_width(letter) in _WIDE:
        return 1.0
    if letter in _NARROW:
        return 0.36
    if letter in _BROAD:
        return 0.95
    return 0.72 if letter.isupper() else 0.6


def broken(text: str, size: float, limit: float) -> tuple[str, ...]:
    """`text` in lines no wider than `limit`; put together they are `text` again. A wider word is cut."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if width(lines[-1] + piece.rstrip(), size) <= limit:
            lines[-1] += piece
            continue
        if lines[-1]:
            lines.append("")
        for letter in piece:
            if lines[-1] and not letter.isspace() and width(lines[-1] + letter, size) > limit:
                lines.append("")
            lines[-1] += letter
    return tuple(lines)


def legible(text: str) -> str:
    """`text` with a space for each break in it, and U+FFFD for what no XML can hold."""
    return "".join(map(_legible, text))


def _legible(letter: str) -> str:
    if letter.isspace():
        return " "
    return "�" if category(letter) in ("Cc", "Cs") or letter in "\ufffe\uffff" else letter
