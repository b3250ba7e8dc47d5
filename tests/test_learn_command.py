"""ccmon learn: its words as exact text, and from outside on homes that are empty, full, and not there."""

import io
import json
import shutil
import subprocess
import sys

import pytest
from commands import NOW, ROOT, Machine
from learning_home import fill
from scenes import FixedZone
from simulator import Scenario, simulate

from ccmon import output
from ccmon.commands import learn
from ccmon.learning import extra, portable, score, share
from ccmon.learning.portable import Extra, Tried
from ccmon.learning.score import ForecastScores, Score
from ccmon.learning.values import Change, Estimate, Learned, LearnedState, RunwayModel, UnitWeights, UsageCurve, WeekModel
from ccmon.settings import context
from ccmon.text import line_width, plain
from ccmon.typed_values import PLANS
from ccmon.views import learn_report
from ccmon.views.learn_report import LearnReport

pytestmark = pytest.mark.newest_only

DAY = 86_400
SURE = Estimate(12.4, 12.2, 12.65, 0.012, 123, 31, 0.7, True)
LEARNED = Learned(NOW, UnitWeights("cost", (("", "cost", 1.0),), 0.42, 123), SURE,
                  (Change(NOW - 20 * DAY, 0.8, NOW - 19 * DAY), Change(NOW - DAY, 1.0, NOW - DAY, "rebaseline")), 125, 2,
                  31_400.0, 41, 2840.0)
GOOD, PLAIN = Score(412, 12.14, 7.02, 0.071, 0.89), Score(412, 15.0, 15.0, 0.1)
NOTHING = score.scores_of([])
TRIED = (Tried("runway", GOOD), Tried("last_hour", PLAIN), Tried("arima", GOOD._replace(crps_min=6.5)),
         Tried("boosting", Score(0, None, None, None), "failed: ValueError"))
KEPT = portable.FrozenModel("arima", "points", {"ar": [0.5, 0.1], "ma": [0.2, -0.1], "sigma2": 0.04, "scale": 100.0})


def findings(learned=LEARNED, points=865, session=None, week=NOTHING, tried=None):
    model = WeekModel(NOW, 39, None, UsageCurve((), ()))
    state = LearnedState(learned, points and RunwayModel(NOW, points), RunwayModel(NOW, 30), model)
    return LearnReport(NOW, FixedZone(), state, PLANS, session or ForecastScores(GOOD, PLAIN, 31, 9.2, 3), week, tried)


def told_lines(found, cells=80, scores=True):
    return [plain(line) for line in learn_report.lines(found, cells, scores)]


# --- the words ----------------------------------------------------------------------------------------------------------

FULL = """\
limit    about 35,216 tokens, 90 % interval 34,648-35,926
         constant in cost: $12.40 ($12.20-12.65); tokens by your usual mix
         nearest plan by its reference figure: max5 (35,000)
         the Random Forest, taught by made-up users, names max5
ruler    by cost: 0.4 points off at the end of windows held out (median)
         123 readings, 2 limit events, 31 windows
         noise 1.2 %; 70 % of windows used only on this machine
changes  2025-11-04, noticed 2025-11-05: the same local work now takes 25 % more
         of your quota: the limit was lowered, or the account is also used
         elsewhere
         2025-11-23, noticed 2025-11-23: Claude began your 5-hour window anew
runway   from Claude's percentages: 865 past moments
         from tokens: 30 past moments of 40; until then the last-hour rate
         counts
         of the week: 39 days
score    412 forecasts of 31 sessions; median error 9 min
                                            ccmon      seed
         mean error, minutes                 12.1      15.0     -19 %
         CRPS, minutes                        7.0      15.0     -53 %
         Brier                              0.071     0.100     -29 %
         in the 90 % interval                89 %         -
week     no week is over of which ccmon has told when it runs out; 2 forecasts
         wait for the end of theirs
extra    tried 2025-11-24 on your last weeks: 412 forecasts, three limits of
         your windows' size
                                              MAE      CRPS     Brier   in 90 %
         ccmon's runway                      12.1       7.0     0.071      89 %
         last-hour rate                      15.0      15.0     0.100         -
         ARIMA(2,1,2)                        12.1       6.5     0.071      89 %
         boosted quantiles              failed: ValueError
         ARIMA(2,1,2) is clearly better than ccmon's runway, and is used
days     18 days: 42k tokens, mostly 08-20 h; often Mon
"""


