"""ccmon export --rules: alerting rules that promtool takes, and that fire on what openmetrics.py writes, and only then."""

import re
import shutil
import subprocess

import openmetrics_text
import pytest
from test_export import BUSY, THEN, snapshot
from test_export import record as session_record

from ccmon.model import Binding, Credits, Login, Runway
from ccmon.usage.windows import window
from ccmon.views import openmetrics

pytestmark = pytest.mark.newest_only

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool; in Debian it is in the package prometheus")
HOUR, DAY = 3600, 86_400
LIKELY = Runway(THEN + HOUR, THEN, THEN + DAY, 0.75, "week", resets_at=THEN + DAY)


def week(percent, name="seven_day", forecast=None):
    """A window whose reset is a day after the moment of the scenes."""
    return window(name, percent, THEN + DAY, THEN - 60)._replace(forecast=forecast)


def extra(used, enabled=True, kind="extra_usage"):
    return Credits(kind, used, 50.0, "USD", None, enabled, THEN + DAY, THEN, "claude")


def moment(*windows, credits=(), login="", bound=None, percent=37.0, source=None):
    """The numbers of a moment at which these windows run."""
    found = snapshot(BUSY)
    return found._replace(windows=windows, credits=credits, login=Login(login), binding=bound, percent=percent,
                          source=source or found.source, runway=None)


# --- the numbers ------------------------------------------------------------------------------------------------------

def samples(text, name):
    """The values of a name by their labels' values, in the order of the labels' names; account is always the same."""
    metric = openmetrics_text.parse(text).get("ccmon_" + name)
    return {tuple(value for key, value in labels if key != "account"): value for labels, value in metric.samples.items()}


def test_every_window_of_every_login():
    bound = Binding("seven_day", "7d", 84.0, THEN + DAY, "near")
    windows = week(37, "five_hour"), week(84, forecast=LIKELY), week(130, "seven_day_opus_4_5")
    found = moment(*windows, login="aa", bound=bound)
    text = openmetrics.text(found, [session_record()], "0123abc", [("bb", (week(5),))])
    assert samples(text, "window_used_ratio") == {     # login, scope, window
        ("aa", "account", "five_hour"): 0.37, ("aa", "account", "seven_day"): 0.84, ("aa", "Opus 4.5", "seven_day_opus_4_5"): 1.3,
        ("bb", "account", "seven_day"): 0.05}
    assert set(samples(text, "window_reset_timestamp_seconds").values()) == {THEN + DAY}
    assert set(samples(text, "window_read_timestamp_seconds").values()) == {THEN - 60}
    assert samples(text, "window_runs_out_probability_ratio") == {("aa", "account", "seven_day"): 0.75}
    assert samples(text, "binding_info") == {("aa", "near", "seven_day"): 1}
    assert samples(text, "official_used_ratio") == {("five_hour",): 0.37, ("seven_day",): 0.84}
    checked(text)


def test_credits():
    text = openmetrics.text(moment(credits=(extra(3.5), extra(60, False, "spend_limit"))), [], "x")
    by_name = {name: samples(text, name) for name in ("credits_used", "credits_limit", "credits_used_ratio", "credits_enabled")}
    extra_usage, spend_limit = ("USD", "extra_usage"), ("USD", "spend_limit")
    assert by_name == {"credits_used": {extra_usage: 3.5, spend_limit: 60}, "credits_limit": {extra_usage: 50, spend_limit: 50},
                       "credits_used_ratio": {extra_usage: 0.07, spend_limit: 1.2},
                       "credits_enabled": {extra_usage: 1, spend_limit: 0}}
    unknown = extra(1)._replace(used=None, limit=None, currency="", resets_at=None)
    assert list(samples(openmetrics.text(moment(credits=(unknown,)), [], "x"), "credits_enabled")) == [("", "extra_usage")]
    checked(text)


def checked(text):
    """promtool finds nothing to complain about."""
    if PROMTOOL:
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- the rules --------------------------------------------------------------------------------------------------------

def test_the_rules_are_of_names_that_are_exported():
    names = {name for rule in openmetrics.RULES for name in re.findall(r"ccmon_\w+", rule.when + rule.description)}
    text = openmetrics.text(moment(week(84, forecast=LIKELY), credits=(extra(3),))._replace(runway=LIKELY), [], "x")
    assert names == names & set(openmetrics_text.parse(text)) and len(names) > 8


