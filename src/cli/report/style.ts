/** Colours carry no meaning alone: each state is written out beside them. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f8, #14171c); --card: light-dark(#ffffff, #1c2027);
  --ink: light-dark(#1a2230, #e6e9ee); --soft: light-dark(#5b6676, #9aa5b5);
  --line: light-dark(#dde2e9, #333a45); --accent: light-dark(#22577a, #7fb2d6);
  --good: light-dark(#1e7b4a, #5fc492); --due: light-dark(#a15c00, #e5a84b); --bad: light-dark(#b3261e, #f2867f);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 74rem; padding: 2rem 1.5rem 3rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header { margin-bottom: 1.5rem; }
h1 { font-size: 1.7rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0 0 .8rem; }
header p, .note { color: var(--soft); margin: .2rem 0 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.3rem 1.3rem; margin-bottom: 1.2rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .8rem; margin: 0 0 1.2rem; padding: 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem 1rem; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .82rem; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
.other { overflow-wrap: anywhere; min-width: 12rem; }
.whole { white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font: .88em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.good { color: var(--good); } .due { color: var(--due); } .bad { color: var(--bad); }
.state { font-weight: 600; white-space: nowrap; }
svg { display: block; max-width: 100%; height: auto; }
svg text { fill: var(--ink); font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
svg .name { font-weight: 600; } svg .soft { fill: var(--soft); font-size: 11.5px; }
svg .box { fill: var(--card); stroke: var(--line); stroke-width: 1.2; } svg .outside { stroke-dasharray: 4 3; }
svg .mark-good { fill: var(--good); } svg .mark-due { fill: var(--due); } svg .mark-bad { fill: var(--bad); }
svg text.mark-good, svg text.mark-due, svg text.mark-bad { font-size: 11.5px; font-weight: 600; }
svg .link { fill: none; stroke: var(--soft); stroke-width: 1.2; } svg .bar { fill: var(--accent); } svg .axis { stroke: var(--line); }
footer { color: var(--soft); font-size: .85rem; }
@media print {
  :root { color-scheme: light; }
  body { background: none; padding: 0; font-size: 11px; max-width: none; }
  section, .figures div { break-inside: avoid; border-color: #bbb; }
}
`;
