"""Edits of INI texts: what stands where afterwards, and that configparser reads the new value and every old one."""

import configparser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccmon.settings import config
from ccmon.settings.config_file import with_value, without, without_section

MINE = "# mine\n[ccmon]\n; the plan\nplan = max5\n\n# the zone\ntimezone: local\n\n[plans]\nteam=60,000\n"


def line_of(content, section, key):
    """The number of the line that has the value, from 1."""
    return next((entry.first + 1 for entry in config.ini_contents(content).entries
                 if (entry.section, entry.key) == (section, key.lower())), None)


def read(content):
    """What configparser finds: (section, key) -> value."""
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    parser.read_string(content.lstrip("\ufeff"))
    return {(name, key): value for name in parser.sections() for key, value in parser.items(name)}


@pytest.mark.parametrize("content, section, key, value, after", [
    ("", "ccmon", "plan", "pro", "[ccmon]\nplan = pro\n"),
    ("\ufeff", "ccmon", "plan", "pro", "\ufeff[ccmon]\nplan = pro\n"),
    ("# only words", "ccmon", "plan", "pro", "# only words\n\n[ccmon]\nplan = pro\n"),
    ("[ccmon]", "ccmon", "plan", "pro", "[ccmon]\nplan = pro\n"),
    ("[ccmon]\nplan = max5", "ccmon", "plan", "pro", "[ccmon]\nplan = pro\n"),
    ("[ccmon]\nplan = max5", "ccmon", "theme", "mono", "[ccmon]\nplan = max5\ntheme = mono\n"),
    ("[ccmon]\nplan =\n", "ccmon", "plan", "pro", "[ccmon]\nplan = pro\n"),
    ("[ccmon]\nlimit =\n", "ccmon", "plan", "pro", "[ccmon]\nlimit =\nplan = pro\n"),
    ("[ccmon]\nPLAN:max5\n", "ccmon", "plan", "pro", "[ccmon]\nPLAN:pro\n"),
    ("[ccmon]\r\nplan = max5\r\n", "ccmon", "theme", "mono", "[ccmon]\r\nplan = max5\r\ntheme = mono\r\n"),
    ("[ccmon]\n  plan=max5\n", "ccmon", "theme", "mono", "[ccmon]\n  plan=max5\n  theme=mono\n"),
    ("[ccmon]\nplan = max5\n  and more\n\n  # not this\n  and this\ntheme = dark\n", "ccmon", "plan", "pro",
     "[ccmon]\nplan = pro\ntheme = dark\n"),
    (MINE, "ccmon", "theme", "mono", MINE.replace("local\n", "local\ntheme: mono\n")),
    (MINE, "plans", "team", "7", MINE.replace("60,000", "7")),
    (MINE, "plans", "Team", "7", MINE.replace("60,000", "7")),
    (MINE, "prices", "claude-x", "1,2,3,4,5", MINE + "\n[prices]\nclaude-x = 1,2,3,4,5\n"),
    ("[prices]\na: 1,2\n", "prices", "b", "3", "[prices]\na: 1,2\nb: 3\n"),
])
def test_a_value_is_set_and_nothing_else_changes(content, section, key, value, after):
    assert with_value(content, section, key, value) == after
    assert read(after)[section, key.lower()] == value


@pytest.mark.parametrize("content, key, after", [
    ("[prices]\na:b = 1\n", "a:b", "[prices]\na:b = 9\n"), ("[prices]\nA:B:1\n", "a:b", "[prices]\nA:B:9\n"),
    ("[prices]\nx: 1\n", "a:b", "[prices]\nx: 1\na:b: 9\n"), ("[prices]\na = 1\n", "a:b", "[prices]\na = 1\na:b = 9\n"),
    ("[ccmon]\na:b = 1\n", "a:b", "[ccmon]\na:b = 1\n\n[prices]\na:b = 9\n")])
def test_names_under_prices_may_have_colons(content, key, after):
    assert with_value(content, "prices", key, "9") == after
    found = config.sections_of(after, "x", ("ccmon", "prices"))["prices"]
    assert found[key].text == "9" and found[key].where == f"x, line {line_of(after, 'prices', key)}"
    left = config.sections_of(without(after, "prices", key), "x", ("ccmon", "prices"))
    assert key not in left.get("prices", {}) and len(left.get("prices", {})) == len(found) - 1


@pytest.mark.parametrize("content, section, key, after", [
    (MINE, "ccmon", "plan", MINE.replace("plan = max5\n", "")), (MINE, "plans", "team", MINE.replace("team=60,000\n", "")),
    (MINE, "plans", "plan", None), (MINE, "ccmon", "theme", None), ("", "ccmon", "plan", None),
    ("[ccmon]\nPlan: a\n b\n\n# c\ntheme = x", "ccmon", "plan", "[ccmon]\n\n# c\ntheme = x"),
])
def test_a_value_is_taken_out(content, section, key, after):
    assert without(content, section, key) == after


