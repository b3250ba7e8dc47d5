"""Templates and their fields, the width of the line, and that both roads print the same in every dialect."""

import re
import time

import pytest
import scenes
from commands import HOUR, NOW, block, wait_until
from hypothesis import given
from hypothesis import strategies as st
from line_scenes import filled
from pages import table

from ccmon import claude_row, line_answer, line_cache, text
from ccmon.text import Charset
from ccmon.views.line import fields, statusline
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

FIELDS = ("percent", "used", "limit", "left", "burn", "sustainable", "end", "reset", "left_time", "cost", "model", "models",
          "plan", "percent_source", "likely", "likely_week",
          "out_median", "out_low", "out_high", "official_5h", "official_7d", "binding", "binding.percent", "binding.reset",
          "binding.left", "w.seven_day.percent", "context", "session_model", "session_cost",
          "age", "state", "source", "bar:8")
MORE = ("mark", "outlook", "idle_since", "cache", "cache_hit", "cache_tokens")         # see test_line_honesty.py
ALL = " ".join(f"{{{name}}}" for name in FIELDS)


def scene(name):
    """One of the scenes."""
    return scenes.SCENES[name]().scene


# --- fields -------------------------------------------------------------------------------------------------------------

VALUES = {
    "active40": "40 14k 35k 21k 69 152 - 18:00 2h 17m $3.10 opus-4-1 opus-4-1,sonnet-4-5 "
                "max5 tokens - - - - - - - 5h 40 18:00 2h 17m - - - - 2s active ccusage ███▎────",
    "active110": "110 39k 35k 0 188 0 - 18:00 2h 17m $8.51 opus-4-1 opus-4-1,sonnet-4-5 "
                "max5 tokens - - - - - - - 5h 110 18:00 2h 17m - - - - 2s active ccusage ████████",
    "failed": "40 14k 35k 21k 69 152 - 18:00 2h 17m $3.09 opus-4-1 opus-4-1,sonnet-4-5 "
                "max5 tokens - - - - - - - 5h 40 18:00 2h 17m - - - - 12m stale ccusage ███▎────",
    "idle": "- - 35k - 0 - - - - - - - max5 tokens - - - - - - - - - - - - - - - 2s idle ccusage ────────",
    "reading": "- - 35k - 0 - - - - - - - max5 tokens - - - - - - - - - - - - - - - - none ccusage ────────",
    "missing": "- - 35k - 0 - - - - - - - max5 tokens - - - - - - - - - - - - - - - - missing ccusage ────────",
}


@pytest.mark.parametrize("name", VALUES)
def test_every_field(name):
    assert filled(ALL, scene(name)) == VALUES[name]


@pytest.mark.parametrize("five_hour, seven_day, want", [
    (37.0, 12.0, "37 12"), (0, 9.5, "0 9"), (79.99, None, "79 -"), (None, 99.6, "- 99"), (101, 100.0, "101 100")])
def test_the_official_percentages_are_whole_and_never_rounded_up(five_hour, seven_day, want):
    known = scenes.scene(14_012, windows=scenes.official(five_hour, seven_day))
    assert filled("{official_5h} {official_7d}", known) == want


def test_the_list_of_fields_is_complete():
    shown = scene("active40")
    assert set(fields._table(shown.snapshot, shown.zone)) == {*FIELDS, *MORE} - {"bar:8", "w.seven_day.percent"}


def test_the_manual_knows_them_all():
    cells = table("man/ccmon-line.md", "Templates")
    told = [name for cell in cells for name in re.findall(r"\{([a-z0-9_.]+)[}:]", cell)]
    assert sorted(told) == sorted(name.partition(":")[0] for name in (*FIELDS, *MORE) if name[:2] != "w.")
    parts = [cell.rpartition(".")[2].rstrip("}") for cell in cells if cell.startswith(("{w.", "."))]
    assert sorted(parts) == sorted(claude_row.PARTS)


