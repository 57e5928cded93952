"""Seeded chance: the same seed and the same thing give the same draws, whatever else was drawn."""

from random import Random


def chance(seed: int, *what: str | int) -> Random:
    """A generator of its own for `what`."""
    return Random("/".join(map(str, (seed, *what))))  # noqa: S311 -- a synthetic county keeps no secret
