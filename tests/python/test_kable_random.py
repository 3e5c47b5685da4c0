"""Random frames through Python's kable and through the real one, compared as bytes."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kable_cases import cases
from knitr import Knitr

from tunegrid import SpecError
from tunegrid.kable import kable

pytestmark = pytest.mark.needs_r


@pytest.fixture(scope="module")
def knitr():
    """A real R with knitr."""
    try:
        real = Knitr()
    except (OSError, ValueError) as error:
        pytest.skip(f"R with knitr: {error}")
    yield real
    real.close()


@pytest.mark.parametrize("frames", [2000, pytest.param(50_000, marks=pytest.mark.long)])
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
            expected = refused
        try:
            ours = kable(case.frame, knitr_version=knitr.version, **case.options)
        except SpecError as refused:
            ours = refused
        assert ours == expected or (
            isinstance(ours, SpecError) and isinstance(expected, ValueError)
        ), case.expression

    compare()