@pytest.mark.parametrize("template, want", [
    ("{nope} {percent}%", "? 40%"), ("{percent:3}", "?"), ("{bar:}", "{bar:}"), ("{{percent}}", "{percent}"),
    ("{{{percent}}}", "{40}"), ("}}{{", "}{"), ("{ percent }", "{ percent }"), ("{}", "{}"), ("{", "{"), ("{percent", "{percent"),
    ("{Percent}", "{Percent}"), ("{percent}{percent}", "4040"), ("$(x) `y` %n #S", "$(x) `y` %n #S"), ("{bar:0}|", "|"),
    ("{bar:1}", "▍"), ("{bar}", "████──────"), ("{bar:99999999999999999999}", "█" * 400 + "▍" + "─" * 599), ("", ""),
    ("{bar:0}", ""), ("  ", ""), ("\x1b[1m\x1b[0m", "")])
def test_templates(template, want):
    assert filled(template, scene("active40")) == want


def test_ascii_has_only_ascii():
    shown = scene("active40")
    odd = shown._replace(snapshot=shown.snapshot._replace(limit=shown.snapshot.limit._replace(plan="płan 日本")))
    assert filled("{bar:8} {plan}", odd, charset=Charset(False, False)) == "###..... p?an ??"
    assert filled("{bar:8} {plan}", odd) == "███▎──── płan 日本"


def test_the_end_is_left_out_as_in_the_line():
    slow = scene("low")
    far = slow._replace(snapshot=slow.snapshot._replace(predicted_end=slow.snapshot.reset.at))
    near = slow._replace(snapshot=slow.snapshot._replace(predicted_end=slow.snapshot.reset.at - 60))
    assert (filled("{end}", far), filled("{end}", near)) == ("-", "17:59")
    assert " lasts " in scenes.line_words(far.snapshot, far.zone)
    assert " out 17:59 " in scenes.line_words(near.snapshot, near.zone)


# --- an author's markup -------------------------------------------------------------------------------------------------

MARKUP = [
    ("plain", "\x1b[1m{percent}\x1b[0m"), ("ansi", "\x1b[38;5;214m{percent}\x1b[0m"), ("fish", "\x1b[31m{percent}\x1b[0m"),
    ("tmux", "#[fg=red,bold]{percent}#[default]"), ("tmux", "#{{session_name}}#{session_name}{percent}#(date)"),
    ("bash", "\\[\x1b[1m\\]{percent}\x01\x1b[0m\x02"), ("zsh", "%F{red}{percent}%f%B%b%{\x1b[0m%}"),
    ("zsh", "%K{214}{percent}%k"),
    ("polybar", "%{F#f00}{percent}%{F-}%{u}%{A1:firefox {x}:}"), ("waybar", "<span color='red'>{percent}</span>"),
    ("xbar", "{percent}| color=red size=12"), ("starship", "\x1b[1m{percent}\x1b[0m"), ("json", "<b>{percent}|#[x]%F"),
    ("i3blocks", "<b>{percent}</b>")]


@pytest.mark.parametrize("name, template", MARKUP)
def test_markup_goes_through_as_it_is(name, template):
    want = template.replace("{percent}", "40").replace("{{session_name}}", "{session_name}").replace("firefox {x}", "firefox ?")
    assert filled(template, scene("active40"), name) == want


ONLY_MARKUP = [row for row in MARKUP if row[0] not in ("json", "i3blocks") and not re.search("session|firefox", row[1])]


@pytest.mark.parametrize("name, template", ONLY_MARKUP)
def test_markup_takes_no_cells_and_is_never_cut(name, template):
    wanted = template.replace("{percent}", "40")
    shown = scene("active40")
    assert filled(template, shown, name, room=2) == wanted
    assert filled(template + "xyz", shown, name, room=2) == wanted + ("xyz" if name == "xbar" else "")
    assert filled("A" + template, shown, name, room=2) == "A" + template.replace("{percent}", "")


@pytest.mark.parametrize("name, template", [("zsh", "%%{percent}"), ("tmux", "##{percent}"), ("waybar", "&amp;{percent}")])
def test_an_escaped_sign_is_one_cell(name, template):
    shown = scene("active40")
    assert filled(template, shown, name, room=3) == template.replace("{percent}", "40")
    assert filled(template, shown, name, room=2) == template.replace("{percent}", "")


