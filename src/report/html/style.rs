//! The pages' looks: light and dark as the reader's system has it, narrow screens, paper.

/// The style sheet of every page.
pub(super) const STYLE: &str = "
:root { --text: #1c2024; --soft: #5a6169; --back: #ffffff; --card: #f5f6f8; --line: #d5d9de; --link: #0b5cad;
  --s0: #b3261e; --s1: #d9730d; --s2: #b08800; --s3: #57749a; --s4: #868e96; --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a9b1ba; --back: #14171a; --card: #1e2226;
  --line: #3a4149; --link: #7ab7ff; --s0: #ff7b72; --s1: #ffa657; --s2: #e3c04f; --s3: #8fb3e0; --s4: #9aa4af;
  --good: #56d364; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif;
  color: var(--text); background: var(--back); }
main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 64px; overflow-wrap: anywhere; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; background: var(--back); padding: 8px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 40px 0 12px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
p.about, .soft { color: var(--soft); }
p.about { margin: 0 0 12px; }
a { color: var(--link); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; padding: 0;
  list-style: none; margin: 20px 0 0; }
.cards li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.cards b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.cards span { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: 4px 0; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.title { min-width: 12rem; } h1, a, td { unicode-bidi: isolate; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-decoration: underline dotted; }
th[aria-sort=ascending] button::after { content: ' \\2191'; }
th[aria-sort=descending] button::after { content: ' \\2193'; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--text); font-size: 12px; }
svg .axis { stroke: var(--line); }
.bars th { white-space: normal; overflow-wrap: normal; } .bars caption { padding-bottom: 8px; } td.bar { width: 50%; } td.bar svg, td.n svg { margin-top: 6px; }
.wide th, .wide td { overflow-wrap: normal; } .wide td.title { overflow-wrap: anywhere; }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); } .s3 { fill: var(--s3); }
.s4 { fill: var(--s4); } .track { fill: var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; list-style: none; margin: 8px 0; font-size: .9rem; }
.legend svg { display: inline-block; width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.bad { color: var(--bad); font-weight: 600; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--link); }
ol.timeline { list-style: none; padding: 0; }
ol.timeline li { border-left: 3px solid var(--line); padding: 2px 0 10px 14px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border-radius: 6px; padding: 10px;
  font: .88rem/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; margin: 6px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; }
dt { color: var(--soft); } dd { margin: 0; }
@media (max-width: 640px) { svg.series text { font-size: 24px; } svg.series text.minor { display: none; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } main { padding: 16px 14px 48px; } }
@media print { main { max-width: none; } .skip, script { display: none; } details { display: block; }
  h2 { break-after: avoid; } figure, tr, .cards li { break-inside: avoid; } }
";
