"""The unified social credit code (GB 32100)."""

from types import MappingProxyType

_CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = MappingProxyType({character: value for value, character in enumerate(_CREDIT_CODE_ALPHABET)})
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def credit_code_check_character(body: str) -> str:
    """The 18th character of a unified social credit code (GB 32100) for its first 17.

    Raises ValueError where `body` is not 17 characters of the code's alphabet, which has no I, O, S, V or Z.
    """
    if len(body) != 17 or not all(character in _VALUES for character in body):
        raise ValueError(f"{body!r} is not 17 characters of {_CREDIT_CODE_ALPHABET}")
    total = sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, body, strict=True))
    return _CREDIT_CODE_ALPHABET[(31 - total % 31) % 31]


def credit_code_is_valid(code: str) -> bool:
    """Whether `code` is a unified social credit code: 18 characters of the alphabet, the last of them right."""
    if len(code) != 18 or not all(character in _VALUES for character in code):
        return False
    return credit_code_check_character(code[:17]) == code[17]
