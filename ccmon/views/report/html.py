"""A report as one HTML page with its style: no script, no other file. Everything from data is escaped."""

from html import escape

from ccmon import text
from ccmon.history.digest import Digest
from ccmon.learning.score import Reliability
from ccmon.quick_typing import List, Sequence
from ccmon.views.report import svg, words
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
<p class="meta">{escape(words.state(digest))} &middot; {escape(words.zone_name(digest))}{_more_meta(digest)}</p>
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


def _more_meta(digest: Digest) -> str:
    """Of how many machines it is, and with what it is compared."""
    hosts = text.plural(len(digest.hosts), "machine") if digest.hosts else ""
    return "".join(f" &middot; {escape(part)}" for part in (hosts, words.compared(digest)) if part)


def _body(digest: Digest, reliability: Reliability) -> str:
    if digest.is_empty:
        return _section("Nothing yet", f"<p>{escape(words.nothing(digest))}</p>")
    days = _pictured(words.days_table(digest), svg.days(digest), _signs(digest))
    models = _plain(words.models_table(digest), [svg.bar(part) for part in words.shares(words.model_groups(digest))])
    parts = [_figures(digest), _insights(digest), days, _sessions(digest), _weeks(digest), _hours(digest), models,
             _plain(words.limits_table(digest)), _forecasts(reliability), _plain(words.hosts_table(digest))]
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

def _pictured(table: words.ReportTable, picture: str, note: str) -> str:
    details = f"\n<details><summary>The {escape(table.title.lower())} as a table</summary>\n{_table(table)}\n</details>"
    return _section(table.title, picture + note + details)


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
    return _pictured(table, svg.sessions(digest), _signs(digest, limit))


def _weeks(digest: Digest) -> str:
    if not digest.weeks:
        return ""
    note = '<p class="note"><span>in per cent</span><span><span class="dash"></span>even use</span></p>'
    return _pictured(words.weeks_table(digest), svg.weeks(digest), note)


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
    return _pictured(table, svg.hours(digest), note)


def _forecasts(reliability: Reliability) -> str:
    if not reliability.bins:
        return ""
    bars = [svg.bar(one.happened, one.said) for one in reliability.bins]
    table = words.forecasts_table(reliability)
    return _section(table.title, f'<p class="note">{escape(words.forecasts_sentence(reliability))}</p>' + _table(table, bars))


def _plain(table: words.ReportTable, bars: Sequence[str] = ()) -> str:
    return _section(table.title, _table(table, bars)) if table.rows else ""


# --- tables -----------------------------------------------------------------------------------------------------------

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


# --- style: light and dark, wide and narrow, on paper -------------------------------------------------------------------

LIGHT = {"back": "#f4f6f7", "card": "#ffffff", "text": "#1b2226", "muted": "#53606a", "line": "#dde3e6", "accent": "#00726f",
         "warn": "#9a5b00", "danger": "#b3261e", "h0": "#eceff1", "h1": "#c9e7e4", "h2": "#93d0cb", "h3": "#4fb0aa",
         "h4": "#148984", "h5": "#00504e"}
DARK = {"back": "#11171a", "card": "#1a2226", "text": "#e7ecee", "muted": "#a5b3bb", "line": "#313d43", "accent": "#4fc4be",
        "warn": "#ffb454", "danger": "#ff8a80", "h0": "#232d32", "h1": "#1d4a49", "h2": "#1c6b68", "h3": "#27928d",
        "h4": "#4fc4be", "h5": "#b4f3ee"}
