"""The HTML report in a real browser: nothing in the console, no request, nothing beside the page, on a phone and on paper.

The pictures that were taken are left in pytest's temporary folder: to see them, run with --basetemp=FOLDER.
"""

from pathlib import Path
from typing import Dict, Iterator

import pytest
from browser import Browser, program
from report_cases import CASES
from report_cases import report as case

from ccmon.views.report import html

pytestmark = [pytest.mark.newest_only,
              pytest.mark.skipif(program() is None, reason="there is no Chromium"), pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Dict[str, Path]:
    """The pages as files."""
    folder = tmp_path_factory.mktemp("reports")
    return {name: _written(folder / f"{name}.html", html.page(report, "1.2.3")) for name, report in zip(CASES, map(case, CASES))}


def _written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_quiet_alone_and_fits(browser, shown, name, width):
    browser.show(shown[name], width, "light" if width == 360 else "dark")
    assert browser.requests() == [shown[name].as_uri()]
    assert browser.complaints() == []
    assert browser.ask("document.documentElement.scrollWidth") <= width
    browser.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.ask("document.documentElement.scrollWidth") <= width
    browser.screenshot(shown[name].with_name(f"{name}-{width}.png"))


@pytest.mark.parametrize("name", ["week before", "month before", "machines"])
@pytest.mark.parametrize("width", [360, 1200])
def test_no_label_covers_another_or_leaves_the_page(browser, shown, name, width):
    browser.show(shown[name], width)
    boxes = browser.ask("""[...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length).map(t => {
        const box = t.getBoundingClientRect(), whole = t.closest('section').getBoundingClientRect();
        return [t.textContent, box.left, box.top, box.right, box.bottom, box.left >= whole.left && box.right <= whole.right]})""")
    assert len(boxes) > 30 and [box[0] for box in boxes if not box[5]] == []
    axis = [box for box in boxes if not box[0].startswith("limit")]
    crossing = [(one[0], other[0]) for at, one in enumerate(axis) for other in axis[:at]
                if one[1] < other[3] - 0.5 and other[1] < one[3] - 0.5 and one[2] < other[4] - 0.5 and other[2] < one[4] - 0.5]
    assert crossing == []


@pytest.mark.parametrize("scheme, dark", [("light", False), ("dark", True)])
def test_it_is_light_or_dark_as_the_system_is(browser, shown, scheme, dark):
    browser.show(shown["week"], 800, scheme)
    red = browser.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(red) < 64) is dark


def test_on_paper_it_is_light_and_without_what_can_only_be_clicked(browser, shown):
    browser.show(shown["week before"], 800, "dark", "print")
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.ask("[...document.querySelectorAll('details')].filter(d => d.offsetHeight).length") == 0
    path = shown["week before"].with_suffix(".pdf")
    browser.pdf(path)
    assert path.read_bytes().startswith(b"%PDF-") and path.read_bytes().count(b"/Type /Page\n") <= 4


def test_the_browser_would_have_complained(browser, tmp_path):
    page = _written(tmp_path / "bad.html", html.page(case("one"), "<b>").replace("</main>", (
        '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script><p style="width:2000px">wide</p></main>')))
    browser.show(page, 360)
    assert browser.complaints() and browser.ask("document.documentElement.scrollWidth") > 360