# --- width --------------------------------------------------------------------------------------------------------------

@given(st.text(alphabet="ab {}日\u0301:%|#", max_size=20),
       st.lists(st.sampled_from([f"{{{name}}}" for name in (*FIELDS, "bar:999", "x")])),
       st.integers(1, 90), st.sampled_from(["plain", "json", "i3blocks"]))
def test_a_template_is_never_wider_than_asked(own, names, room, name):
    line = filled(own.join(["", *names, ""]), scene("active85"), name, room)
    assert text.width(line) <= room and "\n" not in line


@pytest.mark.parametrize("room, want", [(1000, "CC 104 of 35k"), (13, "CC 104 of 35k"), (12, "CC 104 of "), (6, "CC 104"),
                                        (5, "CC "), (2, "CC"), (1, "C")])
def test_half_a_number_is_never_shown(room, want):
    shown = scene("active110")
    shown = shown._replace(snapshot=shown.snapshot._replace(percent=104.2))
    assert filled("CC {percent} of {limit}", shown, room=room) == want


@pytest.mark.parametrize("name, dollars", [("bash", "USD 3.10"), ("zsh", "USD 3.10"), ("plain", "$3.10"), ("tmux", "$3.10")])
def test_named_dollars_count_as_they_are_read(name, dollars):
    assert filled("{cost}x", scene("active40"), name, room=9) == dollars + "x"
    assert filled("{cost}x", scene("active40"), name, room=len(dollars)) == dollars
    assert filled("a{cost}x", scene("active40"), name, room=len(dollars)) == "a"


def test_a_bar_shrinks_to_the_room():
    assert filled("{percent} {bar:999}", scene("active60"), room=13) == "60 ██████────"


@pytest.mark.parametrize("name", sorted(scenes.SCENES))
@pytest.mark.parametrize("room", [1, 2, 3, 5, 8, 13, 21, 34, 55, 80])
def test_the_line_is_never_wider_than_asked_and_never_empty(name, room):
    shown = scene(name)
    found = statusline.ranked(shown.snapshot, shown.zone)
    kept = statusline.fitting(found, room)
    line = " ".join(word.text for word in kept)
    assert 0 < text.width(line) <= room
    by_rank = [group.span for group in sorted(found, key=lambda group: group.rank)][:len(kept)]
    assert kept == [text.Span(found[0].span.text[:room], found[0].span.role)] or sorted(kept) == sorted(by_rank)


# --- the program --------------------------------------------------------------------------------------------------------

@pytest.fixture
def used(machine):
    """A machine with 40 % of a session used, on a fixed clock."""
    machine.answers([block(NOW - 2 * HOUR, 2800, models=["claude-opus-4-1-20250805", "b"])])
    machine.configure("[ccmon]\nline_ttl = 600\n", is_old=True)
    return machine


@pytest.mark.parametrize("words, want", [
    (["--template", " {percent}% "], " 40% "), (["--template", "a\nb\r\n{percent}\u2028"], "a b 40"),
    (["--template", ""], "CC 40% "), (["--template", " "], "CC 40% "), (["--template", "{nope}"], "?"),
    (["--template", "{bar:0}"], "CC"), (["--max-width", "6"], "CC 40%"),
    (["--max-width", "5"], "CC"), (["--max-width", "1"], "C"), (["--max-width", "4", "--template", "{percent} {used}"], "40 "),
    (["--template", "{bar:4}"], "█▋──"), (["--ascii", "--template", "{bar:4}"], "##.."),
    (["--template", "\udcff{percent}"], "?40"), (["--max-width", "0"], "CC ! --max-width: '0' is not"),
    (["--format", "tmus"], "CC ! --format: 'tmus' is unknown (did you mean tmux")])
def test_calls(used, words, want):
    done = used.run("--statusline", *words)
    assert done.code == 0 and done.out.count("\n") == 1
    assert done.out[:-1] == want or (want.startswith("CC ") and done.out.startswith(want))


