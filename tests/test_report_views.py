"""A report as text, Markdown and HTML: well-formed, inert whatever the data say, readable, and complete."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import List
from xml.etree import ElementTree

import pytest
from report_cases import CASES, HOSTILE, HOUR, NOW, made, record, used, weeks
from report_cases import report as case

from ccmon import text
from ccmon.learning.score import Bin, Reliability
from ccmon.text import Charset
from ccmon.views.report import html as report_html
from ccmon.views.report import svg, words
from ccmon.views.report import text as report_text

pytestmark = pytest.mark.newest_only

VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """The elements of a page, and whether each was closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: List[str] = []
        self.tags: List[str] = []
        self.attributes: List[tuple] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        self.text += data if self.open[-1:] != ["style"] else ""

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


def page(name: str) -> str:
    return report_html.page(case(name), "1.2.3")


def pictures(source: str) -> List[ElementTree.Element]:
    """The outermost SVG elements of a page, read as XML."""
    parts, depth, begin, found = re.finditer(r"<(/?)svg\b", source), 0, 0, []
    for part in parts:
        begin = begin if depth else part.start()
        depth += -1 if part[1] else 1
        if not depth:
            found.append(ElementTree.fromstring(source[begin:part.end() + 1]))
    return found


# --- forecasts --------------------------------------------------------------------------------------------------------

SAID = Reliability((Bin(0.0, 0.5, 0.04, 0.03, 1420, 131), Bin(0.5, 1.0, 0.71, 0.98, 41, 9)), 1461, 138, 0.47, 0.93)


def test_every_form_shows_how_often_what_was_said_happened():
    report = case("week")
    shown, source = Page(report_html.page(report, "1", SAID)), report_html.page(report, "1", SAID)
    assert shown.open == [] and 'x="71.00%"' in source and 'width="98.00%"' in source
    marks = report_text.markdown(report, SAID)
    rows = [text.plain(line) for line in report_text.lines(report, 80, Charset(False, False), SAID)]
    assert "| 71 % | 98 % | 41 | 9 | too low |" in marks and any(row.split()[:4] == ["71", "%", "98", "%"] for row in rows)
    for whole in (shown.text, marks, "\n".join(rows)):
        assert "said and happened" in whole and "too low" in whole and "47 % ran out before the median" in " ".join(whole.split())
    assert "said and happened" not in report_html.page(report, "1")


# --- HTML -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", CASES)
def test_the_page_is_well_formed_and_its_pictures_are_xml(name):
    found = Page(page(name))
    assert found.open == []
    assert all(tag not in found.tags for tag in ("script", "img", "iframe", "object", "form"))
    assert len(found.values("id")) == len(set(found.values("id")))
    named = {label for value in found.values("aria-labelledby") for label in value.split()}
    assert named <= set(found.values("id"))
    for picture in pictures(page(name)):
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"
        if picture.get("role") == "img":
            assert [child.tag.split("}")[1] for child in picture][:2] == ["title", "desc"] and all(c.text for c in picture[:2])
        else:
            assert picture.get("aria-hidden") == "true"


@pytest.mark.parametrize("name", CASES)
def test_the_page_asks_for_nothing_and_runs_nothing(name):
    found = Page(page(name))
    assert {attribute for _, attribute, _ in found.attributes if attribute.startswith("on")} == set()
    assert [value for _, attribute, value in found.attributes if attribute in ("href", "src")] == ["data:,"]
    assert "url(" not in page(name) and "@import" not in page(name)
    style = [value for _, attribute, value in found.attributes if attribute == "style"]
    assert all(re.fullmatch(r"background:var\(--h\d\)", value) for value in style)


def test_hostile_names_are_shown_as_they_are():
    shown = Page(page("hostile")).text
    assert "a|b<script>alert(1)</script>" in shown and "模型" in shown and "[31mred" in shown
    assert "\x1b" not in page("hostile") and "\u202e" not in page("hostile")


