// A style sheet made by script, which a content-security policy allows without any style source.

const COLOURS = {
  ink: ["#1b1f23", "#e6e8ea"],
  muted: ["#545b62", "#a9b1b8"],
  ground: ["#ffffff", "#1c1f22"],
  raised: ["#f3f6f8", "#262b30"],
  line: ["#cfd5da", "#454c53"],
  border: ["#757d85", "#8b949c"],
  accent: ["#075a94", "#7fc4f5"],
  "on-accent": ["#ffffff", "#10202c"],
  breached: ["#a63a00", "#ff9e66"],
  triggered: ["#8a2f6b", "#eda1cd"],
  undetermined: ["#075a94", "#7fc4f5"],
  pending: ["#7a5200", "#f0bf4c"],
  satisfied: ["#00664a", "#4fd0a4"],
};

const paint = (choose) => Object.entries(COLOURS).map(([name, pair]) => `--${name}: ${choose(pair)};`).join(" ");

export const STYLE = `
:host {
  display: block; container-type: inline-size; contain-intrinsic-inline-size: 60rem; min-inline-size: 0; max-inline-size: 100%; ${paint(([light]) => light)}
  color: var(--ink); background: var(--ground);
  font: 16px/1.55 system-ui, "Segoe UI", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
}
/* Light or dark as the page around it is. */
@supports (color: light-dark(#000, #fff)) { :host { ${paint(([light, dark]) => `light-dark(${light}, ${dark})`)} } }
:host([hidden]) { display: none; }
:host(:focus) { outline: none; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, h3, p, dl, dd, ul { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.root { overflow-wrap: anywhere; display: grid; gap: 1rem 2rem; padding: 1rem; }
.toolbar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.toolbar .heading { flex: 1 1 16rem; color: var(--muted); font-size: .875rem; }
button { max-inline-size: 100%; min-height: 2.5rem; padding: .25rem .9rem; border: 1px solid var(--border); border-radius: .4rem; background: var(--ground); cursor: pointer; }
button:hover { background: var(--raised); }
button:disabled { cursor: default; color: var(--muted); }
button.ask { min-height: 1.75rem; padding: .1rem .5rem; text-align: start; color: var(--accent); }

.guide { position: sticky; inset-block-start: 0; z-index: 1; padding: .75rem 1rem; background: var(--raised); border-radius: .5rem; border-inline-start: .35rem solid var(--colour, var(--line)); }
.guide .overall { font-weight: 600; color: var(--colour, inherit); }
.guide .step { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; }
.guide .step:empty { display: none; }
.alert { padding: .75rem 1rem; border: 2px solid var(--breached); border-radius: .5rem; white-space: pre-line; overflow-wrap: anywhere; }
.breached { --colour: var(--breached); } .triggered { --colour: var(--triggered); } .pending { --colour: var(--pending); }
.undetermined { --colour: var(--undetermined); } .satisfied { --colour: var(--satisfied); } .not_applicable { --colour: var(--muted); }

h2 { font-size: 1.25rem; margin-block-end: .5rem; }
.group { margin-block-end: 1.25rem; }
.group > summary { padding-block-end: .25rem; margin-block-end: .5rem; border-block-end: 1px solid var(--line); color: inherit; }
.group > summary > h3 { display: inline; font-size: 1rem; }
.field { padding: .6rem .75rem; margin-block-end: .35rem; border-inline-start: .25rem solid transparent; border-radius: .4rem; }
.field.is-next { background: var(--raised); border-inline-start-color: var(--accent); }
.field.invalid { border-inline-start-color: var(--breached); }
.label { font-weight: 600; }
.field.is-unneeded .label { font-weight: 400; color: var(--muted); }
.help, .source { color: var(--muted); font-size: .875rem; font-weight: 400; }
.source::before { content: " · "; }
.mark { display: inline-block; margin-inline-start: .5rem; padding: 0 .5rem; border-radius: 1rem; border: 1px solid currentColor; font-size: .8125rem; font-weight: 400; color: var(--muted); }
.mark.next { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
.entry { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; margin-block-start: .3rem; }
.with-unit { display: inline-flex; align-items: center; gap: .4rem; }
.entry input[type="text"], select { min-height: 2.5rem; padding: .25rem .6rem; border: 1px solid var(--border); border-radius: .4rem; background: var(--ground); max-inline-size: 100%; }
.with-unit input { inline-size: 9rem; }
.year input[type="text"] { inline-size: 4.5rem; margin-inline-start: .4rem; }
.year, .aside { color: var(--muted); font-size: .9375rem; }
input[aria-invalid="true"] { border-color: var(--breached) !important; border-width: 2px !important; }
.options { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; margin-block-start: .2rem; }
.options.column { flex-direction: column; }
.option { display: inline-flex; gap: .5rem; align-items: center; min-height: 2rem; cursor: pointer; }
.option span { min-inline-size: 0; }
button.back { min-height: 1.75rem; padding: 0 .5rem; border-color: transparent; color: var(--muted); font-size: .875rem; text-decoration: underline; }
.option input { inline-size: 1.15rem; block-size: 1.15rem; margin: 0; flex: none; accent-color: var(--accent); }
.field input, .field select, button, summary { scroll-margin-block: 9rem 2rem; }
.error { color: var(--breached); overflow-wrap: anywhere; }
.error:empty { display: none; }
/* Not while somebody is still typing. */
.error span { animation: appear 1ms .7s both; }
@keyframes appear { from { visibility: hidden; } }
.error span { display: block; }
.error span::before { content: "⚠ "; }

.finding { padding: .75rem 1rem; margin-block-end: .75rem; border: 1px solid var(--line); border-inline-start: .35rem solid var(--colour); border-radius: .4rem; }
.finding > h3 { font-size: 1rem; margin-block-end: .25rem; }
.verdict { color: var(--colour); }
.title { font-weight: 600; }
.title::before { content: "· "; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .75rem; }
dt { color: var(--muted); }
dd { overflow-wrap: anywhere; }
.margin { font-weight: 600; }
.list { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem; }
.tree { list-style: none; padding-inline-start: 1.1rem; }
details { margin-block-start: .4rem; }
details > .tree { padding-inline-start: 0; margin-block: .4rem; }
summary { cursor: pointer; color: var(--accent); min-height: 1.75rem; }
.sign { display: inline-block; inline-size: 1.1em; }
.apart { color: var(--muted); }
.heard { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.record { display: none; }

@container (min-width: 60rem) {
  .root { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .toolbar, .guide, .alert { grid-column: 1 / -1; }
}
@container (max-width: 30rem) {
  .root { padding: .75rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-block-end: .3rem; }
  .field { padding-inline: .5rem; }
}
@media (max-height: 30rem) { .guide { position: static; } }
@media (forced-colors: active) {
  .field { border-inline-start-color: Canvas; }
  .field.is-next, .field.invalid { border-inline-start-color: Highlight; }
}
@media (prefers-contrast: more) { :host { --muted: var(--ink); --line: var(--border); } }

@media print {
  :host { color: #000; background: #fff; font-size: 9pt; line-height: 1.4; color-scheme: light; container-type: normal; }
  .root { display: none; }
  .record { display: block; }
  .record.kept-back { display: none; }
  .record h1 { font-size: 14pt; margin: 0 0 .3em; }
  .record p { margin: .4em 0; }
  .record table { border-collapse: collapse; inline-size: 100%; }
  .record th, .record td { border: .5pt solid #666; padding: .15em .4em; text-align: start; vertical-align: top; font-weight: 400; }
  .record thead th { font-weight: 600; }
  .record ul { padding-inline-start: 1.1em; }
  .record li { margin-block-end: .4em; break-inside: avoid; }
  .hash { overflow-wrap: anywhere; font-size: 8pt; }
  .signature { margin-block-start: 1.5em; white-space: pre; }
}
`;
