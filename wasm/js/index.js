// For pages: `await init()` once, then everything is synchronous.
import start, * as glue from "./glue.js";
import { bind, EcoplanError } from "./core.js";

const { add, Expression, Plan, plan, plans } = bind(glue);

// Written out one by one, since that is what bundlers look for.
const FILES = {
  wasm: () => new URL("./ecoplan.wasm", import.meta.url),
  "lianzhou-135": () => new URL("./lianzhou-135.json", import.meta.url),
  "lianzhou-145": () => new URL("./lianzhou-145.json", import.meta.url),
};

let ready;

/**
 * Loads the evaluator and the bundled plans. Where files cannot be fetched, give them: `wasm` as bytes or a response,
 * `models` as texts by plan id.
 */
export default function init({ wasm, models, plans: ids = Object.keys(FILES).slice(1) } = {}) {
  ready ??= (async () => {
    const fetched = async (id) => {
      const response = await fetch(FILES[id]());
      if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
      return response.text();
    };
    const given = models ? Object.entries(models) : ids.map(async (id) => [id, await fetched(id)]);
    const [, all] = await Promise.all([start({ module_or_path: wasm ?? FILES.wasm() }), Promise.all(given)]);
    all.forEach(([id, model]) => add(id, model));
  })();
  // A failed start may be tried again.
  ready.catch(() => (ready = undefined));
  return ready;
}

export { EcoplanError, Expression, Plan, plan, plans };
