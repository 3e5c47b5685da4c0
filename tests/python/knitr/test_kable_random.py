"""Random frames through Python's kable and through the real one, compared as bytes."""

import math
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kable_cases import cases, rough_numbers
from live_knitr import Knitr, r_double, r_vector

from tunegrid import SpecError
from tunegrid.knitr import kable
from tunegrid.knitr.base_r.numbers import Notation, format_numbers
from tunegrid.knitr.base_r.rounding import round_digits

pytestmark = pytest.mark.needs_r


@pytest.fixture(scope="module")
def knitr():
    """A real R with knitr."""
    try:
        real = Knitr()
    except (OSError, ValueError) as error:
        pytest.skip(f"no R with knitr here: {error}")
    yield real
    real.close()


@pytest.mark.parametrize("frames", [800, pytest.param(50_000, marks=pytest.mark.long)])
def test_python_prints_what_knitr_prints(knitr, frames):
    """Byte for byte, whatever the frame and the options."""
    version = tuple(int(part) for part in knitr.version.split(".")[:2])

    @settings(max_examples=frames, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def compare(data):
        case = data.draw(cases(version))
        try:
            expected = knitr.evaluate(case.expression)
        except ValueError as refused:
            # R's prettyNum() cannot set more than 255 marks into one number
            assume("Invalid contents of {}" not in str(refused))
            expected = refused
        try:
            ours = kable(case.frame, knitr_version=knitr.version, **case.options)
        except SpecError as refused:
            ours = refused
        assert ours == expected or (
            isinstance(ours, SpecError) and isinstance(expected, ValueError)
        ), case.expression

    compare()


@pytest.mark.parametrize("digits", [-3, 0, 1, 2, 5, 7, 10, 15, 22, 300, 320])
def test_numbers_round_as_in_r(knitr, digits):
    """To the last bit, ties and all."""
    chance = random.Random(digits)
    numbers = [number for number in rough_numbers(chance, 3000) if math.isfinite(number)]
    vector = r_vector([r_double(number) for number in numbers], "numeric")
    expected = knitr.evaluate(f'sprintf("%a", round({vector}, {digits}))').split()
    ours = round_digits(np.array(numbers), digits).tolist()
    assert ours == [float.fromhex(number) for number in expected]


@pytest.mark.parametrize("digits", [*range(1, 18), 22])
def test_numbers_format_as_in_r(knitr, digits):
    """Each on its own, to any number of digits that R allows."""
    numbers = rough_numbers(random.Random(digits), 2000)
    vector = r_vector([r_double(number) for number in numbers], "numeric")
    expected = knitr.evaluate(f"vapply({vector}, format, '', digits = {digits})").split("\n")
    notation = Notation(digits=digits)
    assert [format_numbers([number], notation=notation)[0] for number in numbers] == expected
