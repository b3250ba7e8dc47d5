"""A report as one HTML page that needs nothing else: no script, no other file. Everything from data is escaped."""

from html import escape
from typing import List, Sequence

from ccmon import text
from ccmon.history.digest import Digest
from ccmon.learning.score import Reliability
from ccmon.views.report import svg, words
from ccmon.views.report.css import CSS
from ccmon.when import DAYS, day_and_hour, time_of_day

_NOTHING = Reliability()
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(digest: Digest, version: str, reliability: Reliability = _NOTHING) -> str:
    """The whole page; version is ccmon's, reliability the likelihoods of forecasts against what came."""
    heading = escape(words.heading(digest))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<link rel="icon" href="data:,">
<title>{heading} - ccmon report</title>
<style>{CSS}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">Claude Code, a {digest.period.kind} in review</p>
<h1>{heading}</h1>
<p class="meta">{escape(words.state(digest))} &middot; {escape(words.zone_name(digest))}{_of_hosts(digest)}{_compared(digest)}</p>
</header>
{_body(digest, reliability)}
<footer>
<p>{escape(words.COUNTING)}</p>
<p>Made by ccmon {escape(version)} on {escape(day_and_hour(digest.now, digest.zone))}.</p>
</footer>
</main>
</body>
</html>
"""


def _of_hosts(digest: Digest) -> str:
    return f" &middot; {text.plural(len(digest.hosts), 'machine')}" if digest.hosts else ""


def _compared(digest: Digest) -> str:
    words_ = words.compared(digest)
    return f" &middot; {escape(words_)}" if words_ else ""


def _body(digest: Digest, reliability: Reliability) -> str:
    if digest.is_empty:
        return _section("Nothing yet", f"<p>{escape(words.nothing(digest))}</p>")
    parts = [_figures(digest), _insights(digest), _days(digest), _sessions(digest), _weeks(digest), _hours(digest),
             _models(digest), _plain(words.limits_table(digest)), _forecasts(reliability), _plain(words.hosts_table(digest))]
    return "\n".join(filter(None, parts))


def _section(title: str, inside: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{inside}\n</section>"


# --- figures and sentences ----------------------------------------------------------------------------------------------

def _figures(digest: Digest) -> str:
    roles = {"80 % passed": "warn-text" if digest.total.near else "", "limit reached": "danger-text" if digest.total.hits else ""}
    return '<dl class="figures">\n' + "\n".join(
        f'<div><dt>{escape(figure.name)}</dt><dd class="now {roles.get(figure.name, "")}">{escape(figure.now)}</dd>'
        f'<dd class="before">{_before(figure)}</dd></div>' for figure in words.figures(digest)) + "\n</dl>"


def _before(figure: words.Figure) -> str:
    """The change from the period before; nothing where nothing is known."""
    if figure.before == "-":
        return "&nbsp;"
    change = f"<b>{escape(figure.change)}</b> " if figure.change else ""
    return f"{change}from {escape(figure.before)}"


def _insights(digest: Digest) -> str:
    if not digest.insights:
        return ""
    items = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in digest.insights)
    return _section("What stands out", f"<ul>\n{items}\n</ul>")


# --- pictures, each with its numbers as a table ---------------------------------------------------------------------------

def _days(digest: Digest) -> str:
    table = words.days_table(digest)
    return _section("Days", svg.days(digest) + _signs(digest) + _details("The days as a table", _table(table)))


def _signs(digest: Digest, more: str = "") -> str:
    """What the signs mean, of those that are there."""
    total = digest.total
    near = f'<span>{svg.mark("warn")}a session passed 80 % of its limit</span>' if total.near > total.hits + total.passed else ""
    causes = " or ".join(["the limit was reached"] * bool(total.hits) + [f"{digest.scale.name} was passed"] * bool(total.passed))
    full = f'<span>{svg.mark("danger")}{causes}</span>' if causes else ""
    return f'<p class="note">{more}{near}{full}</p>' if more or near or full else ""


def _sessions(digest: Digest) -> str:
    if not digest.rises:
        return ""
    limit = '<span><span class="dash"></span>limit</span>'
    rows = tuple((day_and_hour(rise.record.block.start, digest.zone), text.count(rise.record.block.tokens),
                  *words.share(rise, digest)) for rise in digest.rises)
    table = words.ReportTable("Sessions", ("start", "tokens", "share", "of"), rows)
    return _section("Sessions", svg.sessions(digest) + _signs(digest, limit) + _details("The sessions as a table", _table(table)))


def _weeks(digest: Digest) -> str:
    if not digest.weeks:
        return ""
    note = '<p class="note"><span>in per cent</span><span><span class="dash"></span>even use</span></p>'
    table = words.weeks_table(digest)
    return _section(table.title, svg.weeks(digest) + note + _details("The weekly limit as a table", _table(table)))


def _hours(digest: Digest) -> str:
    top = words.fullest(digest.heat)
    if top <= 0:
        return ""
    swatches = "".join(f'<span class="swatch" style="background:var(--h{level})"></span>' for level in range(1, svg.LEVELS + 1))
    note = f'<p class="note"><span>{swatches} up to {escape(text.short_count(top))} tokens</span></p>'
    rows = tuple((time_of_day(hour, 0, digest.zone.dial),
                  *(text.short_count(round(row[hour])) if row[hour] >= 0.5 else "" for row in digest.heat))
                 for hour in range(24))
    table = words.ReportTable("Hours", ("", *DAYS), rows)
    return _section("Hours", svg.hours(digest) + note + _details("The hours as a table", _table(table)))


def _models(digest: Digest) -> str:
    groups = words.model_groups(digest)
    if not groups:
        return ""
    bars = [svg.bar(part) for part in words.shares(groups)]
    return _section("Models", _table(words.models_table(digest), bars))


def _forecasts(reliability: Reliability) -> str:
    if not reliability.bins:
        return ""
    bars = [svg.bar(one.happened, one.said) for one in reliability.bins]
    table = words.forecasts_table(reliability)
    return _section(table.title, f'<p class="note">{escape(words.forecasts_sentence(reliability))}</p>' + _table(table, bars))


def _plain(table: words.ReportTable) -> str:
    return _section(table.title, _table(table)) if table.rows else ""


# --- tables -----------------------------------------------------------------------------------------------------------

def _details(title: str, inside: str) -> str:
    return f"\n<details><summary>{escape(title)}</summary>\n{inside}\n</details>"


def _table(table: words.ReportTable, bars: Sequence[str] = ()) -> str:
    """The table, with a picture after the first cell of each row where there are some."""
    head = [f'<th scope="col">{escape(cell) or "&nbsp;"}</th>' for cell in table.head]
    if bars:
        head.insert(1, '<th class="share" aria-hidden="true"></th>')
    rows = [_row(row, bars[at:at + 1]) for at, row in enumerate(table.rows)]
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}"><table>\n'
            f'<thead><tr>{"".join(head)}</tr></thead>\n<tbody>\n' + "\n".join(rows) + "\n</tbody></table></div>")


def _row(cells: Sequence[str], picture: Sequence[str]) -> str:
    first, *rest = cells
    drawn: List[str] = [f'<td class="share" aria-hidden="true">{bar}</td>' for bar in picture]
    figures = [f"<td>{escape(cell)}</td>" for cell in rest]
    return f'<tr><th scope="row">{escape(first)}</th>{"".join([*drawn, *figures])}</tr>'
