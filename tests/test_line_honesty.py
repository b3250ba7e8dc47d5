"""The line says nothing that is not so, and Claude's row knows what is ahead: any moment, against the numbers it is made of."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from line_scenes import LINES, account, filled
from scenes import DAY_S, NOW, START, block, line_words, scene

from ccmon import claude_row, text
from ccmon.model import PromptCache, Runway
from ccmon.sources import hook, session_json
from ccmon.typed_values import ResetRule
from ccmon.usage import official
from ccmon.usage.compute import Options
from ccmon.views.line import dialects, statusline
from ccmon.when import clock_text

RULES = [ResetRule("session"), ResetRule("schedule"), ResetRule("hour", (9,)), ResetRule("hour", (16, 17))]
RUNWAYS = st.builds(lambda ahead_s, share, rule: Runway(NOW + ahead_s, NOW + ahead_s // 2, NOW + 2 * ahead_s, share, rule,
                                                        resets_at=START + 5 * 3600),
                    st.integers(60, 9000), st.floats(0, 1), st.sampled_from(["runway", "last_hour"]))


@given(st.none() | st.integers(0, 60_000), st.none() | st.integers(0, 130), st.none() | st.integers(0, 130),
       st.sampled_from(RULES), st.none() | RUNWAYS, st.booleans())
@example(9212, None, None, RULES[0], Runway(NOW + 60, NOW, NOW + 99, 1.0, "runway", resets_at=START + 5 * 3600), False)
@example(40_000, None, None, RULES[0], Runway(NOW + 60, NOW, NOW + 99, 1.0, "runway", resets_at=START + 5 * 3600), False)
def test_no_word_of_the_line_is_untrue(tokens, five, week, rule, runway, ended):
    past = [block(5000, START - 3 * DAY_S)] if ended else []
    shown = scene(tokens, windows=account(five, week), known=past, options=Options("max5", rule=rule))
    if runway and shown.snapshot.active:
        shown = shown._replace(snapshot=shown.snapshot._replace(runway=runway))
    snapshot, line = shown.snapshot, line_words(shown.snapshot, shown.zone)
    assert filled("{percent}{mark}", shown) == ("-" if snapshot.percent is None else
                                                f"{int(snapshot.percent)}{'!' if snapshot.percent >= 80 else ''}")
    for number, sign in re.findall(r"(\d+)%(!?)(?! likely)", line):
        assert (sign == "!") == (int(number) >= 80)
    assert len(re.findall("[0-9]%", line)) == len(re.findall("[0-9]%!?(?= |$)", line))
    over = snapshot.active and (snapshot.percent > 100 or snapshot.percent_source == "official" and snapshot.percent == 100)
    session = line.partition(" 7d")[0]
    if over or not snapshot.active:
        assert "out" not in session and "lasts" not in session and "likely" not in session
        assert filled("{outlook} {end} {out_median} {out_low} {out_high}", shown) == "- - - - -"
    else:
        said = filled("{outlook}", shown)
        assert filled("{end}", shown) == (said.split()[1] if said.startswith("out ") else "-")
        if said.startswith("out "):
            assert any(clock_text(at, NOW, shown.zone)[-5:] == said[4:9] for at in range(NOW, snapshot.reset.at, 30))
    names = {one.name for one in snapshot.windows}
    assert ("reset " in line) <= (snapshot.active or "five_hour" in names or rule.kind != "session")
    if "idle" in line:
        since = filled("{idle_since}", shown)
        assert ("since " + since in line) == (ended and "reset " not in line) and (since != "-") == ended


def runway(share, median_s=3600):
    return Runway(NOW + median_s, NOW, NOW + 9000, share, "runway", resets_at=START + 5 * 3600)


@pytest.mark.parametrize("found, said", [
    (runway(0.57), "out 16:42 57% likely"), (runway(0.95), "out 16:42"), (runway(1.0), "out 16:42"),
    (runway(0.499, 8270), "lasts 50% likely"), (runway(0.2, 8270), "lasts 80% likely"), (runway(0.03, 8270), "lasts"),
    (runway(0.57)._replace(rule="last_hour"), "lasts"), (None, "lasts")])
def test_a_likelihood_has_its_word(found, said):
    shown = scene(9212, options=Options("max5"))
    shown = shown._replace(snapshot=shown.snapshot._replace(runway=found))
    assert filled("{outlook}", shown) == said and f"min {said} reset" in line_words(shown.snapshot, shown.zone)
    narrow = statusline.fitting(statusline.ranked(shown.snapshot, shown.zone), len("CC 26% 9.2k/35k 45/min out 16:42"))
    assert "likely" not in " ".join(span.text for span in narrow)


def test_claude_s_own_window_ends_before_a_reset_of_one_s_own():
    """What it says begins anew with the window: after that nothing runs out, whatever reset is shown."""
    late = Options("max5", rule=ResetRule("hour", (9,)))
    shown = scene(9212, windows=account(45), options=late)
    assert shown.snapshot.predicted_end > START + 5 * 3600 and "min lasts reset 09:00" in line_words(shown.snapshot, shown.zone)
    assert "out" not in row_of(shown, {}) and not shown.snapshot.warnings
    assert any("lasts to 18:00" in text.plain(line) for line in shown_rows(shown))
    known = scene(9212, windows=account(96), options=late)
    assert "out" in line_words(known.snapshot, known.zone)
    idle = scene(None, windows=account(45), options=late)
    assert filled("{binding.reset} {reset}", idle) == "18:00 09:00"


def test_a_day_that_is_far_has_its_year():
    zone = scene(9212).zone
    said = [clock_text(NOW - days * DAY_S, NOW, zone) for days in (6, 299, 301, 400)]
    assert said == ["Fri 15:42", "22 Mar 15:42", "20 Mar 2025 15:42", "11 Dec 2024 15:42"]


# --- Claude's row ------------------------------------------------------------------------------------------------------------

def row_of(shown, document, cells=200, now=NOW):
    record = dialects.words_record(shown.snapshot, shown.zone, None, True, None)
    return claude_row.compose(hook.parse(record[1:]), document, cells, now)


def test_what_is_ahead_is_of_this_window_and_of_this_account():
    shown = LINES["5 h binds"]()
    five = next(one for one in shown.snapshot.windows if one.name == "five_hour")

    def said(percent, resets_at):
        return {"rate_limits": {"five_hour": {"used_percentage": percent, "resets_at": resets_at}}}
    assert "5h 96%! (2h 17m) · out 15:50 · 7d" in row_of(shown, said(96, five.resets_at))
    assert "out" in row_of(shown, said(97, five.resets_at)) and "out" not in row_of(shown, said(100, five.resets_at))
    assert "out" not in row_of(shown, said(96, five.resets_at + 7200))               # of another account
    assert "out" not in row_of(shown, said(3, five.resets_at + 5 * 3600), now=five.resets_at + 60)
    week = LINES["week runs out"]()
    assert "7d 61% (4d 22h) · out Fri 23:13 · " in row_of(week, {})


# --- the prompt cache ----------------------------------------------------------------------------------------------------------

def cached(expires_at, ttl="5m", **more):
    return {"session_id": "s", "cost": {"total_api_duration_ms": 7},
            "prompt_cache": {"warm": expires_at > NOW, "ttl": ttl, "expires_at": expires_at, **more}}


@pytest.mark.parametrize("told, said", [
    (cached(NOW + 250, hit_ratio=0.974, recache_tokens_if_cold=45_300), ("warm 4m", "97", "45k")),
    (cached(NOW + 3500, "1h"), ("warm 58m", "-", "-")), (cached(NOW + 9), ("warm 9s", "-", "-")),
    (cached(NOW - 9, recache_tokens_if_cold=1_090_000), ("cold", "-", "1.1M")),
    (cached(NOW + 250, warm=False, hit_ratio=1), ("cold", "100", "-")), (cached((NOW + 250) * 1000), ("warm 4m", "-", "-")),
    (cached(NOW + 3500, None), ("warm 58m", "-", "-")), (cached(NOW + 3500, 3600), ("warm 58m", "-", "-")),
    (cached(NOW - 9, recache_tokens_if_cold=0), ("cold", "-", "0")),
    ({"prompt_cache": {"warm": False, "expires_at": None, "recache_tokens_if_cold": 45_300}}, ("cold", "-", "45k"))])
def test_the_cache_in_the_row_in_templates_and_on_the_screen(told, said):
    cache = session_json.prompt_cache(told, NOW)
    assert claude_row.cache_values(cache, NOW) == said
    record = {"pieces": [[-1, "cache"], [1, " "], [-1, "cache_hit"], [1, " "], [-1, "cache_tokens"]]}
    assert claude_row.compose(record, told, 80, NOW) == " ".join(said)
    word = f"cache {said[0]}" + (f" {said[2]}" if said[0] == "cold" and said[2] not in "-0" else "")
    assert claude_row.compose({}, told, 80, NOW) == word
    ledger, changed = official.with_lines(official.Ledger(), [hook.spool_line(told, NOW)], NOW)
    assert not changed and official.load(official.dump(ledger)) == ledger and ledger.cache == cache
    shown = scene(9212, windows=account(26), cache=ledger.cache)
    assert filled("{cache} {cache_hit} {cache_tokens}", shown) == " ".join(said)
    screen = "\n".join(text.plain(line) for line in shown_rows(shown))
    assert f"cache   {word[len('cache '):]}  " in screen


def shown_rows(shown):
    from ccmon.views.screen import dashboard
    return dashboard.render(shown, 110, 24)


@pytest.mark.parametrize("told", [
    None, {}, {"prompt_cache": None}, {"prompt_cache": []}, {"prompt_cache": {"warm": True, "ttl": "5m", "expires_at": None}},
    cached(NOW + 3600), cached(1), cached(float("inf")), {"prompt_cache": {"expires_at": "soon"}}, cached(10 ** 400),
    cached(NOW + 9000, "99999h")])
def test_a_cache_that_cannot_be_is_none(told):
    assert session_json.prompt_cache(told, NOW) is None and hook.spool_line(told, NOW) == ""
    assert claude_row.compose({}, told, 80, NOW) == claude_row.NOTHING


@given(st.lists(st.tuples(st.integers(-9000, 9000), st.sampled_from(["5m", "1h", "x", None])), max_size=6), st.randoms())
def test_of_several_sessions_the_one_that_was_used_last_speaks(answers, dice):
    """Idle sessions repeat what they were told once, in any order."""
    lines = [hook.spool_line(cached(NOW + at + (3600 if ttl == "1h" else 300), ttl, warm=True), NOW + at) for at, ttl in answers]
    dice.shuffle(lines)
    ledger, _ = official.with_lines(official.Ledger(), lines * 2, NOW)
    used = [at for at, _ in answers if at <= 60]
    assert (ledger.cache and ledger.cache.expires_at - ledger.cache.ttl_s - NOW) == max(used, default=None)


def test_damage_in_the_ledger_or_the_spool_is_no_cache():
    for word in ("cache=1/2", "cache=x/1/1/1", "cache=9/9/9/900", f"cache={NOW}/999999999/1/1", "cache=", "cache=-/-/-/-"):
        ledger, _ = official.with_lines(official.Ledger(), [f"{NOW} s 1 - - - - - {word}\n"], NOW)
        assert ledger.cache is None
    kept = json.loads(official.dump(official.Ledger(cache=PromptCache(NOW, 300, None, None))))
    assert official.load(json.dumps({**kept, "cache": [NOW, 300, None]})) == official.Ledger()


@given(st.integers(0, 10 ** 11))
def test_counts_and_durations_are_written_as_everywhere(number):
    assert claude_row.short_count(number) == text.short_count(number)