@needs_promtool
def test_promtool_takes_the_rules_as_they_are_printed(machine):
    printed = machine.run("export", "--rules", "--output", "rules.yml")
    assert printed == (0, "", "") and machine.run("export", "--rules").out == (machine.cwd / "rules.yml").read_text()
    assert machine.runs() == 0                                 # nothing is looked at
    done = subprocess.run([PROMTOOL, "check", "rules", "--lint-fatal", str(machine.cwd / "rules.yml")], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0 and f"{len(openmetrics.RULES)} rules found" in done.stdout, done.stderr


CALM = (week(20, "five_hour"), week(79.9))
CASES = {
    "calm": (moment(*CALM), []),
    "near": (moment(week(20, "five_hour"), week(84), login="aa"), ["ClaudeWindowNear"]),
    "over": (moment(week(20, "five_hour"), week(100)), ["ClaudeWindowUsedUp"]),
    "model": (moment(*CALM, week(100, "seven_day_opus")), ["ClaudeModelWindowUsedUp"]),
    "likely": (moment(week(20, "five_hour"), week(50, forecast=LIKELY)), ["ClaudeWindowRunsOut"]),
    "unlikely": (moment(week(20, "five_hour"), week(50, forecast=LIKELY._replace(probability=0.4))), []),
    "past": (moment(week(100)._replace(resets_at=THEN - 60), week(20, "five_hour")), []),
    "tokens": (moment(percent=84.0), ["ClaudeSessionNear"]),
    "tokens likely": (moment(percent=20.0)._replace(runway=LIKELY), ["ClaudeSessionRunsOut"]),
    "session of windows": (moment(*CALM, percent=84.0), []),
    "credits": (moment(*CALM, credits=(extra(41),)), ["ClaudeCreditsNear"]),
    "no credits": (moment(*CALM, credits=(extra(41, False),)), []),
    "failed": (moment(*CALM, source=BUSY.reported.source._replace(error="it failed")), ["CcmonStale"]),
    "stale": (moment(*CALM, source=BUSY.reported.source._replace(refreshed=THEN - HOUR)), ["CcmonStale"]),
}


def series(text, at):
    """The samples for half an hour; Prometheus' tests begin at 0, so that times are told from then on."""
    rows = []
    for name, metric in openmetrics_text.parse(text).items():
        for labels, value in metric.samples.items():
            pairs = ",".join(f'{key}="{word}"' for key, word in (*labels, ("instance", "vm"), ("job", "node")))
            step = "+60" if name == "ccmon_data_timestamp_seconds" else ""         # it is looked again and again
            moved = value - at if name.endswith("timestamp_seconds") else value
            rows.append(f"      - series: '{name}{{{pairs}}}'\n        values: '{moved:.6f}{step}x30'")
    return "\n".join(rows)


@needs_promtool
def test_each_rule_fires_where_it_should_and_only_there(tmp_path):
    (tmp_path / "rules.yml").write_text(openmetrics.rules_text())
    tests = []
    for name, (told, want) in CASES.items():
        checks = "".join(f"      - eval_time: 20m\n        alertname: {rule.name}\n        exp_alerts: []\n"
                         for rule in openmetrics.RULES if rule.name not in want)
        assert set(want) <= {rule.name for rule in openmetrics.RULES}
        fires = "".join(f"      - expr: 'count(ALERTS{{alertname=\"{rule}\",alertstate=\"firing\"}})'\n        eval_time: 20m\n"
                        f"        exp_samples: [{{labels: '{{}}', value: 1}}]\n" for rule in want)
        tests.append(f"  - name: {name}\n    interval: 1m\n    input_series:\n{series(openmetrics.text(told, [], 'x'), THEN)}\n"
                     f"    alert_rule_test:\n{checks}" + (f"    promql_expr_test:\n{fires}" if fires else ""))
    (tmp_path / "test.yml").write_text("rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n" + "".join(tests))
    done = subprocess.run([PROMTOOL, "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_the_words_of_an_alert(tmp_path):
    (tmp_path / "rules.yml").write_text(openmetrics.rules_text())
    text = openmetrics.text(moment(week(20, "five_hour"), week(84), login="aa"), [], "x")
    (tmp_path / "test.yml").write_text(f"""rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
{series(text, THEN)}
    alert_rule_test:
      - eval_time: 10m
        alertname: ClaudeWindowNear
        exp_alerts:
          - exp_labels: {{severity: warning, account: x, login: aa, window: seven_day, scope: account, instance: vm, job: node}}
            exp_annotations:
              summary: 84% of the window seven_day is used
              description: 'Reset: 1970-01-02 00:00:00 +0000 UTC'
""")
    done = subprocess.run([PROMTOOL, "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
