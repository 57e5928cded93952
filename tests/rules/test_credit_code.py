"""Unified social credit codes, GB 32100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.organization.rules import credit_code_check_character, credit_code_is_valid

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.text(ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize("code", ["91110000600037341L", "91110000802100433B"])
def test_published_examples(code: str) -> None:
    assert credit_code_is_valid(code)


@pytest.mark.parametrize("front", ["A1", "N2", "Y1", "G1"])
def test_letters_are_allowed_in_front(front: str) -> None:
    body = f"{front}990121MA0000001"
    assert credit_code_is_valid(body + credit_code_check_character(body))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "9111000060003734",
        "91110000600037341LL",
        "91110000600037341l",
        "9111000060003734IL",
        " 91110000600037341L",
        "９１110000600037341L",
    ],
)
def test_what_is_no_code(code: str) -> None:
    assert not credit_code_is_valid(code)


def test_a_body_of_other_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="17 characters"):
        credit_code_check_character("911100006000373O1")


@given(BODIES)
def test_exactly_one_check_character_fits(body: str) -> None:
    assert [last for last in ALPHABET if credit_code_is_valid(body + last)] == [credit_code_check_character(body)]


@given(BODIES, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(body: str, place: int, other: str) -> None:
    code = body + credit_code_check_character(body)
    wrong = code[:place] + other + code[place + 1 :]
    assert credit_code_is_valid(wrong) == (wrong == code)
