// For pages: `await init()` once, then `read(files)` and `analyse(files)` are synchronous.
import start, * as glue from "./authoring-glue.js";
import { bind } from "./authoring-core.js";
import { fetched } from "./files.js";

let ready;

/** Loads what reads plan files. Where it cannot be fetched, give it: `wasm` as bytes or a response. */
export default async function init({ wasm } = {}) {
  ready ??= (async () => start({ module_or_path: wasm ?? (await fetched(new URL("./authoring.wasm", import.meta.url))) }))();
  // A failed start may be tried again.
  ready.catch(() => (ready = undefined));
  await ready;
}

export const { read, analyse } = bind(glue);
