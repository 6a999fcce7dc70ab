/** The style of the HTML report: one text, named by its hash in the page's security policy. */
export const STYLE = `
:root {
  color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1a2230; --soft: #5b6677;
  --line: #e1e5eb; --accent: #0b62c4; --critical: #a3123a; --high: #d5451b; --medium: #b27a00;
  --low: #1f6fc4; --informational: #6b7686; --good: #1b7f4b; --band: #eef1f5;
}
@media (prefers-color-scheme:dark) {
  :root {
    --page: #0f141b; --card: #171e28; --ink: #e6ebf2; --soft: #97a3b4; --line: #2a3442;
    --accent: #6cb0ff; --critical: #ff5c83; --high: #ff8a5c; --medium: #e6b84a; --low: #6cb0ff;
    --informational: #97a3b4; --good: #5ccf94; --band: #1d2632;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
main, header, footer { max-width: 1180px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 36px; }
.brand {
  display: flex; gap: 10px; align-items: baseline; color: var(--soft); font-size: 13px;
  letter-spacing: .02em;
}
.brand b { color: var(--ink); font-size: 15px; }
h1 {
  font-size: 30px; line-height: 1.25; letter-spacing: -.015em; margin: 10px 0 6px;
  font-weight: 650;
}
h2 { font-size: 19px; letter-spacing: -.01em; margin: 44px 0 4px; font-weight: 640; }
h3 {
  font-size: 13px; margin: 22px 0 6px; font-weight: 640; color: var(--soft);
  text-transform: uppercase; letter-spacing: .05em;
}
p { margin: 4px 0 12px; max-width: 72em; }
.lead, .note, .soft { color: var(--soft); }
.guide { padding: 2px 0 8px; max-width: 84ch; font-size: 13px; }
.guide p, .guide ul { margin: 4px 0; }
.lead { font-size: 16px; }
.tiles {
  display: grid; grid-template-columns: repeat(auto-fit,minmax(128px,1fr)); gap: 12px;
  margin: 22px 0 8px;
}
.tile {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 12px 16px 10px;
}
.tile b {
  display: block; font-size: 26px; line-height: 1.2; font-weight: 640; letter-spacing: -.02em;
}
.tile span { color: var(--soft); font-size: 13px; }
.tile.none b { color: var(--soft); font-weight: 400; }
.tile.critical b { color: var(--critical); }
.tile.high b { color: var(--high); }
.tile.medium b { color: var(--medium); }
.tile.low b { color: var(--low); }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 6px 18px;
  margin: 12px 0; overflow-x: auto;
}
.warn { border-left: 4px solid var(--medium); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th {
  text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px;
  padding: 9px 14px 7px 0; white-space: nowrap; border-bottom: 1px solid var(--line);
}
td { padding: 8px 14px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child>td { border-bottom: 0; }
.reason, .who, .meta, td.mono, .evidence td { overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.t, .nowrap { white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
code, .mono {
  font-family: ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
  font-size: .88em;
}
.badge {
  display: inline-block; min-width: 74px; text-align: center; border-radius: 5px;
  padding: 1px 8px; font-size: 11.5px; font-weight: 680; letter-spacing: .04em;
  text-transform: uppercase; border: 1px solid; color: var(--informational);
}
.badge.critical { color: #fff; background: var(--critical); border-color: var(--critical); }
.badge.high { color: var(--high); }
.badge.medium { color: var(--medium); }
.badge.low { color: var(--low); }
@media (prefers-color-scheme:dark) {
  .badge.critical { color: #1b0510; }
}
.id { font-weight: 680; }
details { border-bottom: 1px solid var(--line); }
.card>details:last-child { border-bottom: 0; }
details>summary {
  cursor: pointer; display: grid; grid-template-columns: 92px 46px 1fr auto; gap: 10px;
  align-items: baseline; padding: 10px 0; list-style: none;
}
summary::-webkit-details-marker { display: none; }
summary:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px;
}
details>summary>.title::after {
  content: "\\25B8"; color: var(--soft); margin-left: 8px; font-size: 12px;
}
details[open]>summary>.title::after { content: "\\25BE"; }
.title { font-weight: 600; }
.count { color: var(--soft); white-space: nowrap; font-size: 13.5px; }
.act .note { font-size: 12.5px; }
.body { padding: 0 0 14px 0; }
details.more>summary {
  display: inline-block; padding: 4px 0; color: var(--accent); font-size: 13px;
}
details.more { border: 0; }
.act { border-top: 1px solid var(--line); padding: 10px 0 8px; }
.act .who { font-weight: 600; }
.act .meta { color: var(--soft); font-size: 13px; }
.reason { margin: 3px 0 2px; }
.denied, .failed, .dry-run, .unknown { color: var(--soft); }
.allowed { color: var(--ink); }
.outcome {
  font-size: 12px; border: 1px solid var(--line); border-radius: 4px; padding: 0 6px;
  white-space: nowrap;
}
.evidence td { font-size: 12.5px; padding: 4px 12px 4px 0; }
.evidence { margin: 6px 0 2px; }
ul.change { list-style: none; padding: 0; margin: 8px 0; }
ul.change li { padding: 8px 0; border-bottom: 1px solid var(--line); }
ul.change li:last-child { border: 0; }
.do { color: var(--good); font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
svg text {
  font: 11.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif; fill: var(--soft);
}
svg .lane { fill: var(--ink); font-size: 12px; }
svg .rule { stroke: var(--line); }
svg .band { fill: var(--band); }
svg .gap { fill: var(--soft); opacity: .16; }
svg .critical { fill: var(--critical); }
svg .high { fill: var(--high); }
svg .medium { fill: var(--medium); }
svg .low { fill: var(--low); }
svg .informational { fill: var(--informational); }
svg circle { fill-opacity: .82; }
.legend {
  display: flex; gap: 18px; flex-wrap: wrap; color: var(--soft); font-size: 12.5px;
  padding: 4px 0 8px;
}
.legend i {
  display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 6px;
}
i.critical { background: var(--critical); }
i.high { background: var(--high); }
i.medium { background: var(--medium); }
i.low { background: var(--low); }
i.informational { background: var(--informational); }
i.gap { background: var(--soft); opacity: .35; border-radius: 2px; }
footer { color: var(--soft); font-size: 12.5px; padding: 36px 28px 48px; }
@media screen and (max-width:640px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 24px; }
  details>summary { grid-template-columns: 92px 46px 1fr; }
  .count { grid-column: 3; white-space: normal; }
  .card>table { min-width: 960px; }
  .card>svg { min-width: 760px; }
}
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; }
  body { font-size: 11px; }
  main, header, footer { max-width: none; padding: 0; }
  .card { break-inside: auto; border-color: #bbb; overflow: visible; padding: 4px 8px; }
  table, th, .evidence td { font-size: 9.5px; }
  th, td, .evidence td { padding-right: 6px; }
  td, td.t, .nowrap { white-space: normal; overflow-wrap: anywhere; }
  td.n { white-space: nowrap; overflow-wrap: normal; }
  table:not(.evidence) code { overflow-wrap: normal; }
  .count, .act .meta, .act .note, .outcome, .legend, details.more>summary { font-size: 10px; }
  tr, .act, summary { break-inside: avoid; }
  h2 { break-after: avoid; }
  details::details-content { display: block; content-visibility: visible; block-size: auto; }
}
`
