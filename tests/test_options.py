"""The words of a call: every option, its values, its place, its neighbours; and the table that they are made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon import call
from ccmon.errors import CcmonError, UsageError
from ccmon.settings import options
from ccmon.settings.options import BY_NAME, OPTIONS
from ccmon.typed_values import RawValue
from ccmon.views.line.dialects import DIALECTS


def settings(*words, env=None, file=None):
    """The settings that words, variables and the file make."""
    flags = call.flags(call.parse(words))
    return options.resolve(flags, options.from_environment(env or {}), file or {})


# option -> what it means in the middle of the table -> the ways to write it: all mean the same, in every layer
GOOD = {
    "plan": {"pro": ["pro", "Pro", " PRO ", "'pro'"], "max5": ["max5", "Max5", "Max 5", "max-5", "Max 5x", "5x",
                                                                    "Claude Max (5x)"],
             "max20": ["max20", "MAX20x"], "custom_max": ["custom_max", "custom-max", "Custom"], "ml_auto": ["ml_auto", "ML"]},
    "limit": {1: ["1"], 35_000: ["35000", "35,000", "35_000", "35 000", "35'000", "35k", "35K", "35 k", "35k tokens", "0.035M"],
              1_500_000: ["1.5M", "1.5m", "1,5M", "1_500k", "1.5 million"], None: ["none", "default"]},
    "reset": {("session", ()): ["session", "Session"], ("schedule", ()): ["schedule", "SCHEDULE"],
              ("hour", (5, 20)): ["20,5", "5, 20", "5am,8pm", "05:00, 20:00", "5 20"]},
    "reset_hour": {("hour", (0,)): ["0", "midnight", "12am", "00:00"], ("hour", (21,)): ["21", "9pm", "9 PM", "21:00", "21h"],
                   ("hour", (7,)): ["07", "7", "7am"]},
    "timezone": {"local": ["local", "Local", "system"], "UTC": ["UTC", '"UTC"']},
    "clock": {12: ["12", "12h", "12-hour", "am/pm", "AMPM"], 24: ["24", "24 h", "24-Hours"]},
    "interval": {90.0: ["90", "90s", "1.5m", "1m30s", "90 seconds", "1.5 MIN"], 0.5: ["0.5", ".5", "500ms"]},
    "account": {"work": ["work"], "laptop/3f2a": ["laptop/3f2a"]}, "timeout": {0.1: ["0.1", "100ms"], 120.0: ["120", "2m"]},
    "ccusage": {"/a b": ["/a b"]}, "source": {"logs": ["logs", "LOGS"], "auto": ["auto", "Auto"]},
    "account_file": {True: ["yes"], False: ["no", "N", "Disabled"]},
    "official": {"claude": ["claude", "CLAUDE"], "statusline": ["statusline", "off", "None"]},
    "theme": {"high-contrast": ["high-contrast", "High Contrast", "high_contrast"],
              "dark": ["Dark"], "auto": ["auto", "Auto"], "mono": ["mono", "none"]},
    "compact": {True: ["yes", "y", "on", "ENABLED"], False: ["off", "No"]}, "ascii": {True: ["TRUE", "t"], False: ["0", "f"]},
    "guardian": {True: ["on"], False: ["no"]}, "emoji": {False: ["no", "disable"], True: ["1", '"yes"']},
    "format": {name: [name, name.upper()] for name in sorted({*DIALECTS} - {"claude"})},
    "template": {"{percent}%": ["{percent}%"], " a b ": [" a b "]}, "max_width": {1000: ["1,000", "1k", "1000 cells"], 1: ["1"]},
    "wait": {0.0: ["0"], 60.0: ["60", "1m"]}, "line_ttl": {60.0: ["60", "60s", "1 minute"]},
    "alerts": {("80", "100", "runs_out"): ["80, 100 runs_out", "Runs-Out,80%,100%", "080 100 RUNS_OUT"],
               (): ["none", "off", "No"],
               ("80", "100", "runs_out", "reset", "allocation", "unusual", "credits"): ["all", "ALL", "on", "yes"]},
    "alert_by": {("desktop", "webhook"): ["desktop,webhook", "Webhook Desktop", "notify, hook"], (): ["none", "off"]},
    "alert_command": {"sh -c 'true'": ["sh -c 'true'"]}, "alert_webhook_file": {"~/x": ["~/x"]}}
BAD = {"plan": ["max", "maxi", "50x", ""],
       "limit": ["0", "-5", "x", "1.5", "1,5", "500.000k1", "9" * 30, "٣", "5q", "1 2", "0.0001k"],
       "reset": ["daily", "24", "1,,2", "5.5", "-1", "13pm"], "reset_hour": ["24", "-1", "x", "1.5", "nan", "100", "0am", "9:30"],
       "interval": ["0", "nan", "inf", "x", "1e9", "2d", "1 2"], "timeout": ["0", "-1"],
       "source": ["log", "x"], "clock": ["13", "0", "1"],
       "theme": ["drak"], "wait": ["-1", "61"], "line_ttl": ["0"], "compact": ["perhaps"], "ascii": ["2"], "emoji": ["jein"],
       "guardian": ["angel"], "account_file": ["never"], "official": ["clode"],
       "format": ["xyz"], "max_width": ["0", "1001", "x"],
       "alerts": ["0", "1001", "9.5", "-1", "٨٠", "1" * 5000, "run_away", "80, none"],
       "alert_by": ["mail", "bell;desktop"], "alert_webhook_file": ["https://h/secret"]}
CASES = [(name, meant, text) for name, meanings in GOOD.items() for meant, texts in meanings.items() for text in texts]


def by_flag(name, text):
    """The words of a call that say it."""
    return [f"--{name.replace('_', '-')}={text}"]


@pytest.mark.parametrize("name, meant, text", CASES)
def test_a_value_means_the_same_on_the_command_line_in_the_file_and_in_the_environment(name, meant, text):
    """One parser for each kind of value, whatever its case and spelling."""
    found = [settings(file={name: RawValue(text, "f")}), settings(env={"CCMON_" + name.upper(): text}),
             settings(*by_flag(name, text))]
    assert len({repr(one._replace(origin={})) for one in found}) == 1
    value = getattr(found[0], "reset" if name == "reset_hour" else name)
    assert (tuple(value) if name in ("reset", "reset_hour") else value) == meant


@given(st.sampled_from(OPTIONS), st.text(max_size=8) | st.sampled_from([text for _, _, text in CASES]), st.booleans())
def test_any_text_means_the_same_in_every_layer(option, text, is_upper):
    """Also what nobody has thought of: where one takes it all do; config.ini and variables hold no more than a line."""
    text = "".join(char for char in (text.upper() if is_upper else text) if char.isprintable())
    if not text.strip() or option.name == "format" and text.lower().strip(" '\"") == "claude":
        return
    name, found = option.name, []
    for layer in ({"file": {name: RawValue(text, "f")}}, {"env": {"CCMON_" + name.upper(): text}},
                  {"words": by_flag(name, text)}):
        try:
            found.append(repr(settings(*layer.pop("words", ()), **layer)._replace(origin={})))
        except CcmonError:
            found.append(None)
    assert len(set(found)) == 1


@pytest.mark.parametrize("name, text", [(name, text) for name, texts in BAD.items() for text in texts if text])
def test_bad_values_name_their_place(name, text):
    with pytest.raises(CcmonError, match="config.ini, line 3: "):
        settings(file={name: RawValue(text, "config.ini, line 3")})
    with pytest.raises(CcmonError, match="CCMON_" + name.upper()):
        settings(env={"CCMON_" + name.upper(): text})


def test_every_option_has_cases():
    anything = {"account", "timezone", "ccusage", "template", "alert_command"}
    assert set(GOOD) == set(BY_NAME) and set(BAD) == set(BY_NAME) - anything


@pytest.mark.parametrize("words", [["--plan", "max5", "history"], ["history", "--plan", "max5"], ["--plan=max5", "history"],
                                   ["history", "--plan=max5"], ["--plan", "max5", "history", "--days", "3"]])
def test_options_stand_before_or_after_a_command(words):
    parsed = call.parse(words)
    assert parsed.command == "history" and call.flags(parsed) == {"plan": RawValue("max5", "--plan")}


def test_a_value_that_looks_like_a_command_is_a_value():
    parsed = call.parse(["--ccusage", "history", "record"])
    assert parsed.command == "record" and parsed.ccusage == "history"


@pytest.mark.parametrize("words", [["--pla", "pro"], ["--time", "UTC"], ["--stat"], ["hist"], ["history", "--day", "3"],
                                   ["--vers"],
                                   ["--once", "--json"], ["--json", "--statusline"], ["record", "--json"], ["record", "history"],
                                   ["--plan"], ["extra"], ["--compact=perhaps"], ["--", "x"], ["-p", "pro"]])
def test_no_abbreviations_and_no_leftovers(words):
    with pytest.raises((UsageError, CcmonError)):
        call.parse(words)


@pytest.mark.parametrize("words, near", [(["--plna", "pro"], "--plan"), (["--timezon", "UTC"], "--timezone"),
                                         (["histroy"], "history"),
                                         (["--reste-hour=3"], "--reset-hour"), (["recrod"], "record"), (["--jsno"], "--json")])
def test_near_matches(words, near):
    with pytest.raises(UsageError) as told:
        call.parse(words)
    assert f"did you mean {near}?" in str(told.value) and "ccmon --help" in str(told.value)


@pytest.mark.parametrize("words", [["--plan", "mx5"], ["--theme", "drak"]])
def test_near_values(words):
    with pytest.raises(CcmonError, match="did you mean"):
        settings(*words)


@pytest.mark.parametrize("words, env, file, want", [
    ((), {}, {}, ("pro", "default")), ((), {}, {"plan": "max5"}, ("max5", "file")),
    ((), {"CCMON_PLAN": "max20"}, {"plan": "max5"}, ("max20", "environment")),
    (("--plan", "custom_max"), {"CCMON_PLAN": "max20"}, {"plan": "max5"}, ("custom_max", "flag")),
    ((), {"CCMON_PLAN": ""}, {"plan": "max5"}, ("max5", "file"))])
def test_the_layers(words, env, file, want):
    found = settings(*words, env=env, file={name: RawValue(text, "f") for name, text in file.items()})
    assert (found.plan, found.origin["plan"]) == want


@pytest.mark.parametrize("words, env, want", [
    (("--reset", "5"), {}, ("hour", (5,))), (("--reset-hour", "5"), {"CCMON_RESET": "schedule"}, ("hour", (5,))),
    (("--reset", "schedule"), {"CCMON_RESET_HOUR": "5"}, ("schedule", ())), ((), {"CCMON_RESET_HOUR": "0"}, ("hour", (0,)))])
def test_the_nearer_of_reset_and_reset_hour_counts(words, env, want):
    assert tuple(settings(*words, env=env).reset) == want


@pytest.mark.parametrize("words, env", [(("--reset", "5", "--reset-hour", "3"), {}),
                                        ((), {"CCMON_RESET": "5", "CCMON_RESET_HOUR": "5"})])
def test_both_in_one_place_contradict_each_other(words, env):
    with pytest.raises(CcmonError, match="reset.*both"):
        settings(*words, env=env)


def test_the_last_of_two_equal_flags_counts():
    assert settings("--plan", "max5", "--plan", "max20").plan == "max20"


WORDS = ["--plan", "history", "record", "--json", "--once", "--days", "--table", "--reset", "5", "--"]


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=6))
def test_any_words_give_arguments_or_one_sentence(words):
    if {"--help", "-h", "--version", "-V", "-v", "-?", "/?", "help", "version"} & set(words):
        return
    try:
        call.parse(words)
    except UsageError as told:
        assert str(told) and "--help" in str(told)


@given(st.sampled_from([option for option in OPTIONS]), st.text(max_size=12))
def test_any_text_is_a_value_or_one_sentence(option, text):
    try:
        settings(env={"CCMON_" + option.name.upper(): text})
    except CcmonError as told:
        assert str(told)


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.default], ids=lambda option: option.name)
def test_an_empty_value_is_an_error_or_the_empty_choice_never_none(option):
    try:
        value = getattr(options.resolve({option.name: RawValue(" ", "--x")}, {}, {}), option.name)
    except CcmonError as err:
        assert "--x" in str(err)
    else:
        assert value is not None


def test_the_source_is_chosen_by_ccmon_unless_it_is_said():
    assert (settings().source, settings("--source", "logs").source) == ("auto", "logs")


def priced(text):
    """The prices that a line of config.ini makes."""
    return options.price_table({"prices": {"claude-foo-9": RawValue(text, "config.ini, line 2")}})


@pytest.mark.parametrize("text", ["3, 15, 3.75, 6, 0.30", "3,15,3.75,6,.3", " 3.0 , 15 ,3.75, 6e0 ,0.3 "])
def test_prices_of_a_model(text):
    found = priced(text)
    assert found == {"claude-foo-9": (3, 15, 3.75, 6, 0.3, None)}
    assert options.resolve({}, {}, {}, prices=found).prices == found and settings().prices == {}


@pytest.mark.parametrize("text, said", [("", "5 prices"), ("3", "input, output"), ("3, 15, 3.75, 6", "cache read"),
                                        ("1,2,3,4,5,6", "5 prices"), ("1,2,3,4,x", "'x' is not a number of USD per million"),
                                        ("1,2,,4,5", "''"), ("1,2,nan,4,5", "'nan'"), ("-1,2,3,4,5", "from 0 to 10000"),
                                        ("1,2,3,4,1e9", "'1e9'")])
def test_wrong_prices_name_their_place_and_what_is_expected(text, said):
    with pytest.raises(CcmonError, match="^config.ini, line 2: ") as told:
        priced(text)
    assert said in str(told.value)


@given(st.text(max_size=20))
def test_any_text_is_five_prices_or_one_sentence(text):
    try:
        assert len(priced(text)["claude-foo-9"].plain) == 5
    except CcmonError as told:
        assert str(told)
