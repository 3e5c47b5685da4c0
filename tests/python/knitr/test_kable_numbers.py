"""R's round() and format(), in Python. What R prints here, R 4.2.2 printed."""

import math

import numpy as np
import pytest

from tunegrid.knitr.base_r.marks import Marks
from tunegrid.knitr.base_r.numbers import Notation, format_number, format_numbers
from tunegrid.knitr.base_r.rounding import round_digits


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [
        (0.15, 1, 0.1),
        (0.25, 1, 0.2),
        (0.35, 1, 0.3),
        (0.45, 1, 0.4),
        (2.5, 0, 2.0),
        (-1.5, 0, -2.0),
        (5.015, 2, 5.02),
        (1450.0, -2, 1400.0),
        (55.55, 1, 55.5),
        (1e300, 7, 1e300),
        (1e-310, 312, 1e-310),
        (5e-324, 400, 5e-324),
        (1e300, -309, 0.0),
    ],
)
def test_rounds_as_r_4_does(number, digits, rounded):
    """The nearer candidate wins, on a tie the even one."""
    assert round_digits(np.array([number]), digits)[0] == rounded


def test_rounding_leaves_what_is_no_number():
    """NaN and infinities stay."""
    rounded = round_digits(np.array([math.nan, math.inf, -math.inf]), 2)
    assert math.isnan(rounded[0])
    assert rounded[1:].tolist() == [math.inf, -math.inf]


def test_rounding_keeps_the_sign_of_nothing():
    """As in R, where 1 / round(-0.2) is -Inf."""
    assert math.copysign(1, round_digits(np.array([-0.2]), 0)[0]) == -1
    assert math.copysign(1, round_digits(np.array([-1e-9]), 7)[0]) == -1


def test_rounding_changes_no_argument():
    """The array that is given is the caller's."""
    numbers = np.array([1.25])
    round_digits(numbers, 1)
    assert numbers[0] == 1.25


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ([], []),
        ([0.0], ["0"]),
        ([-0.0], ["0"]),
        ([1.0, 2.5], ["1.0", "2.5"]),
        ([100000.0], ["1e+05"]),
        ([123456.0], ["123456"]),
        ([100000.0, 123456.0], ["100000", "123456"]),
        ([1e-4], ["1e-04"]),
        ([0.0001, 0.1234], ["0.0001", "0.1234"]),
        ([1e-10, 1.0], ["1e-10", "1e+00"]),
        ([1234567.8], ["1234568"]),
        ([0.1 + 0.2], ["0.3"]),
        ([1e100, 1.0], ["1e+100", "1e+00"]),
        ([99999999.6, 1.5], ["1.0e+08", "1.5e+00"]),
        ([math.nan, math.inf, -math.inf], ["NaN", "Inf", "-Inf"]),
        ([math.nan, 0.5], ["NaN", "0.5"]),
    ],
)
def test_formats_a_column_with_common_decimals(numbers, texts):
    """Seven digits at most, and fixed notation unless it is wider."""
    assert format_numbers(numbers) == texts


def test_na_is_not_nan():
    """A number that is missing, beside one that was computed from nothing."""
    assert format_numbers([math.nan, math.nan], np.array([True, False])) == ["NA", "NaN"]


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (9996.0, 3, "9996"),
        (0.15, 1, "0.1"),
        (math.pi, 15, "3.14159265358979"),
        (0.1, 17, "0.10000000000000001"),
        (0.1, 22, "0.1000000000000000055511"),
    ],
)
def test_digits(number, digits, text):
    """From 16 digits on the machine's own binary value shows."""
    assert format_numbers([number], notation=Notation(digits=digits)) == [text]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (-5.673234746285205e-12, "-5.67323474628520e-12"),
        (5.559166842655205e-09, "5.5591668426552e-09"),
        (3.057955253888205e-11, "3.05795525388820e-11"),
        (-9.577718512825095e-12, "-9.5777185128251e-12"),
    ],
)
def test_digits_are_counted_in_80_bits(number, text):
    """R counts a final zero where its own arithmetic rounded the other way than printf."""
    assert format_numbers([number], notation=Notation(digits=15)) == [text]


def test_fixed_notation_wherever_it_is_not_far_too_wide():
    """`scientific = FALSE` allows 310 characters more, and no number needs that many alone."""
    fixed = Notation(scientific=False)
    assert format_numbers([1e-10, 1.0], notation=fixed) == ["0.0000000001", "1.0000000000"]
    assert format_numbers([1e-300, 1e20], notation=fixed) == ["1e-300", "1e+20"]


def test_scientific_notation_when_asked_for():
    """All with the same number of digits."""
    assert format_numbers([1.5, 20], notation=Notation(scientific=True)) == ["1.5e+00", "2.0e+01"]


def test_width_that_fixed_notation_may_have_more():
    """A whole number is R's scipen."""
    assert format_numbers([1e5], notation=Notation(scientific=1)) == ["100000"]
    assert format_numbers([123456.0], notation=Notation(scientific=-6)) == ["1.23456e+05"]


def test_nsmall_is_for_fixed_notation_alone():
    """At least so many decimals."""
    assert format_numbers([1.0, 2.5], notation=Notation(nsmall=2)) == ["1.00", "2.50"]
    assert format_numbers([1e-10], notation=Notation(nsmall=2)) == ["1e-10"]


@pytest.mark.parametrize(
    ("number", "marks", "text"),
    [
        (1234567.0, Marks(big_mark=","), "1,234,567"),
        (-123456.5, Marks(big_mark=","), "-123,456.5"),
        (123.0, Marks(big_mark=","), "123"),
        (1234567.0, Marks(big_mark="'", big_interval=2), "1'23'45'67"),
        (1234567.0, Marks(big_mark="\\,"), "1,234,567"),
        (0.1234567, Marks(small_mark=" "), "0.12345 67"),
        (0.5, Marks(decimal_mark=","), "0,5"),
        (1234.5, Marks(big_mark=".", decimal_mark=","), "1.234,5"),
    ],
)
def test_marks(number, marks, text):
    """Thousands, groups of decimals and the decimal point."""
    assert format_numbers([number], notation=Notation(marks=marks)) == [text]


def test_a_group_of_decimals_takes_an_exponent_for_a_digit():
    """As R does, whose pattern asks for the end of a word."""
    notation = Notation(digits=10, marks=Marks(small_mark=" ", small_interval=3))
    assert format_numbers([1.234567891e-20], notation=notation) == ["1.234 567 891 e-20"]


def test_zeros_at_the_end_can_be_dropped():
    """Of each number on its own, and exponents of zero too."""
    notation = Notation(marks=Marks(drop0trailing=True))
    assert format_numbers([1.0, 2.5], notation=notation) == ["1", "2.5"]
    assert format_numbers([1e10, 1.0, 1.5e-5], notation=notation) == ["1.0e+10", "1.0", "1.5e-05"]


def test_a_single_number_has_fifteen_digits():
    """As `as.character()` gives it."""
    assert format_number(0.1 + 0.2) == "0.3"
    assert format_number(1 / 3) == "0.333333333333333"
    assert format_number(100000.0) == "1e+05"
