"""SIRETs at the edges of their rule (imports.md §3): a lost zero, La Poste, and what neither saves."""

from datetime import date

import pytest

from importers import values
from importers.cells import Bad


def read(text):
    context = values.Context(date(2013, 11, 4))
    try:
        return values.siret(text, context), [code for code, _ in context.warnings]
    except Bad as refusal:
        return refusal.code


def with_key(body):
    """The body and the digit that makes Luhn's sum a multiple of ten."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)


@pytest.mark.parametrize("body", ["0900000190001"])
def test_a_lost_zero_is_put_back_and_told(body):
    whole = with_key(body)
    assert whole[0] == "0"
    assert read(whole) == (whole, [])
    assert read(whole[1:]) == (whole, ["lost-leading-zero"])


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        ("35600000012341", True),
        ("35600000012342", False),
        ("35600000099995", True),
        ("35600000099994", False),
    ],
)
def test_la_poste_passes_by_the_sum_of_its_digits_or_by_luhn(digits, kept):
    luhn = with_key(digits[:-1]) == digits
    assert (sum(map(int, digits)) % 5 == 0 or luhn) is kept
    assert read(digits) == ((digits, []) if kept else "bad-siret")


def test_a_sum_that_suits_la_poste_saves_nobody_else():
    other = "90000001900011"
    assert sum(map(int, other)) % 5 == 1 and read(other) == "bad-siret"
    assert sum(map(int, "90000001900005")) % 5 == 4
    assert read("90000001900006") == "bad-siret"  # 25: a multiple of 5


def test_la_poste_too_has_14_digits():
    assert read("3560000001234") == "bad-siret"
    assert read("356000000123410") == "bad-siret"