_LIGHT_CSS, _DARK_CSS = ("".join(f"--{name}:{colour};" for name, colour in colours.items()) for colours in (LIGHT, DARK))
CSS = f"""
:root{{color-scheme:light dark;{_LIGHT_CSS}}}
@media (prefers-color-scheme:dark){{:root{{{_DARK_CSS}}}}}
@media print{{:root{{color-scheme:light;{_LIGHT_CSS}--back:#ffffff;}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%}}
body{{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",
"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}}
main{{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 2rem}}
header{{margin:0 .25rem 1.25rem}}
h1{{font-size:1.75rem;line-height:1.2;margin:.1rem 0 .3rem;letter-spacing:-.01em}}
h2{{font-size:1.05rem;margin:0 0 .75rem}}
p{{margin:0}}
.eyebrow{{color:var(--accent);font-weight:600;font-size:.875rem}}
.meta,footer,.note{{color:var(--muted);font-size:.875rem}}
.note{{margin-top:.5rem;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;align-items:center}}
.figures{{display:grid;grid-template-columns:repeat(5,1fr);gap:.75rem;margin:0 0 .75rem}}
.figures div,section{{background:var(--card);border:1px solid var(--line);border-radius:.6rem}}
.figures div{{padding:.75rem .9rem}}
dt{{color:var(--muted);font-size:.875rem}}
dd{{margin:0}}
.now{{font-size:1.4rem;font-weight:650;line-height:1.3;letter-spacing:-.01em}}
.before{{font-size:.8125rem;color:var(--muted);line-height:1.35}}
.before b{{color:var(--text);font-weight:600}}
.warn-text{{color:var(--warn)}}.danger-text{{color:var(--danger)}}
section{{padding:1rem 1.1rem 1.1rem;margin:0 0 .75rem}}
section>svg{{display:block;overflow:visible}}
ul{{margin:0;padding-left:1.15rem}}
li+li{{margin-top:.35rem}}
li::marker{{color:var(--accent)}}
text{{font-size:12px;fill:var(--muted);font-family:inherit}}
text.figure{{fill:var(--text)}}
text.over{{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}}
.grid{{stroke:var(--line);stroke-width:1}}
.bar.plain,.area.plain,.mark.plain{{fill:var(--accent)}}
.bar.warn,.area.warn,.mark.warn{{fill:var(--warn)}}
.bar.danger,.area.danger,.mark.danger{{fill:var(--danger)}}
.area{{fill-opacity:.3;stroke-width:1.5;vector-effect:non-scaling-stroke;stroke-linejoin:round}}
.area.plain{{stroke:var(--accent)}}.area.warn{{stroke:var(--warn)}}.area.danger{{stroke:var(--danger)}}
.mark{{stroke:var(--card);stroke-width:1.5}}
.limit{{fill:none;stroke:var(--muted);stroke-width:1.5;stroke-dasharray:5 4;vector-effect:non-scaling-stroke}}
.cell{{stroke:var(--card);stroke-width:2}}
.h0{{fill:var(--h0)}}.h1{{fill:var(--h1)}}.h2{{fill:var(--h2)}}.h3{{fill:var(--h3)}}.h4{{fill:var(--h4)}}.h5{{fill:var(--h5)}}
.track{{fill:var(--h0)}}.said{{fill:var(--text)}}
.sign{{vertical-align:-2px;margin-right:.3rem}}
.swatch{{display:inline-block;width:14px;height:14px;border-radius:3px;vertical-align:-2px;margin-right:2px;
-webkit-print-color-adjust:exact;print-color-adjust:exact}}
.dash{{display:inline-block;width:22px;border-top:2px dashed var(--muted);vertical-align:4px;margin-right:.3rem}}
table{{border-collapse:collapse;width:100%;font-size:.9rem}}
th,td{{text-align:right;white-space:nowrap;overflow-wrap:normal;
padding:.35rem .5rem;border-bottom:1px solid var(--line);font-weight:400}}
thead th{{color:var(--muted);font-size:.8125rem;white-space:normal}}
tbody tr:last-child>*{{border-bottom:0}}
th:first-child{{text-align:left;padding-left:0}}
tbody th{{min-width:7.2em;white-space:normal;overflow-wrap:anywhere}}
th:last-child,td:last-child{{padding-right:0}}
td.share{{width:32%}}
.scroll{{overflow-x:auto}}
details{{margin-top:.75rem}}
summary{{cursor:pointer;color:var(--accent);font-size:.875rem;padding:.25rem 0}}
summary:focus-visible,.scroll:focus-visible{{outline:2px solid var(--accent);outline-offset:2px}}
footer{{margin:1rem .25rem 0}}
@media (max-width:700px){{
main{{padding:1rem .6rem 1.5rem}}
h1{{font-size:1.4rem}}
.figures{{grid-template-columns:repeat(6,1fr);gap:.5rem}}
.figures div{{grid-column:span 2;padding:.6rem .7rem}}
.figures div:nth-child(-n+2){{grid-column:span 3}}
.now{{font-size:1.2rem}}
section{{padding:.85rem .75rem .9rem}}
text{{font-size:11px}}
.minor{{display:none}}
th,td{{padding:.3rem .25rem;font-size:.8125rem}}
td.share,th.share{{display:none}}
}}
@media print{{
@page{{margin:14mm}}
body{{font-size:10.5pt}}
main{{max-width:none;padding:0 1px}}
section,.figures div{{break-inside:avoid}}
svg,.swatch{{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
details{{display:none}}
}}
"""
