// From what is entered to what can be said: what is refused counts as not given, so that rules that do not need it decide.

/** The fact that a problem is about, of those there are: its path is `facts.name`, `facts.name.year` or `facts.name[0]`. */
export function about({ path }, names) {
  return [...names].find((name) => path.startsWith(`facts.${name}`) && /^([.[]|$)/.test(path.slice(6 + name.length)));
}

/** `{ facts, problems, report }`: what was not refused, what is wrong with the rest, and the report, if there can be one. */
export function judge(plan, subject, entered, options) {
  const attempt = (facts) => {
    try {
      return { report: plan.evaluate(subject, facts, options), errors: [] };
    } catch (error) {
      if (!Array.isArray(error?.errors)) throw error;
      return { report: null, errors: error.errors };
    }
  };
  // Of what is said of all facts together, such as that they are too long, those are to blame of which it is true alone.
  const alone = (name, value) =>
    attempt({ [name]: value }).errors.filter(({ path }) => path === "facts").map((problem) => ({ ...problem, path: `facts.${name}` }));

  const facts = Object.assign(Object.create(null), entered);
  const problems = [];
  for (;;) {
    const { report, errors } = attempt(facts);
    if (report) return { facts, problems, report };
    const names = Object.keys(facts);
    let refused = errors.filter((problem) => about(problem, names) !== undefined);
    if (refused.length === 0) refused = names.flatMap((name) => alone(name, facts[name]));
    if (refused.length === 0) return { facts, problems: [...problems, ...errors], report: null };
    problems.push(...refused);
    for (const problem of refused) delete facts[about(problem, names)];
  }
}
