// For pages: `await init()` once, then everything is synchronous.
import start, * as glue from "./glue.js";
import { bind, EcoplanError } from "./core.js";
import { fetched } from "./files.js";

const { add, Expression, Plan, plan, plans } = bind(glue);

const MODELS = {
  "lianzhou-135": () => new URL("./lianzhou-135.json", import.meta.url),
  "lianzhou-145": () => new URL("./lianzhou-145.json", import.meta.url),
};

let ready;

/**
 * Loads the evaluator and the bundled plans. Where files cannot be fetched, give them: `wasm` as bytes or a response,
 * `models` as texts by plan id.
 */
export default function init({ wasm, models, plans: ids = Object.keys(MODELS) } = {}) {
  ready ??= (async () => {
    const evaluator = async () => start({ module_or_path: wasm ?? (await fetched(new URL("./ecoplan.wasm", import.meta.url))) });
    const model = async (id) => [id, await (await fetched(MODELS[id]())).text()];
    const [, all] = await Promise.all([evaluator(), models ? Object.entries(models) : Promise.all(ids.map(model))]);
    all.forEach(([id, model]) => add(id, model));
  })();
  // A failed start may be tried again.
  ready.catch(() => (ready = undefined));
  return ready;
}

export { EcoplanError, Expression, Plan, plan, plans };
