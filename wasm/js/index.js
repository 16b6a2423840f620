// For pages: `await init()` once, then everything is synchronous.
import start, * as glue from "./glue.js";
import { bind, EcoplanError } from "./core.js";
import { fetched } from "./files.js";

const { add, Expression, Plan, plan, plans } = bind(glue);

const MODELS = {
  "lianzhou-135": () => new URL("./lianzhou-135.json", import.meta.url),
  "lianzhou-145": () => new URL("./lianzhou-145.json", import.meta.url),
};

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
 * Loads the evaluator and the bundled plans: all, or those of the ids `plans`. Where files cannot be fetched, give them:
 * `wasm` as bytes or a response, `models` as texts by plan id.
 */
export default async function init({ wasm, models = {}, plans: ids } = {}) {
  const evaluator = async () => start({ module_or_path: wasm ?? (await fetched(new URL("./ecoplan.wasm", import.meta.url))) });
  const model = (id) => async () => add(id, await (await fetched(MODELS[id]())).text());
  for (const [id, text] of Object.entries(models)) once(id, async () => add(id, text));
  // Those that are given are all that is needed, unless it is said which are.
  const wanted = ids ?? (Object.keys(models).length > 0 ? [] : Object.keys(MODELS));
  const bundled = wanted.filter((id) => Object.hasOwn(MODELS, id));
  await Promise.all([once("wasm", evaluator), ...bundled.map((id) => once(id, model(id)))]);
}

export { EcoplanError, Expression, Plan, plan, plans };
