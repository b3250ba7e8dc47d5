"""The burn rate, even and measured, and the history behind the sparkline. Times are minutes before now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.model import Block, Sample
from ccmon.usage import burn

NOW = 1_700_000_000
IDLE = None


def ago(minutes):
    return NOW - round(minutes * 60)


def block(start, tokens, last=None, hours=5.0):
    """A session that started so many minutes ago."""
    return Block(ago(start), ago(start) + round(hours * 3600), None if last is None else ago(last), tokens,
                 None, None, None, None, None)


def row(first, last, session, tokens=0):
    """What was seen between so many minutes ago: the session by its start, minutes ago."""
    return Sample(ago(first), ago(last), None if session is None else ago(session), tokens)


def burn_rate(blocks, samples, now):
    """Tokens per minute, and how that is known."""
    found = burn.terms(blocks, samples, now)
    return found.per_min, found.source


# --- even -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("blocks, tokens", [
    ([], 0),
    ([block(30, 600)], 600),                                    # began within the hour: all of it
    ([block(60, 600)], 600),
    ([block(120, 600)], 300),                                   # half of its time
    ([block(120, 600, last=119)], 300),                         # a running one lasts until now
    ([block(400, 600, last=340)], 0),                           # long over
    ([block(300, 600, last=100)], 0),                           # over at this very second
    ([block(400, 600, last=100, hours=6)], 0),
    ([block(340, 1000, last=40)], 1000 * 20 / 300),             # its last third of an hour counts
    ([block(340, 1000)], 1000 * 20 / 300),                      # over, its last message unknown: until its end
    ([block(400, 1000)], 0),
    ([block(290, 1000)], 1000 * 60 / 290),                      # a running one: until now
    ([block(30, 600), block(120, 600)], 900),                   # all sessions count
    ([block(-5, 600)], 0), ([block(-600, 600)], 0),             # the future does not
    ([block(0, 70)], 70),                                       # began this second
    ([block(30, 70, last=31, hours=0.25)], 70),                 # ended before it began: whole within the hour
    ([block(60, 70, last=60, hours=0.25)], 70),
    ([block(61, 70, last=61, hours=0.25)], 0),
    ([block(310, 600, last=-9)], 600 * 60 / 310),               # a last message in the future
])
def test_even(blocks, tokens):
    rate, source = burn_rate(blocks, [], NOW)
    assert (rate, source) == (pytest.approx(tokens / 60), "even")


@given(st.integers(1, 300), st.integers(0, 10**9))
def test_one_running_session(minutes, tokens):
    assert burn_rate([block(minutes, tokens)], [], NOW)[0] == pytest.approx(tokens / max(60, minutes))


@given(st.lists(st.builds(block, st.integers(-600, 900), st.integers(0, 10**6), st.none() | st.integers(-900, 900),
                          st.sampled_from([0, 1, 5, -1])), max_size=5))
def test_even_is_between_nothing_and_everything(blocks):
    rate, _ = burn_rate(blocks, [], NOW)
    assert 0 <= rate <= sum(b.tokens for b in blocks) / 60 + 1e-6


# --- measured ---------------------------------------------------------------------------------------------------------

STEADY = [row(90, 61, 100, 500), row(60, 31, 100, 800), row(30, 2, 100, 1400)]
FRESH = [row(70, 41, IDLE), row(40, 20, 45, 300), row(19, 0, 45, 900)]


@pytest.mark.parametrize("blocks, samples, tokens", [
    ([block(100, 1400)], STEADY, 600),                                                      # 500 was left of the edge
    ([block(100, 1400)], [row(90, 62, 100, 500), row(58, 30, 100, 900), row(30, 0, 100, 950)], 400 * 2 / 4 + 50),
    ([block(100, 1400)], [row(90, 30, 100, 500), row(29, 0, 100, 400)], 0),                 # counted anew, lower
    ([block(100, 1400)], [row(80, 50, 100, 500), row(49, 30, 100, 400), row(29, 0, 100, 450)], 0),    # what was counted before
    ([block(100, 1400)], [row(80, 50, 100, 500), row(49, 30, 100, 400), row(29, 0, 100, 550)], 50),
    ([block(100, 1400)], [row(95, 91, 100, 500), row(90, 50, 100, 400), row(49, 0, 100, 550)], 50),  # the most before the hour
    ([block(320, 5000, last=30), block(20, 700)],
     [row(80, 50, 320, 4000), row(49, 21, 320, 5000), row(20, 9, 20, 700), row(8, 0, 320, 5000)], 1700),
    ([block(100, 500)], [row(90, 10, 100, 500)], 0),                                        # nothing used for an hour
    ([block(45, 900)], FRESH, 900),                                                         # from idle: all its tokens
    ([block(400, 9000, last=101), block(45, 900)], FRESH, 900),
    ([block(320, 5000, last=30), block(20, 700)],
     [row(80, 50, 320, 4000), row(49, 21, 320, 5000), row(20, 0, 20, 700)], 1700),          # one session into the next
    ([block(100, 800)], [row(90, 60, 100, 500), row(60, 0, 100, 800)], 0),                  # on the left edge: before it
    ([block(100, 800)], [row(90, 0, 100, 500), row(0, 0, 100, 800)], 300),                  # on the right edge: within
    ([block(100, 800)], [row(95, 90, 100, 1), row(70, 65, 100, 7), row(60, 0, 100, 7)], 0),     # holes before it do not matter
    ([block(100, 510)], [row(90, 50, 100, 500), row(49, 40, IDLE), row(39, 0, 100, 510)], 10),   # away for a while
    ([block(100, 510)], [row(99, 80, 100, 500), row(79, 40, IDLE), row(39, 0, 100, 510)], 10),
    ([], [row(90, 3, IDLE)], 0),
    # shorter than the hour, but nothing can have been missed
    ([block(55, 900)], [row(50, 41, IDLE), row(40, 0, 55, 900)], 900),
    ([block(55, 900), block(400, 800, last=110)], [row(50, 41, IDLE), row(40, 0, 55, 900)], 900),
    ([block(55, 900), block(400, 800, last=60)], [row(50, 41, IDLE), row(40, 0, 55, 900)], 900),
    ([block(340, 800, last=90), block(38, 900)], [row(50, 41, 340, 800), row(38, 0, 38, 900)], 900),
    ([], [row(20, 0, IDLE)], 0),
])
def test_measured(blocks, samples, tokens):
    rate, source = burn_rate(blocks, samples, NOW)
    assert (rate, source) == (pytest.approx(tokens / 60), "measured")


@pytest.mark.parametrize("blocks, samples", [
    ([block(100, 1400)], STEADY[1:2]),                                                      # too old
    ([block(100, 1400)], [row(90, 61, 100, 500), row(60, 10.1, 100, 900)]),
    ([block(100, 1400)], [row(59, 31, 100, 800), row(30, 2, 100, 1400)]),                   # the hour is not covered
    ([block(100, 1400)], [row(90, 45, 100, 500), row(34.9, 2, 100, 1400)]),                 # a hole
    ([block(100, 1400)], [row(90, 61, 100, 500), row(50.9, 2, 100, 1400)]),                 # a hole over the edge
    ([block(55, 900)], [row(50, 41, 55, 10), row(40, 0, 55, 900)]),                         # it had begun before
    ([block(55, 900), block(400, 800, last=59, hours=5.5)], [row(50, 41, IDLE), row(40, 0, 55, 900)]),  # another had
    ([block(350, 800, last=55)], [row(50, 0, IDLE)]),                                       # over just when idle was seen
    ([block(330, 800, last=55, hours=5.4), block(20, 900)], [row(50, 21, 330, 800), row(20, 0, 20, 900)]),
    ([block(55, 900), block(58, 800)], [row(50, 41, 58, 700), row(40, 0, 55, 900)]),
    ([block(100, 1400)], [row(-5, -6, 100, 1400), row(-1, -2, 100, 1400)]),                 # from before the clock went back
])
def test_not_measured(blocks, samples):
    assert burn_rate(blocks, samples, NOW) == (burn_rate(blocks, [], NOW)[0], "even")


@pytest.mark.parametrize("hole_s, late_s, source", [(600, 600, "measured"), (601, 600, "even"), (600, 601, "even")])
def test_a_hole_is_longer_than_ten_minutes(hole_s, late_s, source):
    seen = NOW - 2000
    rows = [Sample(NOW - 5000, seen, NOW - 6000, 5), Sample(seen + hole_s, NOW - late_s, NOW - 6000, 9)]
    assert burn_rate([block(100, 9)], rows, NOW)[1] == source
    in_hole, newest = burn.history(rows, NOW, 1, 2000 - 1), burn.history(rows, NOW, 10, 1000)[-1]
    assert (in_hole[0] > 3, newest) == (hole_s == 600, 0 if late_s == 600 else None)


TURNS = [Sample(NOW - 5400 + at, NOW - 5400 + at, NOW - 6000, 5000 + 200 * (at // 15 % 2)) for at in range(0, 5415, 15)]


@pytest.mark.parametrize("since_s, tokens", [(5400, 0), (3600, 200)])
def test_two_versions_of_ccusage_in_turn_use_nothing(since_s, tokens):
    rows = [Sample(NOW - 5400, NOW - since_s, NOW - 6000, 5000), *(row for row in TURNS if row.ts > NOW - since_s)]
    assert burn_rate([block(100, 5200)], rows, NOW) == (pytest.approx(tokens / 60), "measured")
    assert sum(burn.history(rows, NOW, 12)) == pytest.approx(tokens)


def test_a_row_left_by_a_clock_that_was_ahead_is_not_used_twice():
    steady = [row(minute, minute, 100, 10_000 - minute * 10) for minute in range(90, -1, -5)]
    left = sorted([*steady, row(32, 32, 100, 300)])
    assert [burn_rate([block(100, 10_000)], rows, NOW) for rows in (steady, left)] == 2 * [(10, "measured")]


def test_rows_from_the_future_change_nothing():
    later = [row(-1, -20, 100, 99_999), row(-30, -40, IDLE)]
    assert burn_rate([block(100, 1400)], STEADY + later, NOW) == burn_rate([block(100, 1400)], STEADY, NOW)
    until = STEADY[:2] + [row(30, -300, 100, 1400)]
    assert burn_rate([block(100, 1400)], until, NOW) == (10.0, "measured")


@st.composite
def watched(draw):
    """A timeline without holes over the last 90 minutes, of one session that only grows."""
    moments = sorted(draw(st.sets(st.integers(0, 89), max_size=12)) | set(range(0, 90, 9)) | {90}, reverse=True)
    growth = draw(st.lists(st.integers(0, 500), min_size=len(moments), max_size=len(moments)))
    return [row(minute, minute, 95, sum(growth[:n + 1])) for n, minute in enumerate(moments)]


@given(watched())
def test_measured_is_what_was_added(samples):
    rate, source = burn_rate([block(95, samples[-1].tokens)], samples, NOW)
    inside = [s.tokens for s in samples if s.ts >= ago(60)]
    outside = [s.tokens for s in samples if s.ts <= ago(60)]
    assert source == "measured"
    assert (inside[-1] - inside[0]) / 60 - 1e-6 <= rate <= (inside[-1] - outside[-1]) / 60 + 1e-6


# --- history ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("samples, expected", [
    ([], [None] * 4),
    (STEADY, [0, 600, 0, 0]),
    (FRESH, [0, 300, 600, 0]),
    ([row(50, 44, IDLE), row(36, 10, 45, 800)], [0, 800, 0, 0]),
    ([row(50, 48, IDLE), row(40, 0, 45, 800)], [300, 500, 0, 0]),                   # spread over two parts
    ([row(40, 32, 45, 10), row(10, 1, 45, 800)], [None, 0, None, 0]),               # what came in a hole is not placed
    ([row(200, 100, 250, 10)], [None] * 4),
    ([row(59, 25, 250, 10)], [0, 0, 0, None]),
    ([row(20, -50, 250, 10), row(-60, -70, 250, 99)], [None, None, 0, 0]),
    ([row(30, 0, 250, 10)], [None, None, 0, 0]),
    ([row(40, 30, 250, 10)], [None, 0, None, None]),
    ([row(62, 62, 90, 100), row(58, 0, 90, 140)], [20, 0, 0, 0]),                   # half of it before the hour
    ([row(50, 20, 90, 100), row(20, 0, 90, 140)], [0, 0, 40, 0]),                   # at once
    ([row(50, 40, 90, 100), row(40, 30, 90, 140), row(15, 0, 90, 900)], [0, 40, None, 0]),
    ([row(50, 32, 90, 100), row(30, 30, 90, 140)], [0, 40, None, None]),            # up to the edge of a part
])
def test_history(samples, expected):
    assert burn.history(samples, NOW, 4) == [None if v is None else pytest.approx(v) for v in expected]


def test_history_of_another_span_and_of_no_buckets():
    assert burn.history([row(8, 7, 90, 0), row(7, 0, 90, 50)], NOW, 2, span_s=600) == [50, 0]
    assert burn.history(STEADY, NOW, 0) == []


@given(watched(), st.integers(1, 40))
def test_the_parts_add_up_to_the_rate(samples, buckets):
    rate, _ = burn_rate([block(95, samples[-1].tokens)], samples, NOW)
    parts = burn.history(samples, NOW, buckets)
    assert None not in parts and len(parts) == buckets and sum(parts) == pytest.approx(rate * 60)


# --- the terms --------------------------------------------------------------------------------------------------------

def test_the_terms_of_an_even_rate():
    found = burn.terms([block(340, 1000, last=40), block(400, 70), block(30, 600)], [], NOW)
    assert found.source == "even" and (found.samples, found.first) == (0, None)
    assert [(term.start, term.whole, term.spread_s) for term in found.parts] == [(ago(340), 1000, 300 * 60), (ago(30), 600, 1800)]
    assert [term.tokens for term in found.parts] == [pytest.approx(1000 * 20 / 300), 600]


def test_the_terms_of_a_measured_rate():
    rows = [row(70, 62, 300, 900), row(58, 50, 300, 1000), row(48, 40, 5, 30), row(38, 30, IDLE), row(28, 20, 5, 80),
            row(12, 10, 5, 80), row(2, 0, 5, 90)]
    found = burn.terms([], rows, NOW)
    assert (found.source, found.samples, found.first) == ("measured", 7, ago(70))
    assert [(term.start, term.tokens, term.whole, term.spread_s) for term in found.parts] == [
        (ago(300), pytest.approx(50), 1000, 0), (ago(5), pytest.approx(90), 90, 0)]


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([IDLE, 5, 100, 200]), st.integers(0, 9999)), max_size=30),
       st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9999)), max_size=5))
def test_the_terms_add_up(steps, starts):
    at, rows = sum(step for step, _, _ in steps), []
    for step, session, tokens in steps:
        rows.append(row(at, at, session, tokens if session else 0))
        at -= step
    found = burn.terms([block(start, tokens) for start, tokens in starts], rows, NOW)
    assert sum(term.tokens for term in found.parts) == pytest.approx(found.tokens)
    assert all(0 < term.tokens <= term.whole for term in found.parts)
    assert burn_rate([block(start, tokens) for start, tokens in starts], rows, NOW) == (found.per_min, found.source)
