"""The README's pictures: current, complete, in the colours of their theme, and readable by those who cannot see them."""

import os
import re
from xml.etree import ElementTree

import pytest
import svg
from commands import ROOT
from test_themes import GROUNDS, contrast

from ccmon.settings.themes import THEMES, Style, hexadecimal

pytestmark = pytest.mark.newest_only

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", svg.PICTURES)
def test_the_committed_pictures_are_what_the_golden_screens_show(name):
    path, drawn_now = ROOT / "man" / name, svg.svg(svg.PICTURES[name])
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn_now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == drawn_now, "run: python tests/svg.py"


def test_no_picture_is_left_over_and_the_readme_shows_them_all():
    assert sorted(path.name for path in (ROOT / "man").glob("*.svg")) == sorted(svg.PICTURES)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"man/([\w-]+\.svg)", readme)) == set(svg.PICTURES)
    assert set(re.findall(r'<img [^>]*alt="([^"]+)"', readme)) == {picture.title for picture in svg.PICTURES.values()}


@pytest.mark.parametrize("name", svg.PICTURES)
def test_every_word_of_the_screen_is_text_in_the_picture(name):
    picture = svg.PICTURES[name]
    root = ElementTree.fromstring(svg.svg(picture))
    assert root.find(f"{SPACE}title").text == picture.title
    said = "".join("".join(root.itertext()).split())
    rows = (svg.GOLDEN / f"{picture.golden}.txt").read_text(encoding="utf-8").splitlines()
    words = "".join(char for row in rows for char in row if not char.isspace() and svg._kind(char) == "text")
    assert "".join(picture.title.split()) + words == said


@pytest.mark.parametrize("name", svg.PICTURES)
def test_the_colours_are_those_of_the_theme(name):
    picture = svg.PICTURES[name]
    theme = {hexadecimal(style.fg) for style in THEMES[picture.theme].values() if style.fg is not None}
    ground = svg.GROUNDS[picture.theme]
    used = set(re.findall(r'fill="(#\w+)"', svg.svg(picture)))
    assert used - theme == {ground.back, ground.fore} and len(used & theme) > 3
    assert ground.back in GROUNDS[picture.theme][0] and contrast(ground.back, ground.fore) > 7


@pytest.mark.parametrize("name", svg.PICTURES)
def test_nothing_is_drawn_outside_and_nothing_is_loaded(name):
    shown = svg.svg(svg.PICTURES[name])
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', shown).groups())
    for x, y in re.findall(r"M([\d.]+) ([\d.]+)h", shown):
        assert svg.EDGE <= float(x) <= width - svg.EDGE and svg.EDGE <= float(y) <= height - svg.EDGE
    for element in ElementTree.fromstring(shown).iter(f"{SPACE}text"):
        end = int(element.get("x")) + int(element.get("textLength", svg.CELL))
        assert svg.EDGE <= end <= width - svg.EDGE
    assert "href" not in shown and "script" not in shown and "url(" not in shown


def drawn(text, letters, theme="dark"):
    return list(svg._row(0, list(svg.cells(text, letters)), theme))


@pytest.mark.parametrize("text, letters, expected", [
    ("ab  c", "tt  t", ['<text x="16" y="15" textLength="18">ab</text>', '<text x="52" y="15">c</text>']),
    ("a<b", "ttt", ['<text x="16" y="15" textLength="27">a&lt;b</text>']),
    ("██", "oo", ['<path d="M16 0h18v20h-18z" fill="#5fd7d7"/>']),
    ("█▌", "oo", ['<path d="M16 0h9v20h-9zM25 0h4.5v20h-4.5z" fill="#5fd7d7"/>']),
    ("▄", "t", ['<path d="M16 10h9v10h-9z"/>']),
    ("▒", "t", ['<path d="M16 0h9v20h-9z" fill-opacity="0.55"/>']),
    ("⡀", "t", ['<path d="M17 16.2h2.6v2.6h-2.6z"/>']),
    ("🎯 x", "TT v", ['<text x="16" y="15" fill="#5fd7d7" font-weight="700">🎯</text>',
                     '<text x="43" y="15" font-weight="700">x</text>']),
    ("  ", "  ", []),
])
def test_how_cells_are_drawn(text, letters, expected):
    assert drawn(text, letters) == expected


def test_a_style_without_a_colour_takes_the_ink():
    assert svg._colour(Style(bold=True)) == "" and svg._colour(Style(fg=231)) == ' fill="#ffffff"'
