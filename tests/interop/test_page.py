"""A study's page in a real browser: it works, it fetches nothing, and everybody can read it."""

from pathlib import Path

import pytest
from views import VIEWS, opened, serious

from tunegrid import render_report

pytestmark = pytest.mark.browser

KEPT = Path(__file__).parents[2] / "reports" / "results" / "kh2021"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The report of kh2021, out of what the project keeps."""
    target = tmp_path_factory.mktemp("page") / "kh2021.html"
    return render_report("kh2021", directory=KEPT, output=target)


@pytest.fixture(params=VIEWS, ids=str)
def page(browser, file, request):
    """The page, with what the browser said and asked for meanwhile."""
    with opened(browser, file, *request.param) as page:
        yield page


def test_the_browser_has_nothing_to_complain_of(page):
    assert page.said == []


def test_nothing_is_fetched(page, file):
    assert {url for url in page.asked if not url.startswith("data:")} == {file.as_uri()}


def test_every_picture_is_whole(page):
    broken = "[...document.images].filter(one => !one.complete || one.naturalWidth === 0).length"
    assert page.evaluate("document.images.length") > 0
    assert page.evaluate(broken) == 0


def test_the_page_is_never_wider_than_the_window(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_has_the_name_of_its_study(page):
    assert page.title() == "Convolution Neural Network on fashion_mnist, run again"


def test_axe_finds_nothing_serious(page):
    assert serious(page) == []


def test_a_table_is_sorted_by_its_head(page):
    table = page.locator("table.grid.dataTable:visible").first
    table.locator("th", has_text="published_accuracy").click()
    values = table.locator("tbody tr td:nth-child(6)").all_inner_texts()
    assert values == sorted(values)
    assert len(values) > 7


def test_a_table_is_searched(page):
    first = page.locator(".dataTables_wrapper:visible").first
    before = first.locator("tbody tr").count()
    first.locator("input").fill("0.8850")
    assert 0 < first.locator("tbody tr").count() < before


def test_without_scripts_the_tables_are_there(browser, file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("table.grid").count() > 8
    assert page.get_by_text("0.9105").first.is_visible()
    context.close()


def test_details_open_and_name_the_runs(page):
    details = page.locator("details", has_text="The runs behind one-layer").first
    details.locator("summary").click()
    assert details.get_by_text("key", exact=True).first.is_visible()