@pytest.mark.parametrize("kind, back, days", [("week", 0, 7), ("week", 1, 7), ("month", 0, 30), ("month", 1, 31)])
def test_the_pictures_show_the_period(kind, back, days):
    report = made(weeks(12), kind, back)
    bars = re.findall(r'<rect [^>]*class="bar \w+"', svg.days(report))
    assert len(bars) == sum(1 for day in report.days if day.sessions)
    assert svg.days(report).count("<text") >= days
    assert svg.sessions(report).count('class="area') == len(report.rises)
    assert svg.hours(report).count('class="cell') == 7 * 24


@pytest.mark.parametrize("tokens, limit, signs", [(100, 200, []), (160, 200, ["warn"]), (200, 200, ["danger"])])
def test_what_came_near_its_limit_has_a_sign_and_words(tokens, limit, signs):
    report = made([record(NOW - 2 * HOUR, tokens, limit=limit)])
    marked = re.findall(r'class="mark (\w+)"', svg.sessions(report))
    assert marked == signs and re.findall(r'class="mark (\w+)"', svg.days(report)) == signs
    shown = Page(report_html.page(report, "1")).text
    assert ("a session passed 80 % of its limit" in shown) is (signs == ["warn"])
    assert ("the limit was reached" in shown) is (signs == ["danger"])


def test_a_limit_far_above_is_told_and_not_drawn():
    far, near = svg.sessions(case("far limit")), svg.sessions(made([record(NOW - 2 * HOUR, 30_000)]))
    assert "limit 140,000, above this picture" in far and 'class="limit"' not in far
    assert "limit 35,000<" in near and 'class="limit"' in near


def test_pictures_stay_inside():
    for report in map(case, CASES):
        if report.total.sessions:
            drawn = svg.days(report) + svg.sessions(report) + svg.hours(report)
            assert all(-0.001 <= float(share) <= 100.001 for share in re.findall(r'(?:x|x1|x2|width)="(-?[\d.]+)%"', drawn))
            assert all(float(height) >= 0 for height in re.findall(r'height="(-?[\d.]+)"', drawn))
            assert "nan" not in drawn and "inf" not in drawn


def _luminance(colour: str) -> float:
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [report_html.LIGHT, report_html.DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(colours):
    for front in ("text", "muted", "accent", "warn", "danger"):
        for back in ("card", "back"):
            light, dark = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back)


# --- text ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [1, 40, 60, 80, 200])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(name, width, unicode):
    lines = report_text.lines(case(name), width, Charset(unicode, False))
    assert max(map(text.line_width, lines)) <= max(width, report_text.LEAST)
    shown = "\n".join(map(text.plain, lines))
    assert unicode or name == "hostile" or shown.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", shown)


@pytest.mark.parametrize("name", CASES)
def test_every_form_has_the_figures_and_the_sentences(name):
    report = case(name)
    lines = " ".join(" ".join(map(text.plain, report_text.lines(report, 80, Charset()))).split())
    markdown, html = report_text.markdown(report).replace("\\", ""), Page(page(name)).text
    for form in (lines, unescape(markdown), html):
        if report.is_empty:
            assert words.nothing(report).split(".")[0] in form
            continue
        assert all(sentence in form.replace(" • ", " ") for sentence in report.insights)
        for figure in words.figures(report):
            assert figure.name in form and figure.now in form


def test_the_text_of_a_week():
    report = made([record(NOW - 8 * HOUR, 17_500), record(NOW - 3 * HOUR, 35_000)])
    lines = list(map(text.plain, report_text.lines(report, 80, Charset(False, False))))
    assert lines[0].split() == "Week 48, 24 to 30 November 2025 so far, Mon 24 Nov 17:00 Europe/Warsaw".split()
    assert [line.split() for line in lines[3:8]] == [["tokens", "52,500"], ["cost", "$10.50"], ["sessions", "2"],
                                                     ["80", "%", "passed", "1"], ["limit", "reached", "1"]]
    assert next(line for line in lines if "Mon 24 Nov #" in line).split("#")[-1].split() == [
        "52k", "2", "sessions", "$10.50", "100", "%", "!"]
    assert " rated by      sessions  80 % passed  reached  above it" in lines
    assert " max5, 35,000         2            1        1         0" in lines


