"""A synthetic county around the campaign of the speech, from a seed, at any scale, as an exchange bundle."""

from services.integration.county.generation import SOURCE, Generated, Progress, generate

__all__ = ["SOURCE", "Generated", "Progress", "generate"]
