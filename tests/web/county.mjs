// The cases of the invented county, through the package: plan files in, objects in and out. It runs in Node and, the same
// file, in a page, so it uses nothing that only one of them has. What comes back is a list of `{ name, problem }`.

/** What differs between a part of what was said and what is expected of it. */
function differ(found, expected, place) {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${place} is ${one} instead of ${other}`);
}

const end = ({ outcome, decision }) => (decision ? `${outcome} ${decision}` : outcome);

function finding(found, expected, place) {
  for (const part of ["outcome", "decision", "margin"].filter((part) => part in expected)) differ(found[part], expected[part], `${place}: ${part}`);
  if (expected.missing) differ(found.missing, expected.missing, `${place}: missing`);
  if (expected.possible) differ(found.possible.map(end).sort(), [...expected.possible].sort(), `${place}: possible`);
}

function check(results, name, work) {
  try {
    work();
    results.push({ name, problem: null });
  } catch (error) {
    results.push({ name, problem: String(error) });
  }
}

/** `read` is that of `ecoplan/authoring`; `files` are the plan's by name, `tests` what is expected of it. */
export function county(eco, read, files, { cases, bad, scorecards }) {
  const plan = eco.Plan.fromModel(read(files));
  const results = [];
  for (const { name, subject, facts, as_of: asOf, expect } of cases) {
    check(results, name, () => {
      const report = plan.evaluate(subject, facts, { asOf });
      for (const [rule, expected] of Object.entries(expect)) {
        const found = report.findings.find((one) => one.rule === rule);
        // What is open has to be said.
        finding(found, { missing: [], possible: [], ...expected }, rule);
        if (!expected.readings) continue;
        differ(found.readings.map(({ reading }) => reading), Object.keys(expected.readings), `${rule}: readings`);
        for (const other of found.readings) finding(other, expected.readings[other.reading], `${rule} [${other.reading}]`);
      }
      differ(plan.verify(report), report, "the report, evaluated again");
    });
  }
  for (const { name, subject, json, errors } of bad) {
    check(results, name, () => {
      let found = [];
      try {
        plan.evaluate(subject, JSON.parse(json));
      } catch (error) {
        if (!(error instanceof eco.EcoplanError)) throw error;
        found = error.errors;
      }
      differ(found.map(({ code, path }) => [code, path]), errors.map(({ code, path }) => [code, path]), "errors");
    });
  }
  for (const { name, as_of: asOf, values, counts, rows } of scorecards) {
    check(results, name, () => {
      const card = plan.scorecard(values === "reported" ? plan.reported() : values, { asOf });
      for (const [count, expected] of Object.entries(counts)) differ(card.counts[count], expected, count);
      const found = card.rows.map((row) => [row.no, row.status, row.reason, row.margin, row.stale, row.missing, row.progress, row.pace]);
      differ(found, rows, "rows");
    });
  }
  return results;
}
