"""The page of a run's model in a real browser."""

from pathlib import Path

import pytest
from views import VIEWS, opened, serious

from tunegrid import import_results, show_model

pytestmark = pytest.mark.browser

KEPT = Path(__file__).parents[2] / "reports" / "results" / "kh2021"


@pytest.fixture(scope="module")
def file(tmp_path_factory, fashion_mnist):
    """The page of a run that the project keeps."""
    folder = tmp_path_factory.mktemp("run")
    import_results(KEPT, store=folder / "store")
    show_model("0b669140", output=folder / "run.html", store=folder / "store")
    return folder / "run.html"


@pytest.fixture(params=VIEWS, ids=str)
def page(browser, file, request):
    """The page, with what the browser said and asked for meanwhile."""
    with opened(browser, file, *request.param) as page:
        yield page


def test_it_is_quiet_and_fetches_nothing(page, file):
    assert page.said == []
    assert {url for url in page.asked if not url.startswith("data:")} == {file.as_uri()}


def test_its_pictures_are_whole_and_it_fits(page):
    broken = "[...document.images].filter(one => !one.complete || one.naturalWidth === 0).length"
    assert page.evaluate("document.images.length") == 25
    assert page.evaluate(broken) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_everybody_can_read_it(page):
    assert serious(page) == []