@pytest.mark.parametrize("asked, refreshed", [({"LC_ALL": "C"}, "C.UTF-8"), ({"LC_ALL": "de_DE@euro"}, "C.UTF-8"),
                                              ({"LC_ALL": "tr_TR.utf8@x", "LANG": "C"}, "C")])
def test_a_line_rendered_anew_by_another_is_of_the_same_locale(used, asked, refreshed):
    words = ["--statusline", "--template", "{bar:4}"]
    line = used.run(*words, **asked).out
    path = used.cache / line_answer.file_of(line_answer.key(words, used.env(**asked)))
    wait_until(lambda: used.run(*words, now=None, **asked).out and path.exists(), "the line is kept")
    wait_until(used.idle, "the refresher ends")
    assert used.run("record", LC_ALL=refreshed).code == 0
    assert path.read_text().partition("\n")[2] == line


def test_a_locale_without_utf8_gets_ascii_bars(used):
    assert used.run("--statusline", "--template", "{bar:4}", LC_ALL="C").out == "##..\n"


def test_the_configuration_may_hold_format_and_template(used):
    used.configure("[ccmon]\nformat = tmux\ntemplate = #[bold]{percent}% #S ; {state}\nmax_width = 12\n")
    assert used.run("--statusline").out == "#[bold]40% #S ; \n"
    assert used.run("--statusline", CCMON_FORMAT="waybar", CCMON_TEMPLATE=" {used}").json["text"] == " 2.8k"


@pytest.mark.parametrize("name", DIALECTS)
def test_no_color(used, name):
    line = used.run("--statusline", "--format", name, NO_COLOR="1").out
    assert not re.search(r"\x1b|\x01|#\[|%F|%B|%\{|\bcolor", line)
    if name in ("ansi", "fish", "bash", "tmux", "zsh", "polybar", "xbar", "i3blocks"):
        words = ("--statusline", "--theme", "dark", "--format", name)
        assert re.search(r"\x1b|\x01|#\[|%F|%B|%\{|\bcolor", used.run(*words, CLICOLOR="0").out)


# --- both roads ---------------------------------------------------------------------------------------------------------

def live(machine):
    """A session that runs now, whose numbers stay the same for a while."""
    machine.answers([block(int(time.time()) - 2 * HOUR, 9200)])
    machine.configure("[ccmon]\nline_ttl = 600\nplan = team\nreset_hour = 0\n[plans]\nteam = 9000\n", is_old=True)


def test_the_plain_format_is_not_what_the_configuration_says(machine):
    live(machine)
    text = (machine.home / ".config/ccmon/config.ini").read_text()
    machine.configure(text.replace("[plans]", "format = tmux\n[plans]"), is_old=True)
    machine.run("record", now=None)
    for _ in range(2):
        assert "#[" in machine.run("--statusline", now=None).out
        assert "#[" not in machine.run("--statusline", "--format", "plain", now=None).out
    assert machine.runs() == 1


def test_words_that_no_longer_make_a_line_are_forgotten(machine):
    live(machine)
    machine.run("record", now=None)
    line_cache.write_line(str(machine.cache), line_answer.key(["--statusline", "--format", "gone"], machine.env()), b"old\n")
    machine.run("record", now=None)
    assert not (machine.cache / "gone").exists()
    assert machine.run("--statusline", "--format", "gone", now=None).out.startswith("CC ! --format: 'gone' is unknown")


def test_a_screen_on_another_plan_beside_the_line(machine):
    from terminal import Terminal
    live(machine)
    machine.run("record", now=None)
    words = ["--statusline", "--format", "tmux", "--plan", "max5"]
    assert "26%" in machine.run(*words, now=None).out
    with Terminal(machine.command("--plan", "max20", "--interval", "0.5"), env=machine.env()) as term:
        term.wait_for("of 140,000")
        machine.answers([block(int(time.time()) - 2 * HOUR, 18_400)])
        term.wait_for("18,400 of 140,000")
        term.wait_until(lambda: "13 %" in term.text(), "13 % of max20")
        wait_until(lambda: "52%" in machine.run(*words, now=None).out, "52 % of max5")
        assert "204%!" in machine.run("--statusline", now=None).out
        term.send("q")
        assert term.wait_exit() == 0
