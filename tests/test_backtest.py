"""The quick form of the back-test: no goal is missed by more than the noise; and the back-test itself can tell."""

import pytest

from ccmon.learning import posterior
from tests.backtest import goals, peers, runway
from tests.backtest.__main__ import PARTS, QUICK_USERS, main, table
from tests.backtest.goals import Goal, Row, Table
from tests.backtest.history import user

pytestmark = pytest.mark.newest_only

TIMED = {"speed"}                      # left to the command: a busy machine proves nothing


@pytest.mark.parametrize("part", sorted(set(PARTS) - TIMED, key=lambda part: (part != "points", part)))
def test_no_goal_is_missed(part):
    found = table(part, 0, QUICK_USERS[part], True)
    assert any(row.goal for row in found.rows)
    assert found.missed(True) == [], "\n".join(found.lines(True))


def test_a_limit_that_is_off_is_a_miss(monkeypatch):
    right = posterior.estimate
    monkeypatch.setattr(posterior, "estimate", lambda *given: _times(right(*given), 1.2))
    assert len(table("limit", 0, 1, True).missed(True)) > 3


def _times(estimate, factor):
    return estimate._replace(median=estimate.median * factor, low=estimate.low * factor, high=estimate.high * factor)


@pytest.mark.parametrize("value, verdict", [
    (0.5, "ok"), (1.0, "ok"), (1.1, "missed, within the noise"), (1.3, "MISSED"), (float("nan"), "MISSED")])
def test_a_verdict_knows_the_noise(value, verdict):
    row = Row("error", value, str(value), Goal("<= 1", most=1.0, noise=0.1, noise_quick=0.1))
    assert row.verdict(True) == row.verdict(False) == verdict
    assert bool(Table("part", [row]).missed(True)) == (verdict == "MISSED")


def test_a_known_weak_point_is_named_but_does_not_fail():
    row = Row("peak hours", 0.0, "none", Goal(">= 1", least=1.0), known="limits that vary")
    assert row.verdict(True) == "known weak point" and Table("part", [row]).missed(True) == []


def test_tables_show_goals_results_and_what_others_do():
    rows = [Row("error", 2.0, "2 %", Goal("<= 3 %", most=3.0), "EWMA 9 %"), Row("width", 1.0, "1")]
    lines = Table("The limit", rows).lines(True)
    assert lines[0] == "### The limit"
    assert [cell.strip() for cell in lines[4].split("|")[1:-1]] == ["error", "2 %", "<= 3 %", "ok", "EWMA 9 %"]
    assert len({len(line) for line in lines[2:-1]}) == 1


@pytest.mark.parametrize("part", sorted(PARTS))
def test_the_command_prints_a_part_and_its_exit_code_tells(part, monkeypatch, capsys):
    for value, code in ((0.5, 0), (2.0, 1)):
        row = Row("error", value, "about one", Goal("<= 1", most=1.0))
        monkeypatch.setitem(PARTS, part, ("Title", lambda first, count, quick, row=row: [row]))
        assert main(["--part", part, "--seeds", "2", "--first", "7"]) == code
        shown = capsys.readouterr().out
        assert "### Title (2 users, seeds from 7)" in shown and ("Missed by more than the noise:" in shown) == (code == 1)


def test_others_find_the_limit_too_when_all_is_used_here():
    sim = user(3, 0, elsewhere=0.0, rounding="round")
    seen = peers.samples(sim, sim.points[-1].ts)
    assert len(seen) > 100
    for name, rule in peers.LIMITS.items():
        assert abs(rule(seen) / sim.limits[0][1] - 1) < 0.05, name


def test_others_are_misled_by_use_elsewhere():
    sim = user(3, 0, elsewhere=0.7)
    seen = peers.samples(sim, sim.points[-1].ts)
    assert peers.mean_ratio(seen) < 0.93 * sim.limits[0][1]


@pytest.mark.parametrize("rate", sorted(peers.RATES))
def test_every_rate_is_right_for_steady_use(rate):
    lines = ["header", *(f"{60 * minute},{minute // 2},18000" for minute in range(300))]
    moments = list(peers.moments(lines, 90.0))
    assert len(moments) == 36          # each 5 minutes, while less than 90 % are used
    errors = [peers.score(now, peers.RATES[rate](now))[0] for now in moments if now.age >= 60]
    assert max(errors) < 12 and all(now.hit for now in moments)


def test_a_rate_of_nothing_never_reaches_the_limit():
    now = peers.Left(50.0, [-10.0, 0.0], [50.0, 50.0], 100.0, 200.0, 200.0, False)
    assert peers.score(now, 0.0) == (0.0, 0.0) and peers.score(now, 1.0) == (150.0, 1.0)


def test_the_seed_rule_of_the_evaluation_is_that_of_the_issue():
    sim = user(4, 1, days=14)
    for series in (runway.SERIES[0], runway.SERIES[1]):
        sums = {}
        runway.add(sums, sim, series)
        error, brier = runway.others([sim], series)["seed"]
        assert sums["mae.seed"] / sums["n"] == pytest.approx(error) and sums["brier.seed"] / sums["n"] == pytest.approx(brier)


def test_quantiles_and_means():
    assert goals.median([3.0, 1.0, 2.0]) == 2.0 and goals.quantile([0.0, 10.0], 0.25) == 2.5
    assert goals.mean([1.0, 2.0]) == 1.5 and goals.median([]) != goals.median([])
    assert goals.percent(0.125) == "12.5 %"