def test_everything_that_is_known():
    tried = Extra(NOW, TRIED, KEPT, "max5", ("18 days: 42k tokens, mostly 08-20 h; often Mon",))
    assert told_lines(findings(week=NOTHING._replace(open=2), tried=tried)) == FULL.splitlines()


def test_learning_itself_prints_no_scores():
    assert not any(line.startswith(("score", "week ")) for line in told_lines(findings(), scores=False))
    assert any(line.startswith("score") for line in told_lines(findings()))


@pytest.mark.parametrize("learned, expected", [
    (Learned(NOW), ["limit    unknown: no completed session is known",
                    "         Claude's own percentages are not known. Connect Claude Code:",
                    "         `ccmon init claude --write`"]),
    (Learned(NOW, at_least=31_400.0, sessions=41), ["limit    unknown, at least 31,400 (41 sessions)",
                                                    "         Claude's own percentages are not known. Connect Claude Code:"]),
    (Learned(NOW, readings=3, at_least=900.0, sessions=1), ["limit    unknown, at least 900 (1 session)",
                                                            "         3 readings so far: too few to say more"]),
    (LEARNED._replace(estimate=SURE._replace(noise=0.061, learned=False)), [
        "limit    unknown, at least 31,400 (41 sessions)",
        "         125 readings do not fit one limit: the noise is 6.1 %, and a learned",
        "         limit has at most 4 %"]),
    (LEARNED._replace(estimate=SURE._replace(noise=0.061, learned=False, readings=1, windows=1)), [
        "limit    unknown, at least 31,400 (41 sessions)",
        "         1 reading of 1 window so far: not enough to be sure",
        "ruler    by cost",
        "         123 readings, 2 limit events, 1 window"]),
    (LEARNED._replace(estimate=SURE._replace(learned=False)), [
        "limit    unknown, at least 31,400 (41 sessions)",
        "         123 readings of 31 windows so far: not enough to be sure"]),
    (LEARNED._replace(estimate=SURE._replace(learned=False, windows=2), readings=5, hits=5), [
        "limit    unknown, at least 31,400 (41 sessions)",
        "         cut off twice: between $12.20 and $12.65 (90 % interval), too wide to",
        "         be called learned",
        "         Claude's own percentages are not known. Connect Claude Code:",
        "         `ccmon init claude --write`",
        "ruler    by cost",
        "         cut off twice",
        "         noise 1.2 %; 70 % of windows used only on this machine"]),
    (LEARNED._replace(readings=90, hits=90), [
        "limit    about 35,216 tokens, 90 % interval 34,648-35,926",
        "         constant in cost: $12.40 ($12.20-12.65); tokens by your usual mix",
        "         nearest plan by its reference figure: max5 (35,000)",
        "ruler    by cost: 0.4 points off where you were cut off (median)",
        "         cut off 31 times"]),
])
def test_with_little_known_the_words_are_honest(learned, expected):
    assert told_lines(findings(learned))[:len(expected)] == expected


def test_a_limit_in_tokens_is_not_about():
    ruler = UnitWeights("tokens", (("", "input", 1.0), ("", "output", 1.0)), 0.5, 40)
    estimate = SURE._replace(median=35_000.0, low=34_000.0, high=36_000.0)
    learned = LEARNED._replace(unit_weights=ruler, estimate=estimate, tokens_per_load=1.0)
    first, second, *_ = told_lines(findings(learned))
    assert first == "limit    35,000 tokens, 90 % interval 34,000-36,000" and "nearest plan" in second


@pytest.mark.parametrize("tokens, plan", [(6900, "pro (7,000)"), (16_000, "max5 (35,000)"), (15_000, "pro (7,000)"),
                                          (70_100, "max20 (140,000)"), (10**9, "max20 (140,000)"), (1, "pro (7,000)")])
