// Writes the types of the package: those of `types.d.ts`, and of each bundled plan. `node types.js pkg`
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const out = process.argv[2];
const camel = (name) => name.split(/[-_]/).map((part) => part[0].toUpperCase() + part.slice(1)).join("");
const union = (ids) => (ids.length ? ids.map((id) => JSON.stringify(id)).join(" | ") : "never");

function given(fact) {
  const ids = union(fact.choices.map((choice) => choice.id));
  return { number: "Numeric", yes_no: "boolean", choice: ids, set: `readonly (${ids})[]`, date: "Day" }[fact.kind];
}

/** The facts of a subject, or with `assessed` the values of a scorecard, as the members of an interface. */
function members(facts, assessed) {
  return facts.flatMap((fact) => {
    const type = given(fact);
    const wrapped = assessed ? ` | Assessed<${type}>` : fact.yearly ? ` | Measured<${type}>` : "";
    const unit = fact.unit ? ` [${fact.unit}]` : "";
    return [
      `  /** ${fact.label.zh} · ${fact.label.en}${unit} */`.replaceAll("*/ ", ""),
      `  ${fact.name}?: ${type}${wrapped} | null;`,
      ...(fact.yearly ? [`  ${fact.name}_year?: number | null;`] : []),
    ];
  });
}

function types(model) {
  const name = camel(model.id);
  const lines = [];
  const subjects = model.subjects.map(({ id, label }) => {
    const rules = model.rules.filter((rule) => rule.subject === id);
    const decisions = [...new Set(rules.flatMap((rule) => rule.decisions.map((decision) => decision.id)))];
    const own = `${name}${camel(id)}Facts`;
    lines.push(`/** Facts about one case: ${label.zh} (${label.en}). */`, `export interface ${own} {`);
    lines.push(...members(model.facts.filter((fact) => fact.subject === id), false), "}", "");
    return `  ${id}: { facts: ${own}; rule: ${union(rules.map((rule) => rule.id))}; decision: ${union(decisions)} };`;
  });
  const scored = model.rules.find((rule) => rule.indicator)?.subject;
  lines.push(`/** Values of a scorecard of \`${model.id}\`. */`, `export interface ${name}Values {`);
  lines.push(...members(model.facts.filter((fact) => fact.subject === scored), true), "}", "");
  lines.push(`/** ${model.title.zh} (${model.title.en}). */`, `export interface ${name} {`, ...subjects, "}", "");
  lines.push(`/** Opens the plan \`${model.id}\`. */`);
  lines.push(`export declare function plan(id: ${JSON.stringify(model.id)}): Plan<${name}, ${name}Values>;`, "");
  return lines.join("\n");
}

const models = readdirSync(out)
  .filter((file) => /^lianzhou-\d+\.json$/.test(file))
  .map((file) => JSON.parse(readFileSync(join(out, file), "utf8")));
const base = readFileSync(new URL("./types.d.ts", import.meta.url), "utf8");
const any = "/** Opens a plan that is loaded. Throws an `EcoplanError` where there is none. */\nexport declare function plan(id: string): Plan;\n";
const all = [base, ...models.map(types), any].join("\n");
writeFileSync(join(out, "index.d.ts"), all);
writeFileSync(join(out, "node.d.cts"), all);
