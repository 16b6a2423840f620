// Which questions a form asks, in which order and under which headings: all from what the evaluator says of an empty case.
import { WORDS } from "./words.js";

/** The names in the conditions of a rule and of its other readings, as far as they are facts. */
function named(rule, facts) {
  const conditions = (one) => [one.applies, one.requires, one.done, one.done_on, one.due, ...one.decisions.map((decision) => decision.when)];
  const texts = [rule, ...rule.readings].flatMap(conditions).filter((text) => typeof text === "string");
  const names = texts.flatMap((text) => text.replace(/"[^"]*"/g, "").match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  return new Set(names.filter((name) => facts.has(name)));
}

/**
 * Groups of facts, `{ title, facts }`. What several rules read comes first, then what each rule (or category of
 * indicators) reads alone; within a group, what more findings wait for comes first.
 */
export function questions(plan, subject) {
  const facts = plan.facts(subject);
  const titles = new Map();
  const topics = new Map(facts.map((fact) => [fact.name, new Set()]));
  const waiting = new Map(facts.map((fact) => [fact.name, 0]));
  for (const rule of plan.rules(subject)) {
    const topic = rule.indicator ? `category ${rule.indicator.category.zh}` : rule.id;
    titles.set(topic, rule.indicator ? rule.indicator.category : rule.title);
    for (const name of named(rule, topics)) topics.get(name).add(topic);
  }
  for (const { missing } of plan.evaluate(subject, {}).findings) {
    for (const name of missing) waiting.set(name, waiting.get(name) + 1);
  }

  const groups = new Map();
  for (const fact of facts) {
    const [topic, another] = topics.get(fact.name);
    // What no rule reads is not asked.
    if (topic === undefined) continue;
    const place = another === undefined ? topic : "general";
    if (!groups.has(place)) groups.set(place, { title: titles.get(place) ?? WORDS.general, facts: [] });
    groups.get(place).facts.push(fact);
  }
  for (const group of groups.values()) group.facts.sort((a, b) => waiting.get(b.name) - waiting.get(a.name));
  const ordered = [...titles.keys()].map((topic) => groups.get(topic));
  return [groups.get("general"), ...ordered].filter((group) => group !== undefined);
}