def test_the_nearest_plan_is_so_by_ratio(tokens, plan):
    assert learn_report.nearest(tokens, PLANS) == plan


@pytest.mark.parametrize("cells", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal(cells):
    tried = Extra(NOW, TRIED, None, "max5", ("x" * 120,))
    assert max(map(line_width, learn_report.lines(findings(tried=tried), cells, True))) <= cells


@pytest.mark.parametrize("found", [findings(), findings(Learned(NOW), 0), findings(tried=Extra(NOW, TRIED, KEPT, "", ("a",)))])
def test_the_document_is_json_and_says_the_same(found):
    document = json.loads(json.dumps(learn_report.document(found), allow_nan=False))
    assert set(document) == {"at", "limit", "at_least", "sessions", "readings", "hits", "ruler", "changes", "runway",
                             "forecasts", "extra"}
    assert document["forecasts"]["session"]["mae"] == {"ccmon": 12.14, "seed": 15.0}
    if found.state.learned.estimate:
        assert document["limit"]["tokens"] == {"tokens": 35_216, "low": 34_648, "high": 35_926, "unit": "cost"}
        assert (document["limit"]["nearest_plan"], document["ruler"]["unit"], len(document["changes"])) == ("max5", "cost", 2)
    assert (document["extra"] or {"used": "arima"})["used"] == "arima"


# --- the progress -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("terminal, term", [(True, "xterm"), (False, "xterm"), (True, "dumb")])
def test_progress_is_shown_on_a_terminal_only_and_leaves_no_trace(terminal, term, monkeypatch):
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with output.Progress(context.prepare({}, {"TERM": term}), "") as progress:
        progress(0.5, learn._trying("arima"))
        progress(1.0, learn._trying("tier"))
    if terminal and term != "dumb":
        assert stream.getvalue().startswith("\r##########..........  50 %  trying ARIMA(2,1,2)")
        assert stream.getvalue().endswith("\r\x1b[K") and "100 %  plans and days" in stream.getvalue()
    else:
        assert stream.getvalue() == ""


# --- a series of another account ----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """Eight days of a simulated account as CSV."""
    path = tmp_path_factory.mktemp("series") / "series.csv"
    path.write_text("\n".join(simulate(Scenario(3, days=8)).rows()) + "\n")
    return path


def test_a_series_is_scored_without_a_home_or_ccusage(machine, series):
    done = machine.run("learn", "--evaluate", str(series), "--json", HOME="/nonexistent", PATH="/nonexistent")
    assert done.code == 0 and machine.runs() == 0
    assert set(done.json) >= {"rows", "decisions", "mae", "crps", "brier", "coverage90"}
    assert done.json["decisions"] > 50 and done.json["rows"] == len(series.read_text().splitlines()) - 1
    assert set(done.json["mae"]) == {"ccmon", "seed"}
    assert list(machine.home.iterdir()) == []


def test_limits_of_other_percentages_are_pooled(machine, series):
    one, other, both = (machine.run("learn", "--json", "--evaluate", str(series), "--at-percent", percents).json["decisions"]
                        for percents in ("40", "60", "40,60"))
    assert one < other and one + other == both
    same = machine.run("learn", "--json", "--evaluate", str(series), "--at-percent", "40, 40,40.0").json["decisions"]
    assert same == one


def test_several_files_and_standard_input_have_a_row_each(machine, series, tmp_path):
    """Names are of any bytes; the locale's have to do."""
    short = tmp_path / "sérié.csv"
    short.write_text("\n".join(series.read_text().splitlines()[:200]))
    done = machine.shell(f"LC_ALL=C $CCMON learn --evaluate '{short}' - --at-quantile 50,90 <'{series}'")
    head, columns, first, second, middle = done.out.splitlines()
    assert done.code == 0 and done.err == "" and columns.split()[:2] == ["file", "moments"] and middle.startswith("median")
    assert max(map(len, done.out.splitlines())) <= 80 and second.startswith("standard input  ")
    both = machine.run("learn", "evaluate", str(series), str(short), "--json", "--at-quantile", "50,90").json
    assert [one["file"] for one in both["files"]] == [str(series), str(short)]
    assert [f"{one['decisions']:,}" for one in both["files"]] == [second.split()[-6], first.split()[-6]]
    assert [len(one["limits"]) for one in both["files"]] == [2, 2] and both["files"][0]["limits"] != both["files"][1]["limits"]


def test_standard_input_and_words_for_people(machine, series):
    done = machine.shell(f"$CCMON learn --evaluate - <'{series}'")
    assert done.code == 0 and "CRPS" in done.out and "ccmon" in done.out and "seed" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("words, code, sentence", [
    (("--evaluate", "/nowhere/x.csv"), 30, "/nowhere/x.csv cannot be read (No such file or directory). Name a text file"),
    (("--evaluate", "/"), 30, "/ cannot be read (Is a directory)"),
    (("--evaluate", "{series}", "--at-percent", "0"), 2, "'0' is no percentage above 0 and up to 100"),
    (("--evaluate", "{series}", "--at-percent", "80,101"), 2, "'101' is no percentage"),
    (("--evaluate", "{series}", "--at-percent", "nan"), 2, "'nan' is no percentage"),
    (("--evaluate", "{series}", "--at-percent", "80,"), 2, "'' is no percentage"),
    (("--evaluate", "{series}", "--at-percent", "-5"), 2, "--at-percent"),
    (("--evaluate", "{series}", "--at-quantile", "50,0"), 2, "--at-quantile: '0' is no percentage"),
    (("--evaluate", "{series}", "--at-quantile", "50", "--at-percent", "50"), 2, "--at-percent and --at-quantile both say what"),
    (("--evaluate", "-", "{series}", "-"), 2, "- is standard input, which can be read once"),
    (("--evaluate", "{series}", "/nowhere/x.csv"), 30, "/nowhere/x.csv cannot be read"),
    (("--at-percent", "80"), 2, "--at-percent belongs to --evaluate FILE"),
    (("--at-quantile", "80"), 2, "--at-quantile belongs to --evaluate FILE"),
    (("--subscription", "pro"), 2, "--subscription belongs to --share or --compare FILE"),
    (("--share", "--subscription", "gold"), 2, "invalid choice: 'gold'"),
    (("--report", "--forget"), 2, "not allowed with"), (("--evaluate", "x", "--share"), 2, "not allowed with"),
    (("--forget", "--json"), 2, "--forget has nothing to say as JSON"),
    (("--compare", "/nowhere"), 30, "/nowhere cannot be read"), (("--evaluate",), 2, "expected at least one argument"),
])
def test_what_cannot_be_done_is_one_sentence(machine, series, words, code, sentence):
    done = machine.run("learn", *(word.format(series=series) for word in words))
    assert (done.code, done.out) == (code, "") and sentence in done.err and done.err.count("\n") == 1


def test_a_file_that_is_no_series_is_told(machine, tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\x00a,b\n1,2\n")
    done = machine.run("learn", "--evaluate", str(tmp_path / "x.csv"))
    assert done.code == 30 and "five_hour_pct" in done.err


# --- an account's own history -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [(), ("--report",), ("--share",), ("--forget",)])
def test_an_empty_home_has_nothing_to_learn_from(machine, words):
    done = machine.run("learn", *words)
    assert done.code == 0 and done.err == "" and machine.runs() == 0
    if not words or words == ("--report",):
        assert done.out.splitlines()[0] == "limit    unknown: no completed session is known"
        assert "ccmon init claude --write" in done.out
    assert machine.run("learn", *words, HOME="/nonexistent").code == 30


def test_a_demo_tells_what_its_user_has_taught_it_and_shares_nothing(machine):
    assert machine.run("--demo", "learn", "--report").out.startswith("limit    33,000 tokens")
    shared = machine.run("--demo", "learn", "--share")
    assert (shared.code, shared.out) == (2, "") and "leave --demo out" in shared.err
    assert list(machine.home.iterdir()) == []


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A machine with three weeks of a simulated user, with forecasts of the last days, and the end of the history."""
    machine = Machine(tmp_path_factory.mktemp("filled"))
    now = fill({"HOME": str(machine.home)}, Scenario(4, days=21, elsewhere=0.0), forecasts=200)
    shutil.copytree(str(machine.home), str(machine.folder / "kept"))
    yield machine, now
    machine.close()


@pytest.fixture
def worked(filled):
    """The same, with its home as it was; the history is of one who lives there."""
    machine, now = filled
    shutil.rmtree(str(machine.home))
    shutil.copytree(str(machine.folder / "kept"), str(machine.home))
    return machine, now


def test_a_history_is_learned_from_and_reported(worked):
    machine, now = worked
    learned = machine.run("learn", now=now)
    assert learned.code == 0 and learned.err == "" and "90 % interval" in learned.out
    assert ("pip install '.[ml]' in ccmon's clone" in " ".join(learned.out.split())) == bool(extra.missing())
    told = machine.run("learn", "--report", now=now)
    assert "forecasts of" in told.out and "CRPS" in told.out and "Brier" in told.out
    document = machine.run("learn", "--report", "--json", now=now).json
    limit = document["limit"]
    assert limit["learned"] and limit["low"] < limit["median"] < limit["high"] and limit["noise"] <= 0.04
    assert document["ruler"]["name"] == "cost" and document["ruler"]["error_points"] < 1
    assert document["forecasts"]["session"]["forecasts"] > 20 and document["runway"]["week_days"] > 14


def test_what_is_shared_says_nothing_of_who_or_where(worked):
    machine, now = worked
    done = machine.run("learn", "--share", "--subscription", "Max5", now=now)
    *words, line = done.out.splitlines()
    found = json.loads(line)
    assert found == json.loads(machine.run("learn", "--share", "--json", "--subscription", "max5", now=now).out)
    assert set(found) == {"ccmon_share", *share.Summary._fields} and found["subscription"] == "Max5"
    assert "Nothing is sent." in done.out and words[0] == "subscription  Max5"
    for secret in (str(machine.home), "/", "claude-", str(now)[:5]):
        assert secret not in line


def test_ones_own_place_among_others(worked, tmp_path):
    machine, now = worked
    own = machine.run("learn", "--share", "--json", now=now).json
    others = [json.dumps({**own, "limit": round(own["limit"] * factor), "subscription": name})
              for factor, name in ((0.5, "Pro"), (1.5, "Max5"), (3, "Max20"))]
    file = tmp_path / "summaries"
    file.write_text("\n".join([*others, json.dumps(own), "junk", ""]))
    done = machine.run("learn", "--compare", str(file), now=now)
    assert "3 summaries; 1 other line left out." in done.out and "is the 3rd of 4" in done.out
    found = machine.run("learn", "--compare", str(file), "--json", "--subscription", "pro", now=now).json
    assert (found["rank"], found["of"], found["alike"], found["bad"]) == (3, 4, [1, 2], 1)


def test_learning_starts_anew(worked):
    machine, now = worked
    sessions = machine.run("history", "--json", now=now).json
    machine.run("learn", now=now)
    done = machine.run("learn", "--forget", now=now)
    assert done.code == 0 and "Forgotten: what was learned from" in done.out and "Kept: sessions" in done.out
    report = machine.run("learn", "--report", now=now + 60).out
    assert report.startswith("limit    unknown, at least") and "no session is over" in report
    assert machine.run("history", "--json", now=now).json == sessions
    assert "from 0 readings, and 0 forecasts" in machine.run("learn", "--forget", now=now + 120).out


# --- what it costs others -----------------------------------------------------------------------------------------------

def test_neither_the_screen_nor_the_line_loads_the_extra_models():
    rooms = ("ccmon.fullscreen.app", "ccmon.pipeline.lines", "ccmon.pipeline.refresh",
             *(f"ccmon.commands.{name}" for name in ("look", "statusline", "record", "learn", "why")))
    code = f"import sys, {', '.join(rooms)}; print([name for name in sys.modules if name.split('.')[0] in " \
           "('sklearn', 'statsmodels', 'numpy', 'scipy') or name == 'ccmon.learning.extra'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
