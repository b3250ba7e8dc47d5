"""The style of the HTML report: light and dark, wide and narrow, on paper."""

LIGHT = {"back": "#f4f6f7", "card": "#ffffff", "text": "#1b2226", "muted": "#53606a", "line": "#dde3e6", "accent": "#00726f",
         "warn": "#9a5b00", "danger": "#b3261e", "h0": "#eceff1", "h1": "#c9e7e4", "h2": "#93d0cb", "h3": "#4fb0aa",
         "h4": "#148984", "h5": "#00504e"}
DARK = {"back": "#11171a", "card": "#1a2226", "text": "#e7ecee", "muted": "#a5b3bb", "line": "#313d43", "accent": "#4fc4be",
        "warn": "#ffb454", "danger": "#ff8a80", "h0": "#232d32", "h1": "#1d4a49", "h2": "#1c6b68", "h3": "#27928d",
        "h4": "#4fc4be", "h5": "#b4f3ee"}


def _variables(colours: "dict[str, str]") -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


CSS = f"""
:root{{color-scheme:light dark;{_variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
@media print{{:root{{color-scheme:light;{_variables(LIGHT)}--back:#ffffff;}}}}
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
