// For pages: `await init()` once, then everything is synchronous.
import start, * as glue from "./glue.js";
import { bind, EcoplanError } from "./core.js";
import { fetched } from "./files.js";
import { MODELS } from "./models.js";

const { add, Expression, Plan, plan, plans } = bind(glue);

/** Each part is loaded once, however often it is asked for; a failed start may be tried again. */
const loading = new Map();
function once(part, load) {
  if (!loading.has(part)) {
    const work = load();
    loading.set(part, work);
    work.catch(() => loading.delete(part));
  }
  return loading.get(part);
}

/**
 * Loads the evaluator and the bundled plans: all, or those of the ids `plans`; of each the whole, or what judges the
 * `subjects`. Where files cannot be fetched, give them: `wasm` as bytes or a response, `models` as texts by plan id.
 */
export default async function init({ wasm, models = {}, plans: ids, subjects } = {}) {
  const evaluator = async () => start({ module_or_path: wasm ?? (await fetched(new URL("./ecoplan.wasm", import.meta.url))) });
  const load = (id, subject, at) => once(at, async () => add(id, await (await fetched(at())).text(), subject));
  for (const [id, text] of Object.entries(models)) once(id, async () => add(id, text));
  // Those that are given are all that is needed, unless it is said which are.
  const wanted = ids ?? (Object.keys(models).length > 0 ? [] : Object.keys(MODELS));
  const bundled = wanted.filter((id) => Object.hasOwn(MODELS, id) && !loading.has(id));
  await Promise.all([
    once("wasm", evaluator),
    ...bundled.flatMap((id) => {
      const { whole, subjects: parts } = MODELS[id];
      // A subject that the plan does not have is refused by the plan, which names the nearest.
      const own = subjects?.filter((subject) => Object.hasOwn(parts, subject)) ?? [];
      return own.length > 0 && !loading.has(whole) ? own.map((subject) => load(id, subject, parts[subject])) : [load(id, undefined, whole)];
    }),
  ]);
}

export { EcoplanError, Expression, Plan, plan, plans };