@pytest.mark.parametrize("content, section, after", [
    ("[plans]\n", "plans", ""), ("\ufeff[plans]\r\n\r\n", "plans", "\ufeff"), ("[ccmon]\nplan = x\n\n[plans]\n", "plans",
                                                                             "[ccmon]\nplan = x\n"),
    ("[plans]\n\n[ccmon]\nplan = x\n", "plans", "[ccmon]\nplan = x\n"),
    ("[ccmon]\n\n\n[plans]\n  \n[prices]\nx = 1\n", "plans", "[ccmon]\n\n\n[prices]\nx = 1\n"),
    ("[plans]\n\n# of\n; ccmon\n[ccmon]\n", "plans", "# of\n; ccmon\n[ccmon]\n"),
    ("# words of mine\n\n[plans]\n", "plans", "# words of mine\n"), ("[plans]", "plans", ""),
])
def test_an_empty_section_is_taken_out(content, section, after):
    assert without_section(content, section) == after


@pytest.mark.parametrize("content", [
    MINE, "[ccmon]\n", "[plans]\n# mine\n", "[plans]\n\n# mine\n", "[plans]\n  ; mine\n[ccmon]\n", "# mine\n[plans]\n",
    "\ufeff; mine\n[plans]\n", "", "[plans]\nteam = 5", "[plans]\n; mine\n\n# of ccmon\n[ccmon]\n"])
def test_a_section_in_which_or_right_above_which_something_stands_is_left(content):
    assert without_section(content, "plans") == content


@pytest.mark.parametrize("section, key, line", [("ccmon", "plan", 4), ("ccmon", "TIMEZONE", 7), ("plans", "team", 10),
                                                ("plans", "plan", None), ("x", "y", None)])
def test_the_line_of_a_value(section, key, line):
    assert line_of(MINE, section, key) == line


ENDS = st.sampled_from(["\n", "\n", "\r\n"])
WORDS = st.sampled_from(["plan", "theme", "Limit", "a b", "x"])
LINES = st.one_of(
    st.builds("{0}{1}{2}{3}".format, st.sampled_from(["", "", "  "]), WORDS, st.sampled_from([" = ", "=", ": "]),
              st.sampled_from(["1", "", "[x]", "a=b", "# no comment"])),
    st.sampled_from(["", "# a comment", "; another", "   # far", "    more of it", "   ", "[ccmon]", "[plans]"]))
CONTENT = st.builds(lambda lines, end: end.join(["[ccmon]", *lines]), st.lists(LINES, max_size=6), ENDS)


ODD = st.sampled_from(["[", "[]", "[a] b", "= 5", "key", "x\x1c = 1", "  [y", "\u00a0z: 1 "])


@given(st.sampled_from([["[ccmon]", "plan = 1"], ["[ccmon]"], []]), st.lists(LINES | ODD, max_size=7), ENDS)
@example(["[ccmon]", "plan = 1"], ["", "# a comment", "   ", "    more of it"], "\n")
@example(["[ccmon]", "plan = 1"], ["theme = 2", "Plan: 3"], "\n")
@example(["[ccmon]", "plan = 1"], ["[plans]", "[ccmon]"], "\n")
@example(["[ccmon]", "plan = 1"], ["[]"], "\n")
def test_a_file_is_read_as_configparser_reads_it(first, lines, end):
    content = end.join([*first, *lines])
    try:
        expected = read(content)
    except configparser.Error:
        expected = None
    found = config.ini_contents(content)
    assert (found.fault is None) is (expected is not None)
    assert expected is None or {(one.section, one.key): one.text for one in found.entries} == expected


@given(CONTENT, st.sampled_from(["ccmon", "plans", "prices"]), st.sampled_from(["plan", "theme", "limit", "new one"]),
       st.sampled_from(["pro", "1, 2", "a = b", "[x]", "# x"]))
def test_of_any_file_the_other_values_stay(content, section, key, value):
    try:
        before = read(content)
    except configparser.Error:
        return
    after = with_value(content, section, key, value)
    line = line_of(after, section, key)
    assert read(after) == {**before, (section, key): value} and key in after.split("\n")[line - 1].lower()
    kept = without(content, section, key)
    assert (kept is None) is ((section, key) not in before)
    if kept is not None:
        assert read(kept) == {name: text for name, text in before.items() if name != (section, key)}


@given(CONTENT, st.sampled_from(["ccmon", "plans", "prices"]))
def test_a_new_section_with_one_value_goes_without_a_trace(content, section):
    try:
        before = read(content)
    except configparser.Error:
        return
    if f"[{section}]" in content or not content.endswith(("[ccmon]", "1", "another")):
        return
    after = without_section(without(with_value(content, section, "new", "1"), section, "new"), section)
    assert after.rstrip("\r\n") == content and read(after) == before


@given(CONTENT, st.sampled_from(["ccmon", "plans"]))
def test_without_a_section_every_value_and_comment_is_there(content, section):
    try:
        before = read(content)
    except configparser.Error:
        return
    after = without_section(content, section)
    assert read(after) == before and (after == content) is (f"[{section}]" in after or f"[{section}]" not in content)
    gone = [line for line in content.split() if line not in after.split()]
    assert gone in ([], [f"[{section}]"])
