"""Pictures of what the API answers, as SVG text. Pure: plain values in, text out."""

from gateway.drawing.chain import drawing_of

__all__ = ["drawing_of"]