@pytest.mark.parametrize("now, before, said", [
    (110, 100, "+10 %"), (90, 100, "-10 %"), (100, 100, "+0 %"), (99.9, 100, "+0 %"), (200, 100, "2.0 times"), (1, 0, ""),
    (None, 1, ""), (1, None, ""), (10**9, 1, "99999.0 times")])
def test_a_change_in_words(now, before, said):
    assert words.change(now, before) == said


def test_models_of_no_weight_are_joined():
    records = [record(NOW - (n + 1) * HOUR, 10**6 >> (2 * n), models=(f"claude-m{n}",), last=None) for n in range(7)]
    rows = [used(NOW - HOUR, one.block.tokens, one.block.models[0]) for one in records]
    groups = words.model_groups(made(records, rows=rows))
    assert [group.key for group in groups] == ["claude-m0", "claude-m1", "claude-m2", "claude-m3", "3 others"]
    assert sum(group.tokens for group in groups) == sum(one.block.tokens for one in records)


@pytest.mark.parametrize("back, now, said", [
    (0, NOW, "Week 48, 24 to 30 November 2025"), (0, NOW + 7 * 86_400, "Week 49, 1 to 7 December 2025"),
    (4, NOW, "Week 44, 27 October to 2 November 2025"), (0, NOW + 38 * 86_400, "Week 1, 29 December 2025 to 4 January 2026")])
def test_the_heading_of_a_week(back, now, said):
    assert words.heading(made([], back=back, now=now)) == said


# --- Markdown ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", CASES)
def test_markdown_tables_have_the_same_columns_in_every_row(name):
    rows = 0
    for table in re.findall(r"(?:^\|.*\n?)+", report_text.markdown(case(name)), re.M):
        columns = [len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert len(set(columns)) == 1
        rows += len(columns)
    assert rows > 2 or name == "nothing"


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_data_is_no_markup(name):
    cell = report_text.escaped(name)
    assert not re.search(r"[<>]|(?<!\\)[`*_\[\]|~$]|(?<![\\&])#|(?<!\\)://|@|www\.", cell)
    assert unescape(re.sub(r"\\(?=[^a-z0-9\s])", "", cell)) == text.printable(name)


def test_pictures_are_fenced_and_the_fences_closed():
    for report in map(case, CASES):
        fences = len(re.findall(r"^```", report_text.markdown(report), re.M))
        assert fences == (0 if report.is_empty else 2 + 2 * bool(report.rises) + 2 * bool(report.weeks))


def test_the_weekly_limit_is_drawn_where_anything_was_read_in_the_period():
    reports = {name: (report_html.page(case(name), "0"), report_text.markdown(case(name)),
                      "\n".join(map(text.plain, report_text.lines(case(name), 80, Charset())))) for name in CASES}
    has = [name for name, forms in reports.items() if all("Weekly limit" in form for form in forms)]
    assert has == ["weekly limit", "weekly limits", "unknown start"]
    assert not any("Weekly limit" in form for name in reports.keys() - has for form in reports[name])
    assert [len(case(name).weeks) for name in has] == [1, 4, 1]
    assert all("The week until Thu 27 Nov 17:00: 5" in form for form in reports["weekly limit"])
    page = ElementTree.fromstring(re.search(r"<svg[^>]*aria-labelledby=\"weeks-t.*?</svg></svg>", reports["weekly limits"][0],
                                            re.DOTALL)[0].replace("</svg></svg>", "</svg></svg>"))
    kinds = [shape.get("class") for shape in page.iter() if shape.tag.endswith("path")]
    assert kinds == ["area danger", "limit"] * 4
