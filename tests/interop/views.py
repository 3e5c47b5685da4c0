"""How a page is looked at: on a telephone, on a screen, and in the dark."""

import contextlib

VIEWS = [(390, "light"), (1280, "light"), (1280, "dark")]


@contextlib.contextmanager
def opened(browser, file, width, scheme):
    """Open a page; `said` and `asked` have what the browser said and asked for meanwhile."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    page.close()


def serious(page):
    """Give the rules of axe-core's that a page breaks gravely, with everything unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]
